import { Focusable } from '@ariakit/react'
import { memo, useId, useState } from 'react'
import { type OperationRow, Operations } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { operationKey, type RecordLog } from '../records/record-log.ts'
import { Choice } from '../shared/choice.tsx'
import { type Formats, useFormats } from '../shared/format.ts'
import panelStyles from '../shared/panel.module.css'
import tableStyles from '../shared/table.module.css'
import type { Slot } from './metrics-view.ts'
import styles from './operations-table.module.css'
import { arrange, type Column, nextOrder, type Order } from './sorting.ts'
import { useCompared } from './use-compared.ts'
import { useLog, useLook } from './use-time-panel.ts'

const figures = [
  'count',
  'avgMs',
  'minMs',
  'maxMs',
  'throughputBps',
  'successRate',
  'p50',
  'p90',
  'p95',
  'p99',
] as const satisfies readonly Column[]
const columns: readonly Column[] = ['operation', 'algorithm', ...figures]

const figureText = (row: OperationRow, column: (typeof figures)[number], format: Formats): string => {
  const value = row[column]
  if (column === 'successRate') return format.share(value)
  return column === 'count' || column === 'throughputBps' ? format.count(value) : format.exactMs(value)
}

/** Whose operations: of this tab, of all, or of the tab with this id. */
const own = 'own'
const everyone = 'all'

const merged = (logs: readonly RecordLog[]): Operations => {
  const all = new Operations()
  for (const { operations } of logs) all.merge(operations)
  return all
}

export function OperationsTable({ slot }: { readonly slot: Slot }) {
  const { metrics, neighbours } = useWording()
  const log = useLog()
  useLook(slot)
  const format = useFormats()
  const [search, setSearch] = useState('')
  const [order, setOrder] = useState<Order>({ column: 'operation', descending: false })
  const searchId = useId()
  const compared = useCompared()
  const [source, setSource] = useState<string>(own)
  const chosen = compared.find(({ id }) => id === source)
  const together = source === everyone && compared.length > 0
  const operations = together
    ? merged([log, ...compared.map(({ log: other }) => other)])
    : (chosen?.log ?? log).operations
  const all = operations.snapshot()
  const rows = arrange(all, search, order)

  return (
    <section className={panelStyles.panel}>
      <div className={panelStyles.bar}>
        <h2 className={panelStyles.title}>{metrics.table}</h2>
        {compared.length > 0 && (
          <Choice
            label={neighbours.source}
            value={together ? everyone : (chosen?.id ?? own)}
            onChange={setSource}
            options={[
              [own, neighbours.own],
              ...compared.map(({ id, label }) => [id, label] as const),
              [everyone, neighbours.all],
            ]}
          />
        )}
        <label className={styles.label} htmlFor={searchId}>
          {metrics.search}
        </label>
        <input
          id={searchId}
          type="search"
          className={styles.search}
          value={search}
          onChange={({ target }) => setSearch(target.value)}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <Focusable role="region" aria-label={metrics.table} className={tableStyles.wide}>
        <table className={tableStyles.table} aria-label={metrics.table} data-testid="operations-table">
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className={column === 'algorithm' ? tableStyles.words : undefined}
                  {...(order.column === column
                    ? { 'aria-sort': order.descending ? ('descending' as const) : ('ascending' as const) }
                    : {})}
                >
                  <button
                    type="button"
                    className={tableStyles.sort}
                    onClick={() => setOrder(nextOrder(order, column))}
                  >
                    {metrics.columns[column]}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Line key={operationKey(row)} row={row} format={format} />
            ))}
          </tbody>
        </table>
      </Focusable>
      {rows.length === 0 && (
        <p className={panelStyles.none}>{all.length === 0 ? metrics.noRows : metrics.noMatch}</p>
      )}
    </section>
  )
}

interface LineProps {
  readonly row: OperationRow
  readonly format: Formats
}

/** Most operations rest at any time. Of another log, or another tab, all figures may differ. */
const isSameLine = (a: LineProps, b: LineProps): boolean =>
  a.format === b.format && columns.every((column) => a.row[column] === b.row[column])

const Line = memo(function Line({ row, format }: LineProps) {
  return (
    <tr>
      <th scope="row">{row.operation}</th>
      <td className={tableStyles.words}>{row.algorithm}</td>
      {figures.map((column) => (
        <td key={column}>
          <data value={row[column]}>{figureText(row, column, format)}</data>
        </td>
      ))}
    </tr>
  )
}, isSameLine)
