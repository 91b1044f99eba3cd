/**
 * A store that lives as long as its process: for the simulation, and for a relay that must store nothing.
 */

import { type Bytes, equal, toHex } from '../../src/codec/index.ts'
import { createBuckets, type Letter, type Room } from '../../src/relay-protocol/index.ts'
import {
  pageOf,
  type Slot,
  STRANGER_OWNERS,
  STRANGER_PART,
  type Store,
  type StoreLimits,
  TAKEN_FACTOR,
} from './store.ts'
import { type KeptToken, standingOf } from './tokens.ts'

interface Kept<T> {
  readonly value: T
  readonly until: number
}

interface KeptLetter extends Letter {
  readonly stranger: boolean
}

interface Owner {
  until: number
  /** The network of a stranger, otherwise empty. */
  holder: string
  readonly preKeys: Map<string, Kept<Bytes>>
  /** Taken or dropped, oldest first, so that the same bytes cannot be put again. */
  readonly taken: Map<string, number>
  readonly letters: Map<number, Kept<KeptLetter>>
}

interface RoomData {
  readonly owners: Map<string, Owner>
  readonly tokens: Map<string, KeptToken>
}

const SWEPT_AT_ONCE = 100
const ROW_BYTES = 200

/** Creates an empty store. `now`: milliseconds since 1970. */
export function createMemoryStore(limits: StoreLimits, now: () => number): Store {
  const rooms = new Map<Room, RoomData>()
  const buckets = createBuckets(now)
  let lastLetter = 0
  let bytes = 0
  let swept = rooms.keys()

  /** Deletes an entry, and counts its bytes out. */
  const drop = <K>(from: Map<K, Kept<Bytes | KeptLetter>>, key: K): void => {
    const value = from.get(key)?.value
    if (value === undefined || !from.delete(key)) return
    bytes -= ROW_BYTES + ('payload' in value ? value.payload.length : value.length)
  }
  const reserve = (count: number): void => {
    if (bytes + count > limits.storeBytes) throw new Error('the store is full')
    bytes += count
  }
  const trim = <K, T extends Bytes | KeptLetter>(kept: Map<K, Kept<T>>): void => {
    // Entries are in the order of their expiry.
    for (const [key, { until }] of kept) {
      if (until > now()) return
      drop(kept, key)
    }
  }
  const clear = (owner: Owner): void => {
    for (const key of owner.preKeys.keys()) drop(owner.preKeys, key)
    for (const key of owner.letters.keys()) drop(owner.letters, key)
  }
  /** The owner of a slot, without what has expired. */
  const ownerAt = ({ room, address }: Slot): Owner | undefined => {
    const owners = rooms.get(room)?.owners
    const owner = owners?.get(address)
    if (owner === undefined) return undefined
    trim(owner.preKeys)
    trim(owner.letters)
    if (owner.until > now()) return owner
    clear(owner)
    owners?.delete(address)
    return undefined
  }
  const expire = (room: Room): RoomData | undefined => {
    const data = rooms.get(room)
    for (const address of data?.owners.keys() ?? []) ownerAt({ room, address })
    for (const [token, { until }] of data?.tokens ?? []) if (until <= now()) data?.tokens.delete(token)
    if (data?.owners.size === 0 && data.tokens.size === 0) rooms.delete(room)
    return data
  }
  const dataOf = (room: Room): RoomData => {
    const data = rooms.get(room) ?? { owners: new Map(), tokens: new Map() }
    rooms.set(room, data)
    return data
  }
  const tokensOf = (room: Room): KeptToken[] =>
    [...(rooms.get(room)?.tokens.values() ?? [])].filter(({ until }) => until > now())
  const remember = ({ taken }: Owner, name: string, until: number): void => {
    taken.set(name, until)
    const [oldest] = taken.keys()
    if (taken.size > limits.preKeys * TAKEN_FACTOR && oldest !== undefined) taken.delete(oldest)
  }

  return {
    limits,
    async putPreKeys(slot, items, replace, stranger = '') {
      const until = now() + limits.keptMs
      const found = ownerAt(slot)
      const crowd = rooms.get(slot.room)?.owners.size ?? 0
      if (found === undefined && crowd >= limits.roomOwners) {
        if ((expire(slot.room)?.owners.size ?? 0) >= limits.roomOwners) return 'room-full'
      }
      if (found === undefined && stranger !== '') {
        const holders = [...(expire(slot.room)?.owners.values() ?? [])].map(({ holder }) => holder)
        const share = tokensOf(slot.room).length > 0 ? limits.roomOwners / STRANGER_OWNERS : limits.roomOwners
        const others = holders.filter((holder) => holder !== '')
        const kin = others.filter((holder) => holder === stranger)
        if (others.length >= share || kin.length >= limits.networkOwners) return 'room-full'
      }
      const owner = found ?? {
        until,
        holder: stranger,
        preKeys: new Map(),
        taken: new Map(),
        letters: new Map(),
      }
      const named = new Map(items.map((item) => [toHex(item), item]))
      const isTaken = (name: string): boolean => (owner.taken.get(name) ?? 0) > now()
      const fresh = [...named].filter(([name]) => !owner.preKeys.has(name) && !isTaken(name))
      const dropped = replace ? [...owner.preKeys.keys()].filter((name) => !named.has(name)) : []
      const stock = owner.preKeys.size - dropped.length + fresh.length
      if (stock > limits.preKeys) return 'stock-full'
      reserve(fresh.reduce((sum, [, item]) => sum + item.length + ROW_BYTES, 0))
      for (const name of dropped) {
        remember(owner, name, owner.preKeys.get(name)?.until ?? until)
        drop(owner.preKeys, name)
      }
      for (const [name, item] of fresh) owner.preKeys.set(name, { value: item.slice(), until })
      owner.until = until
      if (stranger === '') owner.holder = ''
      dataOf(slot.room).owners.set(slot.address, owner)
      return stock
    },
    async takePreKey(slot) {
      const owner = ownerAt(slot)
      const [first] = owner?.preKeys ?? []
      if (owner === undefined || first === undefined) return null
      const [name, { value, until }] = first
      remember(owner, name, until)
      drop(owner.preKeys, name)
      return value
    },
    async countPreKeys(room) {
      expire(room)
      return [...(rooms.get(room)?.owners ?? [])]
        .map(([address, { preKeys }]) => ({ address, count: preKeys.size }))
        .sort((a, b) => (a.address < b.address ? -1 : 1))
    },
    async forget(slot) {
      const owner = ownerAt(slot)
      if (owner !== undefined) clear(owner)
      rooms.get(slot.room)?.owners.delete(slot.address)
      expire(slot.room)
    },
    async deposit(to, from, payload, stranger = false) {
      const owner = ownerAt(to)
      if (owner === undefined) return 'no-mailbox'
      const letters = [...owner.letters.values()].map(({ value }) => value)
      const isWaiting = (letter: Letter): boolean => letter.from === from && equal(letter.payload, payload)
      if (letters.some(isWaiting)) return 'mailed'
      const apart = stranger && tokensOf(to.room).length > 0
      const counted = apart ? letters.filter((letter) => letter.stranger) : letters
      const part = apart ? STRANGER_PART : 1
      const size = counted.reduce((sum, letter) => sum + letter.payload.length, payload.length)
      const isFull =
        counted.length >= limits.mailboxLetters / part ||
        letters.length >= limits.mailboxLetters ||
        size > limits.mailboxBytes / part ||
        letters.reduce((sum, letter) => sum + letter.payload.length, payload.length) > limits.mailboxBytes
      if (isFull) return 'mailbox-full'
      reserve(payload.length + ROW_BYTES)
      const id = ++lastLetter
      const value = { id, from, payload: payload.slice(), stranger }
      owner.letters.set(id, { value, until: now() + limits.keptMs })
      return 'mailed'
    },
    async fetchMail(slot, after) {
      const owner = ownerAt(slot)
      if (owner === undefined) return { letters: [], more: false }
      owner.until = now() + limits.keptMs
      const letters = [...owner.letters.values()].flatMap(({ value: { id, from, payload } }) =>
        id > after ? [{ id, from, payload }] : [],
      )
      const fit = pageOf(letters.map(({ payload }) => payload.length))
      return { letters: letters.slice(0, fit), more: fit < letters.length }
    },
    async acknowledge(slot, ids) {
      const letters = rooms.get(slot.room)?.owners.get(slot.address)?.letters
      if (letters !== undefined) for (const id of ids) drop(letters, id)
    },
    async standing(room, token, founder) {
      const { keptMs } = limits
      const { memberOf, changed } = standingOf(tokensOf(room), token, founder, { now: now(), keptMs })
      for (const one of changed) dataOf(room).tokens.set(one.token, one)
      return memberOf
    },
    spend: async (charges) => buckets.spend(charges),
    async sweep() {
      buckets.sweep(SWEPT_AT_ONCE * 10)
      for (let seen = 0; seen < SWEPT_AT_ONCE; seen++) {
        const next = swept.next()
        if (next.done) {
          swept = rooms.keys()
          return false
        }
        expire(next.value)
      }
      return true
    },
    async check() {},
    async close() {},
  }
}
