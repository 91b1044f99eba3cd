/**
 * What travels between two addresses. The relay sees the first byte, a run's public values and sealed bytes.
 *
 *   pake · admit · enter      getting in: flows 1 to 5 with A1, then A2 and A3
 *   handshake                 two known members meet
 *   pair · group              sealed by a pair session; by a sender's chain of an epoch
 *   answer · letter           to somebody who is asleep
 *   busy · used               hints, not authenticated
 *   chunk                     of a file, by the relay: for the transfers of `src/files`, it passes the peer by
 *
 * Byte tables: SPEC.md, "Frames".
 */
import {
  type Bytes,
  bytes,
  type Codec,
  DecodeError,
  decode,
  encode,
  fixed,
  oneOf,
  struct,
  u8,
  u32,
  union,
} from '../codec/index.ts'
import { maxChunkFrameBytes } from '../files/index.ts'
import { tagBytes } from '../group/index.ts'
import { flow1Bytes, flow2Bytes, type MemberId, memberId, sealedEntryBytes } from '../identity/index.ts'

/** Largest frame between two members, by any link: what WebRTC carries in one piece everywhere. Chunks are longer. */
export const maxFrameBytes = 16 * 1024
const aeadTag = 16

/** `password`: a newcomer proves the password, CPaceOQUAKE+. `verifier`: two parts of one group merge, CPaceOQUAKE. */
export type Proof = 'password' | 'verifier'

export type Frame =
  /** One flow of a PAKE run. `beside`: flows 1 and 2 again in flow 3's frame, the sealed entry A1 in flow 5's, else empty. */
  | {
      readonly kind: 'pake'
      readonly proof: Proof
      /** 16 bytes, drawn by the side that opens. */
      readonly run: Bytes
      readonly flow: number
      readonly body: Bytes
      readonly beside: Bytes
    }
  /** A2: the doorkeeper's sealed entry and flow 1 of the handshake. */
  | { readonly kind: 'admit'; readonly run: Bytes; readonly entry: Bytes; readonly flow1: Bytes }
  /** A3: flow 2 of the handshake. */
  | { readonly kind: 'enter'; readonly run: Bytes; readonly flow2: Bytes }
  /** Flow 1 or 2 between two who hold each other's entry. */
  | {
      readonly kind: 'handshake'
      readonly from: MemberId
      readonly to: MemberId
      readonly flow: 1 | 2
      readonly body: Bytes
    }
  /** Sealed by a pair session: a `Control` inside. */
  | { readonly kind: 'pair'; readonly body: Bytes }
  /** Sealed by the sender's chain of an epoch, with this recipient's tag. */
  | { readonly kind: 'group'; readonly body: Bytes; readonly tag: Bytes }
  /** A newcomer's answer to a pre-key by OQUAKE, with the first frame under its key. */
  | { readonly kind: 'answer'; readonly answer: Bytes; readonly first: Bytes }
  /** A member's letter to a sleeper: the head, and the first frame of the session that it begins. */
  | {
      readonly kind: 'letter'
      readonly from: MemberId
      readonly to: MemberId
      readonly head: Bytes
      readonly first: Bytes
    }
  /** "Not now": the guess ledger is shut. */
  | { readonly kind: 'busy'; readonly run: Bytes; readonly retryAfterMs: number }
  /** "That pre-key was used before." */
  | { readonly kind: 'used'; readonly id: Bytes }
  /** A chunk of a file (`src/files`), sealed under that file's key. */
  | { readonly kind: 'chunk'; readonly body: Bytes }

const flowNumber: Codec<1 | 2> = {
  write: u8.write,
  read: (input) => {
    const flow = u8.read(input)
    return flow === 1 || flow === 2 ? flow : input.fail('not a flow of the handshake')
  },
}

export const frame = union<Frame>({
  pake: [
    1,
    struct({
      proof: oneOf('password', 'verifier'),
      run: fixed(16),
      flow: u8,
      body: bytes(4096),
      beside: bytes(sealedEntryBytes + aeadTag),
    }),
  ],
  admit: [2, struct({ run: fixed(16), entry: fixed(sealedEntryBytes + aeadTag), flow1: fixed(flow1Bytes) })],
  enter: [3, struct({ run: fixed(16), flow2: fixed(flow2Bytes) })],
  handshake: [4, struct({ from: memberId, to: memberId, flow: flowNumber, body: bytes(4096) })],
  pair: [5, struct({ body: bytes(maxFrameBytes) })],
  group: [6, struct({ body: bytes(maxFrameBytes), tag: fixed(tagBytes) })],
  answer: [7, struct({ answer: bytes(8192), first: bytes(maxFrameBytes) })],
  letter: [8, struct({ from: memberId, to: memberId, head: bytes(8192), first: bytes(maxFrameBytes) })],
  busy: [9, struct({ run: fixed(16), retryAfterMs: u32 })],
  used: [10, struct({ id: fixed(16) })],
  chunk: [11, struct({ body: bytes(maxChunkFrameBytes) })],
})

/** A frame as bytes: what is kept to be sent again. */
export const encodeFrame = (message: Frame): Bytes => encode(frame, message, 4096)

/** The chunk in a frame that came by the relay; `null`: another frame, or none. Never throws. */
export const chunkIn = (raw: Bytes): Bytes | null => {
  try {
    const message = decode(frame, raw)
    return message.kind === 'chunk' ? message.body : null
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}
