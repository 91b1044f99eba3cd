/**
 * What two members say to each other inside their pair session. Byte table: SPEC.md, "Inside a pair session".
 * Every variable field has a maximum, and the longest control fits one frame of 16 KiB.
 */
import {
  type Bytes,
  bytes,
  fixed,
  hexId,
  list,
  oneOf,
  optional,
  struct,
  text,
  u8,
  u16,
  u32,
  u48,
  union,
} from '../codec/index.ts'
import { type FileControl, fileControl } from '../files/index.ts'
import { type EpochId, epochId, type GroupControl, groupControl } from '../group/index.ts'
import { type MemberEntry, type MemberId, memberEntry, memberId } from '../identity/index.ts'

/** Longest text of one message, bytes of UTF-8. */
export const maxTextBytes = 8 * 1024
export const maxSignalBytes = 8 * 1024
/** Message numbers in one receipt or request. */
export const maxNumbers = 128
export const maxExcludes = 192

/** Something said to the group. The number counts the sender's messages from 1 and names it. */
export interface Text {
  readonly number: number
  /** By the sender's clock, milliseconds since 1970. */
  readonly at: number
  readonly text: string
}

export const textMessage = struct<Text>({ number: u48, at: u48, text: text(maxTextBytes) })

/** The group's password as its members keep it. Named by a hash over all of it; the greatest (revision, hash) wins. */
export interface PasswordRecord {
  readonly revision: number
  readonly by: MemberId
  /** Removed ids that it is meant to keep out. */
  readonly excludes: readonly MemberId[]
  /** 32 bytes. */
  readonly verifier: Bytes
  /** 1,216 bytes. */
  readonly publicKey: Bytes
  readonly door: 'strict' | 'open'
  /** 32 random bytes, new in every record: what members show to the relay. */
  readonly relayToken: Bytes
}

export const passwordRecord = struct<PasswordRecord>({
  revision: u48,
  by: memberId,
  excludes: list(memberId, maxExcludes),
  verifier: fixed(32),
  publicKey: fixed(1216),
  door: oneOf('strict', 'open'),
  relayToken: fixed(32),
})

/** Where a member stands: its current epoch, its roster, and the number of its own last message. */
export interface Standing {
  readonly current: { readonly id: EpochId; readonly counter: number } | null
  /** 32 bytes, hexadecimal. */
  readonly rosterHash: string
  readonly lastNumber: number
}

export type Control =
  | { readonly kind: 'group'; readonly message: GroupControl }
  /** SDP: sealed, so that the relay learns no address and cannot swap a fingerprint. */
  | { readonly kind: 'signal'; readonly data: Bytes }
  /** "I am here, and speak again within `intervalMs`." `answer`: sent because the other's frame asked for one. */
  | { readonly kind: 'heartbeat'; readonly intervalMs: number; readonly standing: Standing }
  /** A message by this pair session: where no epoch is sendable, again, or because it was asked for. */
  | { readonly kind: 'said'; readonly message: Text }
  | { readonly kind: 'receipt'; readonly numbers: readonly number[] }
  /** "These of your messages have not come." */
  | { readonly kind: 'missing'; readonly numbers: readonly number[] }
  /** "You were not in their audience." */
  | { readonly kind: 'not-yours'; readonly numbers: readonly number[] }
  /** "I no longer keep them." */
  | { readonly kind: 'gone'; readonly numbers: readonly number[] }
  | { readonly kind: 'password'; readonly record: PasswordRecord }
  /** "I hold the record of this hash." */
  | { readonly kind: 'password-held'; readonly hash: Bytes }
  /** "Somebody failed to prove the password to me": how often since the last report. Shown, never counted. */
  | { readonly kind: 'failed-tries'; readonly count: number }
  /** Merkle roots over stocks of pre-keys: the sender's own first, then those it hands on. */
  | { readonly kind: 'roots'; readonly roots: readonly PreKeyRoot[] }
  /** "The letter of this run is mine": its hash over run, salt and frame. */
  | { readonly kind: 'letter-named'; readonly hash: Bytes }
  /** After an expiry: the entry under which the sender of this frame returns. */
  | { readonly kind: 'returned'; readonly entry: MemberEntry }
  /** To one who was removed: by whom, and why, and how many are left. The only thing that it is ever told. */
  | {
      readonly kind: 'removed'
      readonly by: MemberId | null
      readonly reason: 'left' | 'evicted' | 'expired'
      /** Live members of the sender's roster. */
      readonly live: number
    }
  /** About a file between these two: `src/files`. */
  | { readonly kind: 'file'; readonly message: FileControl }

export interface PreKeyRoot {
  readonly of: MemberId
  /** 32 bytes. */
  readonly root: Bytes
}

const numbers = list(u48, maxNumbers)
const standing = struct<Standing>({
  current: optional(struct({ id: epochId, counter: u48 })),
  rosterHash: hexId<string>(32),
  lastNumber: u48,
})

export const control = union<Control>({
  group: [1, struct({ message: groupControl })],
  signal: [2, struct({ data: bytes(maxSignalBytes) })],
  heartbeat: [3, struct({ intervalMs: u32, standing })],
  said: [4, struct({ message: textMessage })],
  receipt: [5, struct({ numbers })],
  missing: [6, struct({ numbers })],
  'not-yours': [7, struct({ numbers })],
  gone: [8, struct({ numbers })],
  password: [9, struct({ record: passwordRecord })],
  'password-held': [10, struct({ hash: fixed(32) })],
  'failed-tries': [11, struct({ count: u8 })],
  roots: [12, struct({ roots: list(struct<PreKeyRoot>({ of: memberId, root: fixed(32) }), 192) })],
  'letter-named': [13, struct({ hash: fixed(32) })],
  returned: [14, struct({ entry: memberEntry })],
  removed: [15, struct({ by: optional(memberId), reason: oneOf('left', 'evicted', 'expired'), live: u16 })],
  file: [16, struct({ message: fileControl })],
})
