/** Results of a benchmark: bars with confidence intervals for each operation, or one table. */

import { useState } from 'react'
import { benchmarkOperations } from '../../host/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { Nothing, Panel } from '../shared/panel.tsx'
import screen from '../shared/screen.module.css'
import table from '../shared/table.module.css'
import { Table } from '../shared/table.tsx'
import styles from './benchmark.module.css'
import type { Figure } from './results.ts'

const barWidth = 300

export function ResultsPanel({ figures }: { readonly figures: readonly Figure[] }) {
  const { benchmark: words } = useWording()
  const [asTable, setAsTable] = useState(false)
  return (
    <Panel
      title={words.results}
      controls={
        <label className={styles.choice}>
          <input type="checkbox" checked={asTable} onChange={({ target }) => setAsTable(target.checked)} />
          {words.viewAsTable}
        </label>
      }
    >
      {figures.length === 0 && <Nothing>{words.noResults}</Nothing>}
      {figures.length > 0 && !asTable && (
        <>
          <p className={screen.hint}>{words.resultsHint}</p>
          {benchmarkOperations.map((operation) => {
            const own = figures.filter((figure) => figure.operation === operation)
            return (
              own.length > 0 && <Bars key={operation} figures={own} title={words.operations[operation]} />
            )
          })}
        </>
      )}
      {figures.length > 0 && asTable && <ResultsTable figures={figures} />}
    </Panel>
  )
}

function Bars({ figures, title }: { readonly figures: readonly Figure[]; readonly title: string }) {
  const { benchmark: words } = useWording()
  const { significant: ms } = useFormats()
  const most = Math.max(...figures.map(({ value }) => value?.interval[1] ?? 0)) || 1
  const x = (value: number): number => (value / most) * (barWidth - 4)
  return (
    <figure className={styles.bars} aria-label={words.chart(title)}>
      <figcaption>{title}</figcaption>
      {figures.map(({ engine, value }) => (
        <div key={engine} className={styles.row}>
          <span>{words.engines[engine]}</span>
          <svg viewBox={`0 0 ${barWidth} 14`} preserveAspectRatio="none" aria-hidden="true">
            {value !== null && (
              <>
                <rect data-engine={engine} width={x(value.median)} height="14" rx="2" />
                <line x1={x(value.interval[0])} x2={x(value.interval[1])} y1="7" y2="7" />
              </>
            )}
          </svg>
          <span className={styles.number}>
            {value === null ? words.unavailable : words.ms(ms(value.median))}
          </span>
        </div>
      ))}
    </figure>
  )
}

function ResultsTable({ figures }: { readonly figures: readonly Figure[] }) {
  const { benchmark: words } = useWording()
  const { significant: ms, count } = useFormats()
  const heads = [
    words.operation,
    words.engine,
    words.median,
    words.p95,
    words.interval,
    words.perSecond,
    words.count,
    words.ratio,
  ]
  return (
    <Table label={words.results} heads={heads}>
      {figures.map(({ operation, engine, value }) => {
        const first = figures.find((one) => one.operation === operation && one.value !== null)?.value
        return (
          <tr key={`${operation} ${engine}`}>
            <th scope="row">{words.operations[operation]}</th>
            <td className={table.words}>{words.engines[engine]}</td>
            {value === null ? (
              <td colSpan={6}>{words.unavailable}</td>
            ) : (
              <>
                <td>{ms(value.median)}</td>
                <td>{ms(value.p95)}</td>
                <td>
                  {ms(value.interval[0])} – {ms(value.interval[1])}
                </td>
                <td>{count(1000 / value.median)}</td>
                <td>{value.count}</td>
                <td>×{ms(value.median / (first?.median ?? value.median))}</td>
              </>
            )}
          </tr>
        )
      })}
    </Table>
  )
}
