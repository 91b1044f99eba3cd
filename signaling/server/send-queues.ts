/**
 * What readers have not taken yet: a limit for each reader, a share of it for each sender, and a budget for all of them.
 *
 *   short queue ──64 KiB──> watched ──sender over its share──> the frame is dropped, and its sender told
 *                                   ──queue or budget full──> the reader with the longest queue is dropped
 */

import type { WebSocket } from 'ws'

export interface SendQueues {
  /** Whether a frame from `from` still fits its share of the reader's queue. */
  admits(id: number, from: number, bytes: number): boolean
  /** Sends, and returns the readers to drop. */
  send(id: number, socket: WebSocket, bytes: Uint8Array, from: number | undefined): readonly number[]
  forget(id: number): void
  /** Bytes queued for all watched readers. */
  total(): number
}

/** Queues shorter than this are not counted. */
const WATCHED_BYTES = 64 * 1024

interface Watched {
  readonly socket: WebSocket
  queued: number
  readonly bySender: Map<number, number>
}

/**
 * @param readerBytes - longest queue of one reader; one sender may fill half of it
 * @param budgetBytes - for all queues together
 */
export function createSendQueues(readerBytes: number, budgetBytes: number): SendQueues {
  const watched = new Map<number, Watched>()
  let total = 0

  const measure = (id: number, reader: Watched): void => {
    const queued = reader.socket.bufferedAmount
    total += queued - reader.queued
    reader.queued = queued
    if (queued >= WATCHED_BYTES) return
    total -= queued
    watched.delete(id)
  }

  /** Exact sums first: a reader is dropped for what waits now. */
  const overBudget = (): number[] => {
    for (const [id, reader] of watched) measure(id, reader)
    const dropped: number[] = []
    const longest = [...watched].sort(([, a], [, b]) => b.queued - a.queued)
    let left = total
    for (const [id, { queued }] of longest) {
      if (left <= budgetBytes) break
      dropped.push(id)
      left -= queued
    }
    return dropped
  }

  return {
    admits(id, from, bytes) {
      const reader = watched.get(id)
      if (reader === undefined) return true
      measure(id, reader)
      return !watched.has(id) || (reader.bySender.get(from) ?? 0) + bytes <= readerBytes / 2
    },
    send(id, socket, bytes, from) {
      const reader = watched.get(id)
      if (reader === undefined || from === undefined) socket.send(bytes)
      else {
        const { bySender } = reader
        bySender.set(from, (bySender.get(from) ?? 0) + bytes.length)
        socket.send(bytes, () => bySender.set(from, (bySender.get(from) ?? 0) - bytes.length))
      }
      const queued = socket.bufferedAmount
      if (reader === undefined && queued < WATCHED_BYTES) return []
      const now = reader ?? { socket, queued: 0, bySender: new Map<number, number>() }
      watched.set(id, now)
      measure(id, now)
      if (queued > readerBytes) return [id]
      return total > budgetBytes ? overBudget() : []
    },
    forget(id) {
      total -= watched.get(id)?.queued ?? 0
      watched.delete(id)
    },
    total: () => total,
  }
}
