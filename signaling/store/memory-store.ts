/**
 * A store that lives as long as its process: for the simulation, and for a relay that must store nothing.
 */

import { type Bytes, toHex } from '../../src/codec/index.ts'
import { createNetworkBuckets, type Letter, type Room } from '../../src/relay-protocol/index.ts'
import { pageOf, type Slot, type Store, type StoreLimits } from './store.ts'

interface Kept<T> {
  /** `null` once taken or dropped. The entry stays, so that the same bytes cannot be put again. */
  value: T | null
  readonly until: number
}

interface Owner {
  until: number
  readonly preKeys: Map<string, Kept<Bytes>>
  readonly letters: Map<number, Kept<Letter>>
}

/** Creates an empty store. `now`: milliseconds since 1970. */
export function createMemoryStore(limits: StoreLimits, now: () => number): Store {
  const rooms = new Map<Room, Map<string, Owner>>()
  const buckets = createNetworkBuckets(limits.networkPerSecond, limits.networkBurst, now)
  let lastLetter = 0

  const ownerAt = ({ room, address }: Slot): Owner | undefined => rooms.get(room)?.get(address)
  const alive = <K, T>(kept: Map<K, Kept<T>>): T[] => {
    const values: T[] = []
    for (const [key, { value, until }] of kept) {
      if (until <= now()) kept.delete(key)
      else if (value !== null) values.push(value)
    }
    return values
  }
  const expire = (room: Room): void => {
    const owners = rooms.get(room)
    for (const [address, owner] of owners ?? []) {
      alive(owner.preKeys)
      alive(owner.letters)
      if (owner.until <= now()) owners?.delete(address)
    }
    if (owners?.size === 0) rooms.delete(room)
  }

  return {
    async putPreKeys(slot, items, replace) {
      expire(slot.room)
      const owners = rooms.get(slot.room) ?? new Map<string, Owner>()
      const until = now() + limits.keptMs
      if (!owners.has(slot.address) && owners.size >= limits.roomOwners) return 'room-full'
      const owner = owners.get(slot.address) ?? { until, preKeys: new Map(), letters: new Map() }
      const named = new Map(items.map((item) => [toHex(item), item]))
      const fresh = [...named].filter(([key]) => !owner.preKeys.has(key))
      const dropped = [...owner.preKeys].filter(([key]) => replace && !named.has(key))
      const left = alive(owner.preKeys).length - dropped.filter(([, { value }]) => value !== null).length
      if (left + fresh.length > limits.preKeys) return 'stock-full'
      for (const [, kept] of dropped) kept.value = null
      for (const [key, value] of fresh) owner.preKeys.set(key, { value: value.slice(), until })
      owner.until = until
      rooms.set(slot.room, owners.set(slot.address, owner))
      return left + fresh.length
    },
    async takePreKey(slot) {
      expire(slot.room)
      for (const kept of ownerAt(slot)?.preKeys.values() ?? []) {
        const { value } = kept
        kept.value = null
        if (value !== null) return value
      }
      return null
    },
    async countPreKeys(room) {
      expire(room)
      return [...(rooms.get(room) ?? [])]
        .map(([address, owner]) => ({ address, count: alive(owner.preKeys).length }))
        .sort((a, b) => (a.address < b.address ? -1 : 1))
    },
    async forget({ room, address }) {
      const owners = rooms.get(room)
      owners?.delete(address)
      if (owners?.size === 0) rooms.delete(room)
    },
    async deposit(to, from, payload) {
      expire(to.room)
      const owner = ownerAt(to)
      if (owner === undefined) return 'no-mailbox'
      const letters = alive(owner.letters)
      const digest = toHex(payload)
      if (letters.some((letter) => letter.from === from && toHex(letter.payload) === digest)) return 'mailed'
      const size = letters.reduce((sum, letter) => sum + letter.payload.length, payload.length)
      if (letters.length >= limits.mailboxLetters || size > limits.mailboxBytes) return 'mailbox-full'
      const id = ++lastLetter
      const until = now() + limits.keptMs
      owner.letters.set(id, { value: { id, from, payload: payload.slice() }, until })
      return 'mailed'
    },
    async fetchMail(slot, after) {
      expire(slot.room)
      const owner = ownerAt(slot)
      if (owner === undefined) return { letters: [], more: false }
      owner.until = now() + limits.keptMs
      const letters = alive(owner.letters).filter(({ id }) => id > after)
      const fit = pageOf(letters.map(({ payload }) => payload.length))
      return { letters: letters.slice(0, fit), more: fit < letters.length }
    },
    async acknowledge(slot, ids) {
      const letters = ownerAt(slot)?.letters
      for (const id of ids) letters?.delete(id)
    },
    spend: async (network, cost) => buckets.spend(network, cost),
    async sweep() {
      for (const room of [...rooms.keys()]) expire(room)
      buckets.sweep()
    },
    async check() {},
    async close() {},
  }
}
