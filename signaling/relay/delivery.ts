/** Finds the sockets of a frame's recipients, in this process or in another that shares rooms. */

import type { Bytes } from '../../src/codec/index.ts'
import {
  type Address,
  frameFrom,
  type Recipient,
  type Room,
  turnSend,
  withTag,
} from '../../src/relay-protocol/index.ts'
import type { Connection } from './connection.ts'
import type { Relay, RelayEffect } from './effects.ts'
import { sendFrame } from './responses.ts'
import type { Rooms } from './rooms.ts'

export interface Delivery {
  /** Sends an encoded frame. `missed`: what happens for a recipient who is not there. */
  deliver(
    from: number,
    room: Room | null,
    recipients: readonly Recipient[],
    bytes: Bytes,
    missed: (to: Address) => readonly RelayEffect[],
  ): RelayEffect[]
  send(connection: Connection, recipients: readonly Recipient[], payload: Bytes): RelayEffect[]
  /** @param bytes - the client's frame, around the payload; may be overwritten */
  sendOne(connection: Connection, to: Address, payload: Bytes, bytes: Uint8Array): RelayEffect[]
  readonly forwarded: Relay['forwarded']
}

/** A frame that is a part of a longer read is forwarded as it is only if the read has at most this many times its bytes. */
const MAX_KEPT = 4

/** @param self - the name of this process */
export function createDelivery(self: string, rooms: Rooms): Delivery {
  /**
   * Sends an encoded frame to the recipients that are in the room. Absent, elsewhere and unknown addresses are
   * indistinguishable. Recipients in one other process share one message.
   */
  const deliver = (
    from: number,
    room: Room | null,
    recipients: readonly Recipient[],
    bytes: Bytes,
    missed: (to: Address) => readonly RelayEffect[],
  ): RelayEffect[] => {
    const effects: RelayEffect[] = []
    const away = new Map<string, Recipient[]>()
    for (const recipient of recipients) {
      const { to, tag } = recipient
      const seat = room === null ? undefined : rooms.find(room, to)
      if (seat === undefined) effects.push(...missed(to))
      else if (seat.process === self) {
        effects.push({
          kind: 'send',
          socket: seat.socket,
          bytes: tag === null ? bytes : withTag(bytes, tag),
          from,
        })
      } else away.set(seat.process, [...(away.get(seat.process) ?? []), recipient])
    }
    for (const [process, to] of room === null ? [] : away) {
      if (room !== null)
        effects.push({ kind: 'share', share: { kind: 'forward', socket: from, room, to, process, bytes } })
    }
    return effects
  }

  const send = (connection: Connection, recipients: readonly Recipient[], payload: Bytes): RelayEffect[] =>
    deliver(connection.id, connection.room, recipients, frameFrom(connection.head, payload), (to) => [
      sendFrame(connection, { kind: 'undelivered', to }),
    ])

  /**
   * What `send` does for one recipient, shorter, since almost every frame takes this way. The client's frame is turned into the
   * recipient's where it lies, unless it would keep much more memory from being freed than it takes.
   */
  const sendOne = (connection: Connection, to: Address, payload: Bytes, bytes: Uint8Array): RelayEffect[] => {
    const seat = connection.room === null ? undefined : rooms.find(connection.room, to)
    if (seat?.process !== self) return send(connection, [{ to, tag: null }], payload)
    const { head, id: from } = connection
    const isAlone = bytes.buffer.byteLength <= MAX_KEPT * bytes.length
    const turned = isAlone ? turnSend(head, bytes) : frameFrom(head, payload)
    return [{ kind: 'send', socket: seat.socket, bytes: turned, from }]
  }

  return {
    deliver,
    send,
    sendOne,
    forwarded: (room, to, bytes) =>
      to.flatMap(({ to: address, tag }): RelayEffect[] => {
        const seat = rooms.find(room, address)
        if (seat?.process !== self) return []
        return [{ kind: 'send', socket: seat.socket, bytes: tag === null ? bytes : withTag(bytes, tag) }]
      }),
  }
}
