/** What the relay refused, and why links ended. */

import type { RelayReason, RelayView } from '../../host/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { Nothing, Panel } from '../shared/panel.tsx'
import tables from '../shared/table.module.css'
import { Table } from '../shared/table.tsx'

interface Row {
  readonly reason: RelayReason
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
  const again = (at: number): string =>
    at <= Date.now() ? words.now : words.inSeconds(format.secondsUntil(at))
  return (
    <Panel title={title}>
      {rows.length === 0 ? (
        <Nothing>{none}</Nothing>
      ) : (
        <Table
          label={title}
          heads={[
            words.reason,
            { name: words.meaning, words: true },
            words.count,
            words.last,
            ...(retried ? [words.again] : []),
          ]}
        >
          {rows.toReversed().map(({ reason, count, at, retryAt }) => (
            <tr key={reason}>
              <th scope="row">{reason}</th>
              <td className={tables.words}>{words.reasons[reason]}</td>
              <td>{format.count(count)}</td>
              <td>{format.clock(at)}</td>
              {retried && <td>{again(retryAt ?? 0)}</td>}
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}

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
