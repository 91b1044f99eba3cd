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
  const { preKeys, stored, members, epoch } = useUi(({ view }) => view)
  const nameOf = (address: string): string => {
    const member = members.find((one) => one.address === address)
    if (member?.link === 'self') return words.you
    return member === undefined || member.name === '' ? words.asleep(address.slice(0, 8)) : member.name
  }
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
      {epoch !== null && stocks === null && <Nothing>{words.notAsked}</Nothing>}
      {stocks?.length === 0 && <Nothing>{words.noStocks}</Nothing>}
      {stocks !== null && stocks.length > 0 && (
        <Table label={words.stocks} caption={words.stocks} heads={[words.member, words.preKeys]}>
          {stocks.map(({ address, count }) => (
            <tr key={address}>
              <th scope="row">
                <bdi>{nameOf(address)}</bdi>
              </th>
              <td>{format.count(count)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  )
}
