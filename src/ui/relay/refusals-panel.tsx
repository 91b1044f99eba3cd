import { Focusable } from '@ariakit/react'
import { useId } from 'react'
import type { RelayView } from '../../host/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import tables from '../shared/table.module.css'
import styles from './relay.module.css'
import { useClock } from './use-clock.ts'

interface Row {
  readonly reason: string
  readonly count: number
  readonly at: number
  readonly retryAt?: number
}

interface ReasonsProps {
  readonly title: string
  readonly none: string
  readonly rows: readonly Row[]
  /** Whether there is a time from which another try makes sense. */
  readonly retried: boolean
}

function Reasons({ title, none, rows, retried }: ReasonsProps) {
  const { relay: words } = useWording()
  const format = useFormats()
  const clock = useClock()
  const titleId = useId()
  const meaning = (reason: string): string =>
    (Object.hasOwn(words.reasons, reason) && words.reasons[reason]) || words.unknownReason
  const again = (at: number): string => (at <= Date.now() ? words.now : words.inSeconds(clock.until(at)))
  return (
    <section className={styles.panel} aria-labelledby={titleId}>
      <h2 id={titleId}>{title}</h2>
      {rows.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <Focusable role="group" aria-labelledby={titleId} className={tables.wide}>
          <table className={tables.table}>
            <thead>
              <tr>
                <th scope="col">{words.reason}</th>
                <th scope="col" className={tables.words}>
                  {words.meaning}
                </th>
                <th scope="col">{words.count}</th>
                <th scope="col">{words.last}</th>
                {retried && <th scope="col">{words.again}</th>}
              </tr>
            </thead>
            <tbody>
              {rows.toReversed().map(({ reason, count, at, retryAt }) => (
                <tr key={reason}>
                  <th scope="row">{reason}</th>
                  <td className={tables.words}>{meaning(reason)}</td>
                  <td>{format.count(count)}</td>
                  <td>{clock.time(at)}</td>
                  {retried && <td>{again(retryAt ?? 0)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </Focusable>
      )}
    </section>
  )
}

/** What the relay would not do, and when to ask again. */
export function RefusalsPanel({ refusals }: Pick<RelayView, 'refusals'>) {
  const { relay: words } = useWording()
  const rows = refusals.map(({ code, ...refusal }) => ({ reason: code, ...refusal }))
  return <Reasons title={words.refusals} none={words.noRefusals} rows={rows} retried />
}

/** Why the link ended, whenever it did. */
export function EndsPanel({ ends }: Pick<RelayView, 'ends'>) {
  const { relay: words } = useWording()
  return <Reasons title={words.ends} none={words.noEnds} rows={ends} retried={false} />
}
