/**
 * The framing inside a data channel: `number 4 · acknowledged 4 · frame`.
 *
 * Everything numbered is acknowledged, so that either end notices within seconds when a channel that looks open carries
 * nothing, and knows which frames have to go by the relay instead. An empty frame is a probe; number 0 acknowledges only.
 */

import { type Bytes, concat, encode, struct, u32 } from '../codec/index.ts'

/** Longest frame. Longer ones go by the relay. */
export const maxFrameBytes = 60 * 1024
const headBytes = 8

export interface ChannelFrame {
  /** Counts from 1 in each direction of one data channel; 0: an acknowledgement alone. */
  readonly number: number
  /** The greatest number heard from the other end. */
  readonly acknowledged: number
  readonly frame: Bytes
}

const head = struct<Omit<ChannelFrame, 'frame'>>({ number: u32, acknowledged: u32 })

export const encodeChannelFrame = ({ frame, ...numbers }: ChannelFrame): Bytes =>
  concat(encode(head, numbers, headBytes), frame)

/** @returns the parts, or `null` where the bytes are no frame of a data channel */
export const decodeChannelFrame = (bytes: Uint8Array): ChannelFrame | null => {
  if (bytes.length < headBytes || bytes.length > headBytes + maxFrameBytes) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes)
  const [number, acknowledged] = [view.getUint32(0), view.getUint32(4)]
  if (number === 0 && bytes.length > headBytes) return null
  return { number, acknowledged, frame: bytes.slice(headBytes) as Bytes }
}
