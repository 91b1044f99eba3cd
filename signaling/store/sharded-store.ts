/** One store over several: a room lives in one of them, by its hash. */

import { createHash } from 'node:crypto'
import type { Store } from './store.ts'

/** The number of the part that holds a name, out of `count`. It must not change while there is data. */
export const laneIn =
  (count: number) =>
  (name: string): number =>
    count === 1 ? 0 : createHash('sha256').update(name).digest().readUInt32BE() % count

/** Combines stores. All charges of a request go to one of them, since they are paid together or not at all. */
export function createShardedStore(stores: readonly [Store, ...Store[]]): Store {
  const [first] = stores
  const laneOf = laneIn(stores.length)
  const holding = (name: string): Store => stores[laneOf(name)] ?? first
  const each = async <T>(act: (store: Store) => Promise<T>): Promise<readonly T[]> =>
    await Promise.all(stores.map(act))
  return {
    limits: first.limits,
    putPreKeys: (slot, items, replace, stranger) =>
      holding(slot.room).putPreKeys(slot, items, replace, stranger),
    takePreKey: (slot) => holding(slot.room).takePreKey(slot),
    countPreKeys: (room) => holding(room).countPreKeys(room),
    forget: (slot) => holding(slot.room).forget(slot),
    deposit: (to, from, payload, stranger) => holding(to.room).deposit(to, from, payload, stranger),
    fetchMail: (slot, after) => holding(slot.room).fetchMail(slot, after),
    acknowledge: (slot, ids) => holding(slot.room).acknowledge(slot, ids),
    standing: (room, token, founder) => holding(room).standing(room, token, founder),
    // The first charge names the network. A room's quota is counted apart in each store that its networks use.
    spend: (charges) => holding(charges[0]?.name ?? '').spend(charges),
    sweep: async () => (await each((store) => store.sweep())).includes(true),
    check: async () => void (await each((store) => store.check())),
    close: async () => void (await each((store) => store.close())),
  }
}
