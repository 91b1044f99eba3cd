/**
 * The data channel for chunks of files: a queue that fills the channel only so far that it never runs dry, and no
 * further, so that memory stays small and a message on the other channel finds room.
 *
 *   send ──> queue ──below 1 MiB buffered──> channel ──> other end
 *              └── sent: room for as many more
 */

import type { Bytes } from '../codec/index.ts'

/** Buffered bytes above which chunks wait in the queue, and below which it moves on. */
const highWater = 1024 * 1024
const lowWater = 256 * 1024
/** Chunks that may wait; a sender keeps to the `sent` that it hears. */
const maxQueued = 64
const maxChunkBytes = 64 * 1024

export interface ChunkLane {
  /** False where the channel is not open or the queue is full: send again after the next `sent`. */
  send(bytes: Bytes): boolean
  close(): void
}

export interface ChunkLaneEvents {
  readonly onChunk: (bytes: Bytes) => void
  readonly onChunksSent: (count: number) => void
}

const settings = { negotiated: true, id: 2 }

/** Opens the lane of one connection; both ends do. */
export const createChunkLane = (
  connection: Pick<RTCPeerConnection, 'createDataChannel'>,
  { onChunk, onChunksSent }: ChunkLaneEvents,
): ChunkLane => {
  const channel = connection.createDataChannel('mlwe-pake v2 chunks', settings)
  channel.binaryType = 'arraybuffer'
  channel.bufferedAmountLowThreshold = lowWater
  let queue: Bytes[] = []

  const pump = (): void => {
    let sent = 0
    for (let next = queue[0]; next !== undefined && channel.bufferedAmount < highWater; next = queue[0]) {
      try {
        channel.send(next)
      } catch {
        // Closing: the chunks are asked for again over the next connection.
        queue = []
        return
      }
      queue.shift()
      sent += 1
    }
    if (sent > 0) onChunksSent(sent)
  }

  channel.addEventListener('bufferedamountlow', pump)
  channel.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer && data.byteLength <= maxChunkBytes) onChunk(new Uint8Array(data))
  })
  return {
    send: (bytes) => {
      if (channel.readyState !== 'open' || queue.length >= maxQueued || bytes.length > maxChunkBytes)
        return false
      queue.push(bytes)
      pump()
      return true
    },
    close: () => {
      queue = []
      channel.close()
    },
  }
}
