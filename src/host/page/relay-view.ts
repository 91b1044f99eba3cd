/**
 * What a tab knows of its link to the relay: counted here or announced by the relay, never the content of frames.
 */

import type { SocketLimits } from '../../relay-protocol/index.ts'
import type { Quota, RelayEvent } from '../../transport/index.ts'

export interface RelayView {
  /** URL of the relay; `null` before the first link. */
  readonly url: string | null
  readonly socket: 'none' | 'connecting' | 'greeting' | 'open' | 'waiting' | 'ended'
  /** When the socket entered this state, milliseconds since 1970. */
  readonly since: number
  /** While waiting: time of the next attempt. */
  readonly retryAt: number | null
  /** Sockets opened, and how many of them joined the room. */
  readonly attempts: number
  readonly entered: number
  /** Milliseconds from `ping` to `pong`, oldest first, at most 120. */
  readonly roundTrips: readonly number[]
  /** The limits that the relay announced. */
  readonly limits: SocketLimits | null
  /** What may be sent now, computed here from the limits. */
  readonly quota: Quota | null
  readonly frames: { readonly sent: number; readonly received: number }
  /** Frames dropped by the relay or this tab, because the addressee was absent or the queue full. */
  readonly undelivered: number
  /** By code, newest last. */
  readonly refusals: readonly RefusalView[]
  /** By reason, newest last. */
  readonly ends: readonly EndView[]
  /** Every stock in the room, by relay address; `null` before the first response. */
  readonly stocks: readonly { readonly address: string; readonly count: number }[] | null
  readonly letters: {
    /** Whether the relay announced letters that have not been fetched since. */
    readonly announced: boolean
    /** Fetched but not acknowledged. */
    readonly unread: number
    readonly read: number
    /** Letters left for absent members. */
    readonly left: number
    /** When the mailbox was last fetched, milliseconds since 1970. */
    readonly fetchedAt: number | null
  }
}

/** Why the relay refused something, or why a link ended. */
export type RelayReason = Extract<RelayEvent, { kind: 'closed' }>['reason']

export interface RefusalView {
  readonly code: Extract<RelayEvent, { kind: 'refused' }>['code']
  readonly count: number
  readonly at: number
  /** Earliest sensible retry, milliseconds since 1970. */
  readonly retryAt: number
}

export interface EndView {
  readonly reason: RelayReason
  readonly count: number
  readonly at: number
}

export const emptyRelayView: RelayView = {
  url: null,
  socket: 'none',
  since: 0,
  retryAt: null,
  attempts: 0,
  entered: 0,
  roundTrips: [],
  limits: null,
  quota: null,
  frames: { sent: 0, received: 0 },
  undelivered: 0,
  refusals: [],
  ends: [],
  stocks: null,
  letters: { announced: false, unread: 0, read: 0, left: 0, fetchedAt: null },
}
