/**
 * The relay's limits, and what each frame costs against them. The client uses the same rules to compute its quota.
 */

import { type Bucket, pay } from './bucket.ts'
import { type ClientFrame, type ErrorCode, FRAME_BYTES, type SocketLimits } from './frames.ts'

/** Every limit of the relay core. Rates are per socket. */
export interface RelayLimits extends SocketLimits {
  readonly socketsPerIp: number
  /** The buckets of a network hold and refill this many times what those of a socket do. */
  readonly networkFactor: number
  /** Joins of one network. */
  readonly joinsPerSecond: number
  readonly joinBurst: number
  /** Seats of one room that one network of strangers may have. */
  readonly networkSeats: number
  /** Seats of one room for all strangers, once a member is present. */
  readonly strangerSeats: number
  /** Time a new socket has to send `hello`. */
  readonly helloMs: number
}

export const defaultLimits: RelayLimits = {
  frameBytes: FRAME_BYTES,
  messagesPerSecond: 200,
  messageBurst: 1000,
  bytesPerSecond: 4 * 1024 * 1024,
  // One burst fits a reader's send queue (8 MiB), so no single sender can get a reader dropped.
  byteBurst: 8 * 1024 * 1024,
  roomMembers: 256,
  socketsPerIp: 64,
  networkFactor: 4,
  joinsPerSecond: 4,
  joinBurst: 256,
  networkSeats: 32,
  strangerSeats: 32,
  helloMs: 10_000,
}

/** What a frame costs. */
export interface Cost {
  readonly messages: number
  readonly bytes: number
}

/**
 * What a frame costs. The relay announces a join or leave to the whole room, so those cost more; a `multicast` costs what
 * one `send` to each recipient would.
 *
 * @param size - bytes of the encoded frame
 */
export function frameCost(frame: ClientFrame, size: number): Cost {
  switch (frame.kind) {
    case 'join':
    case 'leave':
      return { messages: 10, bytes: size }
    case 'multicast': {
      const { length } = frame.recipients
      return { messages: Math.max(1, length), bytes: size + Math.max(0, length - 1) * frame.payload.length }
    }
    default:
      return { messages: 1, bytes: size }
  }
}

/** The buckets of one socket. */
export interface Allowance {
  readonly messages: Bucket
  readonly bytes: Bucket
}

/** The full buckets of a new socket. `now`: milliseconds. */
export const fullAllowance = ({ messageBurst, byteBurst }: SocketLimits, now: number): Allowance => ({
  messages: { tokens: messageBurst, at: now },
  bytes: { tokens: byteBurst, at: now },
})

/**
 * Charges one frame.
 *
 * @param now - milliseconds on the clock of the buckets
 * @returns `null` if the frame is within the limits, otherwise the error to send
 */
export function payFor(
  { messages, bytes }: Allowance,
  cost: Cost,
  limits: Omit<SocketLimits, 'frameBytes' | 'roomMembers'>,
  now: number,
): { readonly code: 'message-rate' | 'byte-rate'; readonly retryAfterMs: number } | null {
  const { messagesPerSecond, messageBurst, bytesPerSecond, byteBurst } = limits
  const messagesMs = pay(messages, cost.messages, messagesPerSecond, messageBurst, now)
  if (messagesMs > 0) return { code: 'message-rate', retryAfterMs: messagesMs }
  const bytesMs = pay(bytes, cost.bytes, bytesPerSecond, byteBurst, now)
  return bytesMs > 0 ? { code: 'byte-rate', retryAfterMs: bytesMs } : null
}

/** Errors that end the connection, each with its WebSocket close code (RFC 6455 §7.4.1). */
export const closeCodes: { readonly [code in ErrorCode]?: number } = {
  malformed: 1002,
  version: 1002,
  unexpected: 1002,
  'too-large': 1009,
  'too-many-sockets': 1008,
  'hello-timeout': 1008,
  replaced: 1008,
}
