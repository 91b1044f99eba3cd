/**
 * What a stored profile keeps of a group, secrets included, to be sealed by who stores it. Byte table in SPEC.md.
 *
 * No sending chain is kept: a restored member sends only by an epoch of its new life, so that no copy of a state can
 * seal twice under one key.
 */
import {
  type Bytes,
  bool,
  type Codec,
  concat,
  DecodeError,
  decode,
  encode,
  fixed,
  list,
  optional,
  struct,
  u8,
  u32,
  u48,
} from '../codec/index.ts'
import { type Crypto, type Secret, secretBytes } from '../crypto/index.ts'
import { identify, type MemberEntry, type MemberId, memberEntry, memberId } from '../identity/index.ts'
import { epochId, type HeldEpoch, maxMembers, precedes } from './epoch.ts'
import { maxHeld } from './keeping.ts'
import { type KeptRemoval, removalReason, type ToldRemoval, toldRemoval } from './removal.ts'
import { emptyRoster, maxEarly, maxKept, maxRemovals, maxWaiting, type Roster, rosterHash } from './roster.ts'
import { type Attribution, deniedList, type RosterEntry } from './roster-entry.ts'
import { maxSkipped, type ReceivingChain } from './sender-chain.ts'
import type { GroupState } from './state.ts'
import { createGroup } from './views.ts'

const format = 2
const key = secretBytes(32)
const latest = 2 ** 48 - 1

/** A time or a duration in milliseconds: whole, and within 48 bits whatever a clock says. */
const milliseconds: Codec<number> = {
  write: (out, value) => u48.write(out, Math.min(latest, Math.max(0, Math.floor(value)))),
  read: u48.read,
}

interface Pair<K, V> {
  readonly key: K
  readonly value: V
}

/** A map as the list of its entries, each key once. */
const mapOf = <K, V>(keys: Codec<K>, values: Codec<V>, max: number): Codec<ReadonlyMap<K, V>> => {
  const pairs = list(struct<Pair<K, V>>({ key: keys, value: values }), max)
  return {
    write: (out, map) =>
      pairs.write(
        out,
        [...map].map(([key, value]) => ({ key, value })),
      ),
    read: (input) => {
      const read = pairs.read(input)
      const map = new Map(read.map(({ key, value }) => [key, value]))
      return map.size === read.length ? map : input.fail('a key twice')
    },
  }
}

const receivingChain = struct<ReceivingChain>({
  chain: key,
  generation: u32,
  skipped: mapOf<number, Secret>(u32, key, maxSkipped),
})

type StoredEpoch = Omit<HeldEpoch, 'sending'>

const storedEpoch = struct<StoredEpoch>({
  id: epochId,
  counter: u48,
  author: memberId,
  members: list(memberId, maxMembers),
  since: milliseconds,
  wasUsable: bool,
  preferred: bool,
  fingerprint: fixed(16),
  confirm: key,
  exporter: key,
  media: key,
  headerKey: key,
  receiving: mapOf<MemberId, ReceivingChain>(memberId, receivingChain, maxMembers),
})

interface StoredEntry extends Attribution {
  readonly entry: MemberEntry
}

const storedEntry = struct<StoredEntry>({
  entry: memberEntry,
  by: memberId,
  teller: memberId,
  denied: deniedList,
})

const storedRemoval = struct<KeptRemoval>({
  id: memberId,
  by: memberId,
  reason: removalReason,
  teller: memberId,
  denied: deniedList,
  at: milliseconds,
  withInvited: bool,
})

interface StoredGroup {
  readonly groupId: Bytes
  readonly self: MemberEntry
  readonly founded: boolean
  readonly ended: ToldRemoval | null
  readonly entries: readonly StoredEntry[]
  readonly waiting: readonly StoredEntry[]
  readonly removals: readonly KeptRemoval[]
  readonly early: readonly KeptRemoval[]
  readonly kept: readonly MemberEntry[]
  readonly epochs: readonly StoredEpoch[]
  readonly greatest: number
  readonly floor: number
  readonly limit: number
  readonly absences: ReadonlyMap<MemberId, number>
}

export const storedGroup = struct<StoredGroup>({
  groupId: fixed(16),
  self: memberEntry,
  founded: bool,
  ended: optional(toldRemoval),
  entries: list(storedEntry, maxMembers),
  waiting: list(storedEntry, maxWaiting),
  removals: list(storedRemoval, maxRemovals),
  early: list(storedRemoval, maxEarly),
  kept: list(memberEntry, 2 * maxKept),
  epochs: list(storedEpoch, maxHeld),
  greatest: u48,
  floor: u48,
  limit: u48,
  absences: mapOf<MemberId, number>(memberId, milliseconds, maxMembers),
})

/**
 * @returns the state as bytes: secrets among them
 */
export const encodeGroup = (state: GroupState): Bytes => {
  const { groupId, self, founded, ended, roster, epochs, counter, absences } = state
  const stored: StoredGroup = {
    groupId,
    self: self.entry,
    founded,
    ended,
    entries: [...roster.entries.values()],
    waiting: [...roster.waiting.values()],
    removals: [...roster.removals.values()],
    early: [...roster.early.values()],
    kept: [...roster.kept.values()].map(({ entry }) => entry),
    epochs,
    greatest: counter.greatest,
    floor: counter.floor,
    limit: counter.limit,
    absences: new Map([...absences].map(([id, { ms }]) => [id, ms])),
  }
  return concat(encode(u8, format), encode(storedGroup, stored))
}

const byId = <T extends { readonly id: MemberId }>(items: readonly T[]): ReadonlyMap<MemberId, T> => {
  const map = new Map(items.map((item) => [item.id, item]))
  if (map.size !== items.length) throw new DecodeError('a member twice', 'group', 1)
  return map
}

const rosterFrom = (crypto: Crypto, stored: StoredGroup): Roster => {
  const place = ({ entry, by, teller, denied }: StoredEntry): RosterEntry => ({
    ...identify(crypto, stored.groupId, entry),
    by,
    teller,
    denied,
  })
  return {
    ...emptyRoster,
    entries: byId(stored.entries.map(place)),
    waiting: byId(stored.waiting.map(place)),
    removals: byId(stored.removals),
    early: byId(stored.early),
    kept: byId(stored.kept.map((entry) => identify(crypto, stored.groupId, entry))),
  }
}

/**
 * @returns the state of a member that came back: it listens first, and sends by its next epoch only
 * @throws DecodeError
 */
export const decodeGroup = (crypto: Crypto, bytes: Uint8Array): GroupState => {
  if (bytes[0] !== format) throw new DecodeError('unknown format', 'group', 0)
  const stored = decode(storedGroup, bytes.subarray(1))
  const { groupId, epochs, greatest, floor, limit } = stored
  const self = identify(crypto, groupId, stored.self)
  const roster = rosterFrom(crypto, stored)
  const ordered = epochs.every((epoch, i) => i === 0 || precedes(epochs[i - 1]!, epoch))
  if (!ordered || !roster.entries.has(self.id)) throw new DecodeError('inconsistent state', 'group', 1)
  const absences = [...stored.absences].map(([id, ms]) => [id, { ms, announcedAt: null }] as const)
  return {
    ...createGroup(crypto, groupId, self),
    founded: stored.founded,
    ended: stored.ended,
    roster,
    hash: rosterHash(crypto, groupId, roster),
    epochs: epochs.map((epoch) => ({ ...epoch, sending: null })),
    counter: { greatest, floor, limit, risingSince: null },
    absences: new Map(absences),
    returned: true,
  }
}
