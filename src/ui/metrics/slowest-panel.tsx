/** The longest operations, each with the trace of its parts. */

import { memo, useState } from 'react'
import type { OperationRecord } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { operationKey } from '../records/record-log.ts'
import { type Formats, useFormats } from '../shared/format.ts'
import { Nothing, Panel } from '../shared/panel.tsx'
import { Table } from '../shared/table.tsx'
import type { Slot } from './metrics-view.ts'
import styles from './slowest-panel.module.css'
import { Trace } from './trace.tsx'
import { useLog, useLook } from './use-time-panel.ts'

const columnCount = 7

export function SlowestPanel({ slot }: { readonly slot: Slot }) {
  const { metrics, charts } = useWording()
  const format = useFormats()
  const log = useLog()
  useLook(slot)
  const [open, setOpen] = useState<number | null>(null)
  const records = log.slowest()
  const heads = [
    metrics.operation,
    charts.durationMs,
    metrics.time,
    charts.phase,
    charts.peer,
    charts.queueWait,
    charts.outcome,
  ]
  return (
    <Panel title={charts.slowest}>
      {records.length === 0 ? (
        <Nothing>{metrics.noRows}</Nothing>
      ) : (
        <Table label={charts.slowest} heads={heads} height="tall">
          {records.map((record) => (
            <Line
              key={record.id}
              record={record}
              format={format}
              trace={open === record.id ? log.trace(record.trace) : null}
              onOpen={setOpen}
            />
          ))}
        </Table>
      )}
    </Panel>
  )
}

interface LineProps {
  readonly record: OperationRecord
  readonly format: Formats
  /** `null`: not unfolded. */
  readonly trace: readonly OperationRecord[] | null
  readonly onOpen: (id: number | null) => void
}

const Line = memo(function Line({ record, format, trace, onOpen }: LineProps) {
  const { charts } = useWording()
  return (
    <>
      <tr>
        <th scope="row">
          <button
            type="button"
            className={styles.unfold}
            aria-expanded={trace !== null}
            onClick={() => onOpen(trace === null ? record.id : null)}
          >
            {operationKey(record)}
          </button>
        </th>
        <td>{format.exactMs(record.duration)}</td>
        <td>{format.time(record.start)}</td>
        <td>{record.phase ?? '–'}</td>
        <td>{record.peer ?? '–'}</td>
        <td>{format.exactMs(record.queueWait)}</td>
        <td data-failed={record.error !== null} className={styles.outcome}>
          {outcomeOf(record, charts)}
        </td>
      </tr>
      {trace !== null && (
        <tr className={styles.trace}>
          <td colSpan={columnCount}>
            <Trace
              label={charts.traceOf(operationKey(record))}
              records={tracedBy(trace, record)}
              about={record.id}
            />
          </td>
        </tr>
      )}
    </>
  )
})

/** Its trace, or the record alone where that is no longer kept. */
const tracedBy = (trace: readonly OperationRecord[], record: OperationRecord): readonly OperationRecord[] =>
  trace.some(({ id }) => id === record.id) ? trace : [record]

const outcomeOf = (
  { error, throttled }: OperationRecord,
  words: { readonly ok: string; readonly throttled: string },
): string => (throttled ? `${error ?? words.ok}, ${words.throttled}` : (error ?? words.ok))
