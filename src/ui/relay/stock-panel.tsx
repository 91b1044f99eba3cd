/** What waits at the relay: pre-keys for newcomers, letters for members who are asleep. */

import type { RelayView } from '../../host/index.ts'
import { useUi, useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { Nothing, Panel } from '../shared/panel.tsx'
import { Table } from '../shared/table.tsx'
import { Fact, Facts } from './facts.tsx'

export function StockPanel({ view: { stocks, letters } }: { readonly view: RelayView }) {
  const { relay: words } = useWording()
  const format = useFormats()
  const { preKeys, stored, members, selfId, suite } = useUi(({ view }) => view)
  const nameOf = (id: string): string =>
    id === selfId ? words.you : (members.find((one) => one.id === id)?.name ?? words.asleep(id.slice(0, 8)))
  const low = preKeys !== null && preKeys.left <= preKeys.refillAt
  return (
    <Panel title={words.stock}>
      <Facts>
        <Fact
          name={words.ownStock}
          state={low ? 'wait' : undefined}
          hint={low ? words.low(format.count(preKeys.refillAt)) : undefined}
          testId="relay-own-stock"
        >
          {preKeys === null
            ? words.noOwnStock
            : words.ownStockOf(format.count(preKeys.left), format.count(preKeys.of))}
        </Fact>
        <Fact name={words.mailbox} hint={letters.announced ? words.announced : undefined}>
          {stored
            ? words.mailboxOf(format.count(letters.read), format.count(letters.unread))
            : words.noMailbox}
        </Fact>
        <Fact name={words.left}>{format.count(letters.left)}</Fact>
      </Facts>
      {suite !== null && stocks === null && <Nothing>{words.notAsked}</Nothing>}
      {stocks?.length === 0 && <Nothing>{words.noStocks}</Nothing>}
      {stocks !== null && stocks.length > 0 && (
        <Table label={words.stocks} caption={words.stocks} heads={[words.member, words.preKeys]}>
          {stocks.map(({ id, count }) => (
            <tr key={id}>
              <th scope="row">{nameOf(id)}</th>
              <td>{format.count(count)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}
