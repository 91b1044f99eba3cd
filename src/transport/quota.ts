/**
 * How much the relay still accepts on one socket. The relay announces its limits but not what is left of them, so this
 * module applies the rule of `signaling/PROTOCOL.md`, "Errors". It is off by what refills while a frame travels.
 */

import { type ClientFrame, frameCost, type SocketLimits } from '../relay-protocol/index.ts'

/** Messages and bytes that the socket may send now. */
export interface Quota {
  readonly messages: number
  readonly bytes: number
}

/**
 * Tracks the quota of one socket, from full buckets on.
 *
 * @param now - milliseconds on a monotonic clock
 */
export const createQuota = (
  { messagesPerSecond, messageBurst, bytesPerSecond, byteBurst }: SocketLimits,
  now: () => number,
) => {
  let left: Quota = { messages: messageBurst, bytes: byteBurst }
  let at = now()
  const refill = (): Quota => {
    const seconds = Math.max(0, now() - at) / 1000
    at = now()
    left = {
      messages: Math.min(messageBurst, left.messages + seconds * messagesPerSecond),
      bytes: Math.min(byteBurst, left.bytes + seconds * bytesPerSecond),
    }
    return left
  }
  return {
    /** Counts an outgoing frame of `size` bytes. A frame that the relay refuses for messages costs no bytes. */
    spend(frame: ClientFrame, size: number): void {
      const { messages, bytes } = refill()
      const cost = frameCost(frame, size)
      if (messages < cost.messages) return
      left = {
        messages: messages - cost.messages,
        bytes: bytes < cost.bytes ? bytes : bytes - cost.bytes,
      }
    },
    left: refill,
  }
}
