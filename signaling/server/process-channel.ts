/**
 * Frames between relay processes, batched: what one turn of the event loop forwards to one process is one message, and a
 * payload for several of its members is in it once.
 *
 *   'F' || entries: length 4 || room 32 || count 2 || recipients: address 32, tagged 1, [tag 16] || frame
 */

import { type Bytes, fromHex, toHex } from '../../src/codec/index.ts'
import { type Address, type Recipient, type Room, TAG_BYTES } from '../../src/relay-protocol/index.ts'
import type { ShareRequest } from '../relay/effects.ts'

type Forward = Extract<ShareRequest, { kind: 'forward' }>

export interface Outbox {
  put(forward: Forward): void
  flush(): void
}

/** A batch is published early when it gets this large. */
const BATCH_BYTES = 256 * 1024

const encodeEntry = ({ room, to, bytes }: Forward): Buffer => {
  const recipients = to.flatMap(({ to: address, tag }) => [
    fromHex(address),
    new Uint8Array([tag === null ? 0 : 1]),
    ...(tag === null ? [] : [tag]),
  ])
  const count = Buffer.alloc(2)
  count.writeUInt16BE(to.length)
  const body = Buffer.concat([fromHex(room), count, ...recipients, bytes])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Decodes a batch. It comes from a process of this relay, so it is not checked like a client's frame. */
export function* readBatch(
  message: Buffer,
): Generator<{ readonly room: Room; readonly recipients: readonly Recipient[]; readonly bytes: Bytes }> {
  let at = 1
  const take = (count: number): Buffer => {
    at += count
    return message.subarray(at - count, at)
  }
  while (at < message.length) {
    const end = take(4).readUInt32BE() + at
    const room = toHex(take(32))
    const count = take(2).readUInt16BE()
    const recipients = Array.from({ length: count }, (): Recipient => {
      const to = toHex(take(32))
      return { to, tag: take(1)[0] === 1 ? new Uint8Array(take(TAG_BYTES)) : null }
    })
    const bytes = new Uint8Array(take(end - at))
    yield { room, recipients, bytes }
  }
}

/**
 * Collects forwards by process and Redis.
 *
 * @param laneOf - the number of the Redis of a room: messages keep their order only within one
 * @param publish - resolves to how many processes heard it
 * @param missed - told of each recipient of a message that nobody heard
 */
export function createOutbox(
  laneOf: (room: Room) => number,
  publish: (room: Room, process: string, batch: Buffer) => Promise<number>,
  missed: (socket: number, to: Address) => void,
): Outbox {
  let batches = new Map<string, { forwards: Forward[]; bytes: number }>()

  const flush = (): void => {
    const due = batches
    batches = new Map()
    for (const { forwards } of due.values()) {
      const [first] = forwards
      if (first === undefined) continue
      const batch = Buffer.concat([Buffer.from('F'), ...forwards.map(encodeEntry)])
      const report = (): void => {
        for (const { socket, to } of forwards) for (const one of to) missed(socket, one.to)
      }
      publish(first.room, first.process, batch).then((heard) => (heard === 0 ? report() : undefined), report)
    }
  }

  return {
    flush,
    put(forward) {
      if (batches.size === 0) setImmediate(flush)
      const key = `${laneOf(forward.room)} ${forward.process}`
      const batch = batches.get(key) ?? { forwards: [], bytes: 0 }
      batches.set(key, batch)
      batch.forwards.push(forward)
      batch.bytes += forward.bytes.length
      if (batch.bytes > BATCH_BYTES) flush()
    },
  }
}
