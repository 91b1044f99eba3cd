import { Focusable } from '@ariakit/react'
import { memo, useState } from 'react'
import type { OperationRecord } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { operationKey } from '../records/record-log.ts'
import { type Formats, useFormats } from '../shared/format.ts'
import panelStyles from '../shared/panel.module.css'
import tableStyles from '../shared/table.module.css'
import type { Slot } from './metrics-view.ts'
import styles from './slowest-panel.module.css'
import { Trace } from './trace.tsx'
import { useLog, useLook } from './use-time-panel.ts'

const columnCount = 7

/** The longest operations, and what each of them was made of. */
export function SlowestPanel({ slot }: { readonly slot: Slot }) {
  const { metrics, charts } = useWording()
  const format = useFormats()
  const log = useLog()
  useLook(slot)
  const [open, setOpen] = useState<number | null>(null)
  const records = log.slowest()
  const columns = [metrics.time, charts.phase, charts.peer, charts.queueWait, charts.outcome]
  return (
    <section className={panelStyles.panel}>
      <h2 className={panelStyles.title}>{charts.slowest}</h2>
      {records.length === 0 ? (
        <p className={panelStyles.none}>{metrics.noRows}</p>
      ) : (
        <Focusable role="region" aria-label={charts.slowest} className={styles.scroll}>
          <table className={tableStyles.table} aria-label={charts.slowest}>
            <thead>
              <tr>
                <th scope="col">{metrics.operation}</th>
                <th scope="col">{charts.durationMs}</th>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {records.map((record) => (
                <Line
                  key={record.id}
                  record={record}
                  format={format}
                  trace={open === record.id ? log.trace(record.trace) : null}
                  onOpen={setOpen}
                />
              ))}
            </tbody>
          </table>
        </Focusable>
      )}
    </section>
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
