/** Errors in the window by code, most frequent first. */

import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { Nothing, Panel } from '../shared/panel.tsx'
import tableStyles from '../shared/table.module.css'
import { Table } from '../shared/table.tsx'
import styles from './errors-panel.module.css'
import { type Slot, spanOf, useMetricsView } from './metrics-view.ts'
import { useLog, useLook } from './use-time-panel.ts'

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
    <Panel title={charts.errorsByCode}>
      {rows.length === 0 ? (
        <Nothing>{charts.noErrors}</Nothing>
      ) : (
        <Table
          label={charts.errorsByCode}
          heads={[
            charts.code,
            metrics.count,
            { name: charts.shareOfMost, silent: true },
            { name: charts.meaning, words: true },
          ]}
        >
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
        </Table>
      )}
    </Panel>
  )
}
