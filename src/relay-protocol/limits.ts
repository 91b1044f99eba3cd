import { type Bucket, pay } from './bucket.ts'
import { type ClientFrame, type ErrorCode, FRAME_BYTES, type SocketLimits } from './frames.ts'

/** Every bound the relay enforces. Rates are per socket. */
export interface RelayLimits extends SocketLimits {
  readonly socketsPerIp: number
  readonly helloMs: number
}

export const defaultLimits: RelayLimits = {
  frameBytes: FRAME_BYTES,
  messagesPerSecond: 200,
  messageBurst: 1000,
  bytesPerSecond: 4 * 1024 * 1024,
  // One burst fits the send queue of a reader (8 MiB), so no single sender can get a reader dropped.
  byteBurst: 8 * 1024 * 1024,
  roomMembers: 64,
  socketsPerIp: 64,
  helloMs: 10_000,
}

/** Messages that a frame counts as: a join or leave goes to the whole room, so it costs more than a message to one. */
export const frameCost = (kind: ClientFrame['kind']): number => (kind === 'join' || kind === 'leave' ? 10 : 1)

/** What one socket may still send. */
export interface Allowance {
  readonly messages: Bucket
  readonly bytes: Bucket
}

export const fullAllowance = ({ messageBurst, byteBurst }: SocketLimits, now: number): Allowance => ({
  messages: { tokens: messageBurst, at: now },
  bytes: { tokens: byteBurst, at: now },
})

/** Takes what a frame costs; `null` if there was enough. */
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

/** Errors after which the relay closes the socket, and with which code of RFC 6455. */
export const closeCodes: { readonly [code in ErrorCode]?: number } = {
  malformed: 1002,
  version: 1002,
  unexpected: 1002,
  'too-large': 1009,
  'too-many-sockets': 1008,
  'hello-timeout': 1008,
  replaced: 1008,
}
