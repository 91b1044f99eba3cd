/** What frames cost their socket and its network, and what happens to a frame that cannot be paid. */

import { encode } from '../../src/codec/index.ts'
import {
  type ClientFrame,
  type Cost,
  frameCost,
  pay,
  payFor,
  type RelayFrame,
  type RelayLimits,
  relayFrame,
} from '../../src/relay-protocol/index.ts'
import { type Connection, patience } from './connection.ts'
import type { RelayEffect } from './effects.ts'
import type { Networks, Overdue } from './networks.ts'
import { fail, sendFrame } from './responses.ts'
import type { Rooms } from './rooms.ts'

/** A socket over its limit is not read for so long at least, and at most: its pongs are not heard meanwhile. */
const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
/** Retry delay after too many refusals. */
const PUNISHED_MS = 30_000

export interface Charging {
  /** `null` if the frame is paid. */
  charge(connection: Connection, frame: ClientFrame, size: number, now: number): Overdue | null
  refuse(connection: Connection, frame: ClientFrame, overdue: Overdue, now: number): RelayEffect[]
}

/** @param forget - drops a connection that is closed */
export function createCharging(
  limits: RelayLimits,
  networks: Networks,
  rooms: Rooms,
  forget: (connection: Connection) => RelayEffect[],
): Charging {
  /** What the frame costs its network: a join is announced to the whole room, and lists it. */
  const networkCost = (frame: ClientFrame, cost: Cost): Cost =>
    frame.kind === 'join' ? { ...cost, messages: Math.max(cost.messages, rooms.size(frame.room)) } : cost

  /** Refuses the frame, and has the socket paused until it may send again. Too many refusals end the connection. */
  const refuse = (
    connection: Connection,
    frame: ClientFrame,
    overdue: Overdue,
    now: number,
  ): RelayEffect[] => {
    const { code, retryAfterMs } = overdue
    if (pay(connection.patience, 1, patience.rate, patience.burst, now) > 0) {
      return [
        ...fail(connection.id, code, PUNISHED_MS),
        { kind: 'close', socket: connection.id, code: 1008, reason: code },
        ...forget(connection),
      ]
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, retryAfterMs))
    const told: RelayFrame =
      'request' in frame
        ? { kind: 'refused', request: frame.request, code, retryAfterMs }
        : { kind: 'error', code, retryAfterMs }
    const effects: RelayEffect[] = [
      { kind: 'send', socket: connection.id, bytes: encode(relayFrame, told), code, pauseMs },
    ]
    if (frame.kind === 'send') effects.push(sendFrame(connection, { kind: 'undelivered', to: frame.to }))
    if (frame.kind === 'multicast') {
      for (const { to } of frame.recipients) effects.push(sendFrame(connection, { kind: 'undelivered', to }))
    }
    return effects
  }

  const charge = (connection: Connection, frame: ClientFrame, size: number, now: number): Overdue | null => {
    const cost = frameCost(frame, size)
    const isJoin = frame.kind === 'join'
    return (
      payFor(connection, cost, limits, now) ??
      networks.charge(connection.network, networkCost(frame, cost), isJoin, now)
    )
  }

  return { charge, refuse }
}
