import type { SocketLimits } from '../../relay-protocol/index.ts'
import type { Quota } from '../../transport/index.ts'

/** What a tab knows of its link to the relay: counted here, or told by the relay; nothing of what passed over it. */
export interface RelayView {
  /** Origin and path of the relay; `null` while there was no link. */
  readonly url: string | null
  readonly socket: 'none' | 'connecting' | 'greeting' | 'open' | 'waiting' | 'ended'
  /** Milliseconds since 1970: since when it is so. */
  readonly since: number
  /** While waiting: when the next try comes. */
  readonly retryAt: number | null
  /** How often a socket was opened, and got into the room. */
  readonly attempts: number
  readonly entered: number
  /** Milliseconds from `ping` to `pong`, oldest first, at most 120. */
  readonly roundTrips: readonly number[]
  /** What the relay allows one socket: its own words. */
  readonly limits: SocketLimits | null
  /** What is left of the bursts, reckoned here from the limits. */
  readonly quota: Quota | null
  readonly frames: { readonly sent: number; readonly received: number }
  /** Frames that the relay or this tab dropped because nobody was there to take them, or too many waited. */
  readonly undelivered: number
  /** By code, the newest last. */
  readonly refusals: readonly RefusalView[]
  /** Why links ended, the newest last. */
  readonly ends: readonly EndView[]
  /** By member id, of all in the room that have a stock; `null` before the relay was asked. */
  readonly stocks: readonly { readonly id: string; readonly count: number }[] | null
  readonly letters: {
    /** The relay said that letters came, and was not asked for them since. */
    readonly announced: boolean
    /** Fetched, and still kept by the relay. */
    readonly unread: number
    readonly read: number
    /** For others who were away. */
    readonly left: number
    /** When the mailbox was last asked for, milliseconds since 1970. */
    readonly askedAt: number | null
  }
}

export interface RefusalView {
  readonly code: string
  readonly count: number
  readonly at: number
  /** When it makes sense to try again, milliseconds since 1970. */
  readonly retryAt: number
}

export interface EndView {
  readonly reason: string
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
  letters: { announced: false, unread: 0, read: 0, left: 0, askedAt: null },
}
