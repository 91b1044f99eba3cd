/** All figures by operation and algorithm, searchable and sortable. */

import { memo, useId, useState } from 'react'
import { type OperationRow, Operations } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { operationKey, type RecordLog } from '../records/record-log.ts'
import { Choice } from '../shared/choice.tsx'
import { type Formats, useFormats } from '../shared/format.ts'
import { Nothing, Panel } from '../shared/panel.tsx'
import tableStyles from '../shared/table.module.css'
import { type Head, Table } from '../shared/table.tsx'
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
  const headOf = (column: Column): Head => ({
    name: metrics.columns[column],
    words: column === 'algorithm',
    sort: {
      order: order.column !== column ? null : order.descending ? 'descending' : 'ascending',
      onSort: () => setOrder(nextOrder(order, column)),
    },
  })

  return (
    <Panel
      title={metrics.table}
      controls={
        <>
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
        </>
      }
    >
      <Table label={metrics.table} heads={columns.map(headOf)} testId="operations-table">
        {rows.map((row) => (
          <Line key={operationKey(row)} row={row} format={format} />
        ))}
      </Table>
      {rows.length === 0 && <Nothing>{all.length === 0 ? metrics.noRows : metrics.noMatch}</Nothing>}
    </Panel>
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
