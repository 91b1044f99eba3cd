/**
 * The relay's limits, and what each frame costs against them. The client uses the same rules to compute its quota.
 */

import { type Bucket, pay } from './bucket.ts'
import { type ClientFrame, type ErrorCode, FRAME_BYTES, type SocketLimits } from './frames.ts'

/** Every limit of the relay core. Rates are per socket. */
export interface RelayLimits extends SocketLimits {
  readonly socketsPerIp: number
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
  roomMembers: 64,
  socketsPerIp: 64,
  helloMs: 10_000,
}

/**
 * Cost of a frame in messages. The relay announces a join or leave to the whole room, so those cost more.
 *
 * @param kind - of the frame
 */
export const frameCost = (kind: ClientFrame['kind']): number => (kind === 'join' || kind === 'leave' ? 10 : 1)

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
 * @param size - bytes of the frame
 * @param limits - and `now` in milliseconds, on the clock of the buckets
 * @returns `null` if the frame is within the limits, otherwise the error to send
 */
export function payFor(
  { messages, bytes }: Allowance,
  kind: ClientFrame['kind'],
  size: number,
  limits: SocketLimits & { readonly now: number },
): { readonly code: 'message-rate' | 'byte-rate'; readonly retryAfterMs: number } | null {
  const cost = frameCost(kind)
  const { now, messagesPerSecond, messageBurst, bytesPerSecond, byteBurst } = limits
  const messagesMs = pay(messages, cost, messagesPerSecond, messageBurst, now)
  if (messagesMs > 0) return { code: 'message-rate', retryAfterMs: messagesMs }
  const bytesMs = pay(bytes, size, bytesPerSecond, byteBurst, now)
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
