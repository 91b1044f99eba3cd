/**
 * Who is in and who is out: entries and removals. Merging is union, and a removal wins.
 *
 *   entry told ──room for it──> live ──removal──> removed (its entry is kept for a while)
 *        └──none: waiting ──a place is free──┘
 *   removal told, entry unknown ──> early, in case the entry comes
 *
 * Whatever others send, each of these sets has a bound.
 */
import { encode, list, toHex, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { type EntryHash, entryHash, type Identified, type MemberId } from '../identity/index.ts'
import type { RosterHash } from './control.ts'
import { maxMembers } from './epoch.ts'
import type { KeptRemoval } from './removal.ts'
import type { RosterEntry } from './roster-entry.ts'

/** Nobody is let in above this; merging may go further, to `maxMembers`. */
export const maxAdmitted = 192
const maxPerAddress = 2
export const maxWaiting = 64
export const maxRemovals = 4_096
export const maxEarly = 64
/** Kept entries of expired members, and as many of others that were removed. */
export const maxKept = 64
const removalMs = 62 * 86_400_000

export interface Roster {
  /** Live members. */
  readonly entries: ReadonlyMap<MemberId, RosterEntry>
  /** Entries for which there is no place. */
  readonly waiting: ReadonlyMap<MemberId, RosterEntry>
  /** Removals of entries that were held here, oldest first. */
  readonly removals: ReadonlyMap<MemberId, KeptRemoval>
  /** Removals that came before their entry, oldest first. */
  readonly early: ReadonlyMap<MemberId, KeptRemoval>
  /** Entries of removed members, oldest first: they may be told, and the expired may come back. */
  readonly kept: ReadonlyMap<MemberId, Identified>
}

export const emptyRoster: Roster = {
  entries: new Map(),
  waiting: new Map(),
  removals: new Map(),
  early: new Map(),
  kept: new Map(),
}

const byText = <T extends string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

/** Live members in the order that gives sender indices and ranks. */
export const sortedEntries = ({ entries }: Roster): readonly RosterEntry[] =>
  [...entries.values()].sort((a, b) => byText(a.id, b.id))

/** Full hashes of the live entries, sorted. */
export const liveHashes = ({ entries }: Roster): readonly EntryHash[] =>
  [...entries.values()].map(({ hash }) => hash).sort(byText)

const hashes = list(entryHash, maxMembers)

/**
 * @param groupId 16 bytes
 * @returns SHA3-256 over label, group and the sorted full hashes of the live entries behind a 2-byte count
 */
export const rosterHash = (crypto: Crypto, groupId: Uint8Array, roster: Roster): RosterHash =>
  toHex(crypto.hash(utf8('mlwe-pake v2 roster'), groupId, encode(hashes, liveHashes(roster)))) as RosterHash

/** The removal that is known of `id`, early ones included. */
export const removalIn = (roster: Roster, id: MemberId): KeptRemoval | null =>
  roster.removals.get(id) ?? roster.early.get(id) ?? null

/** Whether one more live entry of this relay address is considered. */
export const hasPlaceAt = ({ entries }: Roster, { entry }: Identified): boolean => {
  let count = 0
  for (const other of entries.values()) if (other.entry.address === entry.address) count += 1
  return count < maxPerAddress
}

const hasPlace = (roster: Roster, entry: Identified): boolean =>
  roster.entries.size < maxMembers && hasPlaceAt(roster, entry)

/** The newest `max` of a map, by the order in which they came. */
const newest = <V>(map: ReadonlyMap<MemberId, V>, max: number): ReadonlyMap<MemberId, V> =>
  map.size <= max ? map : new Map([...map].slice(map.size - max))

/** Waiting entries move up in the order of their hashes. */
const promote = (roster: Roster): Roster => {
  let entries = roster.entries
  const waiting = new Map(roster.waiting)
  for (const entry of [...waiting.values()].sort((a, b) => byText(a.hash, b.hash))) {
    if (!hasPlace({ ...roster, entries }, entry)) continue
    entries = new Map(entries).set(entry.id, entry)
    waiting.delete(entry.id)
  }
  return entries === roster.entries ? roster : { ...roster, entries, waiting }
}

/** A new entry that was not removed: live where there is a place, else among the first 64 that wait. */
export const addEntry = (roster: Roster, entry: RosterEntry): Roster => {
  if (hasPlace(roster, entry)) {
    return { ...roster, entries: new Map(roster.entries).set(entry.id, entry) }
  }
  const queue = [...roster.waiting.values(), entry]
    .sort((a, b) => byText(a.hash, b.hash))
    .slice(0, maxWaiting)
  return { ...roster, waiting: new Map(queue.map((waiting) => [waiting.id, waiting])) }
}

/** Puts another attribution on an entry that is held, live or waiting. */
export const replaceEntry = (roster: Roster, entry: RosterEntry): Roster =>
  roster.entries.has(entry.id)
    ? { ...roster, entries: new Map(roster.entries).set(entry.id, entry) }
    : { ...roster, waiting: new Map(roster.waiting).set(entry.id, entry) }

const keep = (roster: Roster, { entry, hash, id }: Identified): Roster => {
  const all = new Map(roster.kept).set(id, { entry, hash, id })
  const isExpired = (other: MemberId): boolean => roster.removals.get(other)?.reason === 'expired'
  const ids = [...all.keys()].reverse()
  const expired = ids.filter(isExpired).slice(0, maxKept)
  const others = ids.filter((other) => !isExpired(other)).slice(0, maxKept)
  const stay = new Set([...expired, ...others])
  return { ...roster, kept: new Map([...all].filter(([other]) => stay.has(other))) }
}

/** Takes a removal in, or another attribution of a known one. */
export const addRemoval = (roster: Roster, removal: KeptRemoval): Roster => {
  const { id } = removal
  if (roster.removals.has(id)) return { ...roster, removals: new Map(roster.removals).set(id, removal) }
  const held = roster.entries.get(id) ?? roster.waiting.get(id)
  if (held === undefined) {
    return { ...roster, early: newest(new Map(roster.early).set(id, removal), maxEarly) }
  }
  const [entries, waiting] = [new Map(roster.entries), new Map(roster.waiting)]
  entries.delete(id)
  waiting.delete(id)
  const removals = newest(new Map(roster.removals).set(id, removal), maxRemovals)
  return promote(keep({ ...roster, entries, waiting, removals }, held))
}

/** The entry of an early removal has come: the removal is kept like any other. */
export const settleEarly = (roster: Roster, entry: Identified): Roster => {
  const removal = roster.early.get(entry.id)
  if (removal === undefined) return roster
  const early = new Map(roster.early)
  early.delete(entry.id)
  const removals = newest(new Map(roster.removals).set(entry.id, removal), maxRemovals)
  return keep({ ...roster, early, removals }, entry)
}

/** Drops removals that are older than 62 days. Returns the same object where none is. */
export const forgetOld = (roster: Roster, now: number): Roster => {
  const isOld = ({ at }: KeptRemoval): boolean => now - at > removalMs
  if (![...roster.removals.values(), ...roster.early.values()].some(isOld)) return roster
  const fresh = (map: ReadonlyMap<MemberId, KeptRemoval>) =>
    new Map([...map].filter(([, removal]) => !isOld(removal)))
  const removals = fresh(roster.removals)
  const kept = new Map([...roster.kept].filter(([id]) => removals.has(id)))
  return { ...roster, removals, early: fresh(roster.early), kept }
}
