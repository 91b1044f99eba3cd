/** When an end of a transfer asks again, how fast chunks leave, and how fast the whole goes. */

import { chunkBytes } from './chunk.ts'
import type { FileState, Mark } from './state.ts'

const firstAskMs = 5_000
const lastAskMs = 60_000
/** Distance between marks, and how many are kept: the speed is that of the last 8 s. */
const markMs = 500
const maxMarks = 16

/** Chunks sent ahead of what the receiver has stored. */
export const window = { direct: 64, relay: 8 } as const
/** Room in a data channel that just opened, in chunks. */
export const firstRoom = 16
/** By the relay: a quarter of what one socket may send, so that chat and other transfers find room. */
const relayBytesPerSecond = 1024 * 1024
/** The receiver reports at least once per this many chunks. */
export const reportEvery = { direct: 8, relay: 2 } as const

/** @returns milliseconds from one relayed chunk to the next, when this many transfers share the rate */
export const relayPace = (share: number): number =>
  (1000 * chunkBytes * Math.max(1, share)) / relayBytesPerSecond

/** @returns when to ask the next time */
export const nextAsk = (now: number, asked: number): number =>
  now + Math.min(lastAskMs, firstAskMs * 2 ** Math.min(asked, 8))

export const marked = (marks: readonly Mark[], mark: Mark): readonly Mark[] => {
  const last = marks.at(-1)
  if (last !== undefined && mark.at - last.at < markMs) return marks
  return [...marks, mark].slice(-maxMarks)
}

export interface FileProgress {
  /** Of plaintext, verified and stored by the receiver. */
  readonly bytes: number
  readonly size: number
  /** Of the last seconds; `null` while it does not run or nothing is known. */
  readonly bytesPerSecond: number | null
  readonly secondsLeft: number | null
}

/** Bytes of plaintext in the chunks below `next`. */
export const bytesBelow = (next: number, size: number): number => Math.min(size, next * chunkBytes)

/** What both sides show of a transfer. */
export const progressOf = (state: FileState, now: number): FileProgress => {
  const { size } = state.offer
  const bytes = bytesBelow(state.role === 'sender' ? state.have : state.stored, size)
  const [first] = state.marks
  const isRunning =
    (state.phase === 'sending' || state.phase === 'receiving') &&
    !state.heldBySelf &&
    !state.heldByOther &&
    state.path !== null
  if (!isRunning || first === undefined || now - first.at < markMs)
    return { bytes, size, bytesPerSecond: null, secondsLeft: null }
  const bytesPerSecond = (1000 * Math.max(0, bytes - first.bytes)) / (now - first.at)
  const secondsLeft = bytesPerSecond === 0 ? null : (size - bytes) / bytesPerSecond
  return { bytes, size, bytesPerSecond, secondsLeft }
}
