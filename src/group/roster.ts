import {
  type Codec,
  encode,
  hexId,
  list,
  oneOf,
  struct,
  text,
  toHex,
  u16,
  u48,
  utf8,
} from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'

/** A member instance: 32 hexadecimal digits for 16 bytes, never reused. */
export type MemberId = string & { readonly __memberId: never }
export const memberId = hexId<MemberId>(16)

export const maxNameBytes = 64
/** Entries of one message; a longer roster travels in several. */
export const maxEntries = 96

export interface Add {
  readonly id: MemberId
  readonly name: string
  /** Who vouches: the member itself where the password was proved. */
  readonly sponsor: MemberId
  /** How long the member may be unreachable before it counts as expired, milliseconds. */
  readonly lease: number
  /** 0, and one more each time the member comes back from an expiry. */
  readonly life: number
}

export interface Remove {
  readonly id: MemberId
  readonly by: MemberId
  readonly reason: 'left' | 'evicted' | 'expired'
  /** The last life that this ends: `finalLife` for whoever left or was evicted. */
  readonly life: number
}

/** No life comes after it. */
export const finalLife = 0xffff

/**
 * A 2P-set of (id, life): merging is union and a removal wins for ever, so every order of merges ends alike.
 * A removed member's `Add` is dropped: only the tombstone counts, until one of a later life comes.
 */
export interface Roster {
  readonly adds: ReadonlyMap<MemberId, Add>
  readonly removes: ReadonlyMap<MemberId, Remove>
}

export interface RosterDelta {
  readonly adds: readonly Add[]
  readonly removes: readonly Remove[]
}

const add = struct<Add>({
  id: memberId,
  name: text(maxNameBytes),
  sponsor: memberId,
  lease: u48,
  life: u16,
})
const remove = struct<Remove>({
  id: memberId,
  by: memberId,
  reason: oneOf('left', 'evicted', 'expired'),
  life: u16,
})
export const rosterDelta = struct<RosterDelta>({
  adds: list(add, maxEntries),
  removes: list(remove, maxEntries),
})
export const wholeRoster = struct<RosterDelta>({ adds: list(add, 4096), removes: list(remove, 65535) })

export const emptyRoster: Roster = { adds: new Map(), removes: new Map() }

const order = <T extends { readonly id: MemberId }>(a: T, b: T): number =>
  a.id < b.id ? -1 : a.id > b.id ? 1 : 0

/** Two entries under one id: the later life, then the one whose encoding sorts first, whoever merges. */
const stronger = <T extends { readonly life: number }>(codec: Codec<T>, a: T, b: T): T => {
  if (a.life !== b.life) return a.life > b.life ? a : b
  return toHex(encode(codec, a)) <= toHex(encode(codec, b)) ? a : b
}

/** Union. Returns the same object when nothing is new. */
export const merge = (roster: Roster, delta: RosterDelta): Roster => {
  const adds = new Map(roster.adds)
  const removes = new Map(roster.removes)
  let changed = false
  for (const entry of delta.removes) {
    const known = removes.get(entry.id)
    const kept = known === undefined ? entry : stronger(remove, known, entry)
    if (kept === known) continue
    removes.set(entry.id, kept)
    if ((adds.get(entry.id)?.life ?? finalLife) <= entry.life) adds.delete(entry.id)
    changed = true
  }
  for (const entry of delta.adds) {
    if ((removes.get(entry.id)?.life ?? -1) >= entry.life) continue
    const known = adds.get(entry.id)
    const kept = known === undefined ? entry : stronger(add, known, entry)
    if (kept === known) continue
    adds.set(entry.id, kept)
    changed = true
  }
  return changed ? { adds, removes } : roster
}

/** Live members in the order that gives sender indices and ranks. */
export const liveMembers = (roster: Roster): readonly Add[] => [...roster.adds.values()].sort(order)

/** Whether the member left or was evicted: it never comes back under this id. */
export const isGone = (roster: Roster, id: MemberId): boolean => roster.removes.get(id)?.life === finalLife

/** What `roster` has and `base` has not. */
export const difference = (roster: Roster, base: Roster): RosterDelta => ({
  adds: liveMembers(roster).filter((entry) => base.adds.get(entry.id) !== entry),
  removes: [...roster.removes.values()].filter((entry) => base.removes.get(entry.id) !== entry).sort(order),
})

/** The whole roster in pieces that fit one message each. */
export const pieces = ({ adds, removes }: RosterDelta): readonly RosterDelta[] => {
  const count = Math.max(1, Math.ceil(Math.max(adds.length, removes.length) / maxEntries))
  return Array.from({ length: count }, (_, i) => ({
    adds: adds.slice(i * maxEntries, (i + 1) * maxEntries),
    removes: removes.slice(i * maxEntries, (i + 1) * maxEntries),
  }))
}

/** SHA3-256 of the canonical encoding, tombstones included: 32 bytes as hexadecimal. */
export const rosterHash = (crypto: Crypto, roster: Roster): string =>
  toHex(crypto.hash(utf8('mlwe-pake roster'), encode(wholeRoster, difference(roster, emptyRoster))))
