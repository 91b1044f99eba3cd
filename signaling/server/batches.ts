/**
 * What is written to a socket in one turn of the event loop goes to the kernel at once: a write costs more than all else that
 * is done for a frame, and wakes the reader.
 */

import type { Writable } from 'node:stream'

export interface Batches {
  /** Holds back what is written to `stream` from now on, until the end of the turn at the latest. */
  hold(stream: Writable): void
}

/** Frames that may wait, so that a turn with many of them delays none for long. */
const MAX_HELD = 64

export function createBatches(): Batches {
  let held: Writable[] = []
  let frames = 0
  const flush = (): void => {
    const streams = held
    held = []
    frames = 0
    for (const stream of streams) stream.uncork()
  }
  return {
    hold(stream) {
      if (frames >= MAX_HELD) flush()
      frames++
      if (stream.writableCorked > 0) return
      if (held.length === 0) setImmediate(flush)
      stream.cork()
      held.push(stream)
    },
  }
}
