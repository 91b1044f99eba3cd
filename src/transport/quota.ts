import { type ClientFrame, frameCost, type SocketLimits } from '../relay-protocol/index.ts'

/** What a socket may send at once. */
export interface Quota {
  readonly messages: number
  readonly bytes: number
}

/**
 * The relay tells a socket its limits and no more: what is left of them is reckoned here, by the rule of
 * `signaling/PROTOCOL.md`, "Limits". Time on the way makes it differ by what refills meanwhile.
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
    /** A frame of `size` bytes goes. What the relay will refuse costs no bytes. */
    spend(kind: ClientFrame['kind'], size: number): void {
      const { messages, bytes } = refill()
      const cost = frameCost(kind)
      if (messages < cost) return
      left = { messages: messages - cost, bytes: bytes < size ? bytes : bytes - size }
    },
    left: refill,
  }
}
