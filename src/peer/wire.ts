import {
  type Bytes,
  bytes,
  fixed,
  hexId,
  list,
  optional,
  struct,
  text,
  u8,
  u32,
  u48,
  union,
} from '../codec/index.ts'
import { type GroupControl, groupControl, type MemberId, maxEntries, tagBytes } from '../group/index.ts'

/** Longest text of one message, bytes of UTF-8. */
export const maxTextBytes = 8 * 1024
/** Largest frame between two members, by any link: what WebRTC carries in one piece everywhere. */
const maxFrameBytes = 16 * 1024
const maxSignalBytes = 8 * 1024

/** What travels between two members. The relay sees the first byte, a run's public values, and sealed bytes. */
export type Frame =
  /** One flow of a PAKE run, by the relay only. `protocol`: 1 CPaceOQUAKE, 2 CPaceOQUAKE+. */
  | {
      readonly kind: 'pake'
      readonly suite: number
      readonly protocol: number
      readonly run: Bytes
      readonly flow: number
      readonly body: Bytes
    }
  /** "Not now": too many guesses, or too many runs at once. A hint, not authenticated. */
  | { readonly kind: 'busy'; readonly run: Bytes; readonly retryAfterMs: number }
  /** Answers a pre-key that this member left at the relay, with the first message that the new session sealed. */
  | { readonly kind: 'answer'; readonly answer: Bytes; readonly first: Bytes }
  /** "That pre-key was used before." A hint, not authenticated. */
  | { readonly kind: 'used'; readonly id: Bytes }
  /** "This group has another suite": the answer to a first flow. A hint, not authenticated. */
  | { readonly kind: 'other-suite'; readonly run: Bytes; readonly suite: number }
  /** Sealed by the pair session: a `Control` inside. */
  | { readonly kind: 'pair'; readonly body: Bytes }
  /** Sealed by the sender's chain of an epoch, with this recipient's tag. */
  | { readonly kind: 'group'; readonly body: Bytes; readonly tag: Bytes }

export const frame = union<Frame>({
  pake: [1, struct({ suite: u8, protocol: u8, run: fixed(16), flow: u8, body: bytes(4096) })],
  busy: [2, struct({ run: fixed(16), retryAfterMs: u32 })],
  pair: [3, struct({ body: bytes(maxFrameBytes) })],
  group: [4, struct({ body: bytes(maxFrameBytes), tag: fixed(tagBytes) })],
  answer: [5, struct({ answer: bytes(4096), first: bytes(maxFrameBytes) })],
  used: [6, struct({ id: fixed(16) })],
  'other-suite': [7, struct({ run: fixed(16), suite: u8 })],
})

export interface Text {
  /** Random, 16 bytes: tells a resent message from a new one. */
  readonly id: Bytes
  /** By the sender's clock, milliseconds since 1970. */
  readonly at: number
  readonly text: string
}

export const textMessage = struct<Text>({ id: fixed(16), at: u48, text: text(maxTextBytes) })

/** Names a sealed message: the beginning of its hash. */
export const digestBytes = 16

/** What members tell each other inside a pair session. */
export type Control =
  | { readonly kind: 'group'; readonly message: GroupControl }
  /** SDP or ICE: sealed, so that the relay learns no address and cannot swap a fingerprint. */
  | { readonly kind: 'signal'; readonly data: Bytes }
  /** "I have these messages." */
  | { readonly kind: 'receipt'; readonly ids: readonly Bytes[] }
  /** A message that was not confirmed in time, or that was asked for by its digest, once more. */
  | { readonly kind: 'again'; readonly message: Text; readonly digest: Bytes | null }
  /** The group's password, as its members keep it, and the evicted that whoever chose it knew of. */
  | {
      readonly kind: 'password'
      readonly revision: number
      readonly by: MemberId
      readonly excludes: readonly MemberId[]
      readonly verifier: Bytes
      readonly publicKey: Bytes
    }
  | { readonly kind: 'password-held'; readonly revision: number; readonly by: MemberId }
  /** "I cannot read the message of yours whose sealed form has this hash." */
  | { readonly kind: 'missing'; readonly digest: Bytes }
  /** "I do not have it any more." */
  | { readonly kind: 'lost'; readonly digest: Bytes }
  /** "Somebody failed to prove the password to me": who, by its id. */
  | { readonly kind: 'guess'; readonly member: MemberId }

const memberId = hexId<MemberId>(16)

export const control = union<Control>({
  group: [1, struct({ message: groupControl })],
  signal: [2, struct({ data: bytes(maxSignalBytes) })],
  receipt: [3, struct({ ids: list(fixed(16), 64) })],
  again: [4, struct({ message: textMessage, digest: optional(fixed(digestBytes)) })],
  password: [
    5,
    struct({
      revision: u48,
      by: memberId,
      excludes: list(memberId, maxEntries),
      verifier: fixed(32),
      publicKey: fixed(1216),
    }),
  ],
  'password-held': [6, struct({ revision: u48, by: memberId })],
  missing: [7, struct({ digest: fixed(digestBytes) })],
  lost: [8, struct({ digest: fixed(digestBytes) })],
  guess: [9, struct({ member: memberId })],
})
