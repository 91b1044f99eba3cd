import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import panelStyles from '../shared/panel.module.css'
import tableStyles from '../shared/table.module.css'
import styles from './errors-panel.module.css'
import { type Slot, spanOf, useMetricsView } from './metrics-view.ts'
import { useLog, useLook } from './use-time-panel.ts'

/** Which errors there were in the range, most first. */
export function ErrorsPanel({ slot }: { readonly slot: Slot }) {
  const { metrics, charts, ...words } = useWording()
  const format = useFormats()
  const log = useLog()
  const at = useLook(slot)
  const zoom = useMetricsView((state) => state.zoom)
  const windowMs = useMetricsView((state) => state.windowMs)
  const rows = log.errors(spanOf({ zoom, windowMs }, at))
  const most = rows[0]?.count ?? 1
  const meaning = (code: string): string => words.errors[code as keyof typeof words.errors] ?? ''
  return (
    <section className={panelStyles.panel}>
      <h2 className={panelStyles.title}>{charts.errorsByCode}</h2>
      {rows.length === 0 ? (
        <p className={panelStyles.none}>{charts.noErrors}</p>
      ) : (
        <table className={tableStyles.table} aria-label={charts.errorsByCode}>
          <thead>
            <tr>
              <th scope="col">{charts.code}</th>
              <th scope="col">{metrics.count}</th>
              <th scope="col" aria-label={charts.shareOfMost} />
              <th scope="col" className={tableStyles.words}>
                {charts.meaning}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ code, count }) => (
              <tr key={code}>
                <th scope="row">{code}</th>
                <td>{format.count(count)}</td>
                <td className={styles.bar}>
                  <svg width="100%" height="12" aria-hidden="true">
                    <rect width={`${(count / most) * 100}%`} height="12" rx="2" />
                  </svg>
                </td>
                <td className={tableStyles.words}>{meaning(code)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
