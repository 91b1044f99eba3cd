/** Requests of a connection, as effects. */

import type { Address, RequestFrame, Room, StoreFrame } from '../../src/relay-protocol/index.ts'
import type { StandingFrame } from '../store/request.ts'
import type { Connection } from './connection.ts'
import type { RelayEffect } from './effects.ts'
import { sendFrame } from './responses.ts'

/** Limit of pending requests per socket. */
const MAX_PENDING_REQUESTS = 256

/** A request with its sender. */
export const requestOf = (
  { id: socket, network, pseudonym, memberOf }: Connection,
  address: Address,
  room: Room,
  frame: StoreFrame | StandingFrame,
): RelayEffect => ({
  kind: 'request',
  request: {
    socket,
    network: pseudonym,
    limited: typeof network !== 'string',
    member: memberOf !== null,
    room,
    address,
    frame,
  },
})

/** Passes a client's request on, or refuses it: outside a room nobody gets anything. */
export const passRequest = (connection: Connection, address: Address, frame: RequestFrame): RelayEffect => {
  const { room } = connection
  const { request } = frame
  if (room === null) {
    return sendFrame(connection, { kind: 'refused', request, code: 'not-joined', retryAfterMs: 0 })
  }
  if (frame.kind === 'turn') {
    const network = typeof connection.network === 'string' ? null : connection.pseudonym
    return { kind: 'turn', socket: connection.id, request, address, network }
  }
  if (connection.pendingRequests >= MAX_PENDING_REQUESTS) {
    return sendFrame(connection, { kind: 'refused', request, code: 'message-rate', retryAfterMs: 1000 })
  }
  connection.pendingRequests++
  return requestOf(connection, address, room, frame)
}
