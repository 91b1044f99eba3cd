import type { RelayView } from '../../host/index.ts'
import { useUi, useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import tables from '../shared/table.module.css'
import { Fact, Facts } from './facts.tsx'
import styles from './relay.module.css'

/** As in the members' own code: a stock is filled up again from here. */
const lowStock = 25

/** What waits at the relay: pre-keys for newcomers, letters for those who sleep. */
export function StockPanel({ view: { stocks, letters } }: { readonly view: RelayView }) {
  const { relay: words } = useWording()
  const format = useFormats()
  const { preKeys, stored, members, selfId, suite } = useUi(({ view }) => view)
  const nameOf = (id: string): string =>
    id === selfId ? words.you : (members.find((one) => one.id === id)?.name ?? words.asleep(id.slice(0, 8)))
  const low = preKeys !== null && preKeys <= lowStock
  return (
    <section className={styles.panel} aria-labelledby="relay-stock">
      <h2 id="relay-stock">{words.stock}</h2>
      <Facts>
        <Fact
          name={words.ownStock}
          state={low ? 'wait' : undefined}
          hint={low ? words.low : undefined}
          testId="relay-own-stock"
        >
          {preKeys === null ? words.noOwnStock : words.ownStockOf(format.count(preKeys))}
        </Fact>
        <Fact name={words.mailbox} hint={letters.announced ? words.announced : undefined}>
          {stored
            ? words.mailboxOf(format.count(letters.read), format.count(letters.unread))
            : words.noMailbox}
        </Fact>
        <Fact name={words.left}>{format.count(letters.left)}</Fact>
      </Facts>
      {suite !== null && stocks === null && <p className={styles.none}>{words.notAsked}</p>}
      {stocks?.length === 0 && <p className={styles.none}>{words.noStocks}</p>}
      {stocks !== null && stocks.length > 0 && (
        <table className={tables.table}>
          <caption className={styles.caption}>{words.stocks}</caption>
          <thead>
            <tr>
              <th scope="col">{words.member}</th>
              <th scope="col">{words.preKeys}</th>
            </tr>
          </thead>
          <tbody>
            {stocks.map(({ id, count }) => (
              <tr key={id}>
                <th scope="row">{nameOf(id)}</th>
                <td>{format.count(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
