/**
 * What group members tell each other inside their pair sessions.
 *
 *   who is in    roster · ids · ask · entries · removals · not-by-me · expiring · heard
 *   the key      epoch · ack
 *
 * Byte tables in SPEC.md. The longest control has `maxControlBytes`, which leaves a frame of 16 KiB room for the
 * ratchet's header with a turn block, and for padding.
 */
import { type Bytes, fixed, hexId, list, oneOf, struct, u48, union } from '../codec/index.ts'
import { type EntryHash, entryHash, type MemberId, memberId } from '../identity/index.ts'
import { type EpochHeader, type EpochId, epochHeader, epochId, maxMembers } from './epoch.ts'
import { type ToldRemoval, toldRemoval } from './removal.ts'
import { maxToldEntryBytes, type ToldEntry, toldEntry } from './roster-entry.ts'

export const maxEntriesPerControl = 9
export const maxRemovalsPerControl = 192
/** The length of the longest control, which is one of nine entries. */
export const maxControlBytes = 1 + 2 + maxEntriesPerControl * maxToldEntryBytes

/** SHA3-256 over the live entries: 64 hexadecimal digits. */
export type RosterHash = string & { readonly __rosterHash: never }
const rosterHashCodec = hexId<RosterHash>(32)

export type GroupControl =
  /** A doorkeeper to its newcomer, and both sides of a merge: where the sender stands, and who let the sender in. */
  | {
      readonly kind: 'roster'
      readonly hash: RosterHash
      readonly by: MemberId
      readonly live: readonly EntryHash[]
    }
  /** "These are in, as far as I know." The first half of an entry's hash is its id. */
  | { readonly kind: 'ids'; readonly live: readonly EntryHash[] }
  | { readonly kind: 'ask'; readonly wanted: readonly EntryHash[] }
  | { readonly kind: 'entries'; readonly entries: readonly ToldEntry[] }
  | { readonly kind: 'removals'; readonly removals: readonly ToldRemoval[] }
  /** "I am named for this, and it was not my doing." */
  | { readonly kind: 'not-by-me'; readonly subject: 'entry' | 'removal'; readonly member: MemberId }
  /** "In 10 s I remove this member, whose lease is over." */
  | { readonly kind: 'expiring'; readonly member: MemberId }
  /** The answer of one that heard it within its lease, and how long ago. */
  | { readonly kind: 'heard'; readonly member: MemberId; readonly agoMs: number }
  | { readonly kind: 'epoch'; readonly header: EpochHeader; readonly joint: Bytes }
  /** Only a holder of the epoch can make the MAC; the contribution enters the author's next one. */
  | { readonly kind: 'ack'; readonly epoch: EpochId; readonly mac: Bytes; readonly contribution: Bytes }

const hashes = list(entryHash, maxMembers)

export const groupControl = union<GroupControl>({
  roster: [1, struct({ hash: rosterHashCodec, by: memberId, live: hashes })],
  ids: [2, struct({ live: hashes })],
  ask: [3, struct({ wanted: hashes })],
  entries: [4, struct({ entries: list(toldEntry, maxEntriesPerControl) })],
  removals: [5, struct({ removals: list(toldRemoval, maxRemovalsPerControl) })],
  'not-by-me': [6, struct({ subject: oneOf('entry', 'removal'), member: memberId })],
  expiring: [7, struct({ member: memberId })],
  heard: [8, struct({ member: memberId, agoMs: u48 })],
  epoch: [9, struct({ header: epochHeader, joint: fixed(32) })],
  ack: [10, struct({ epoch: epochId, mac: fixed(32), contribution: fixed(32) })],
})
