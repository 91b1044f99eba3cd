/** The state of one link, what happens to it and what it asks of its executor. `link.ts` is the machine. */

import type { Bytes } from '../codec/index.ts'
import type { Attempt, Candidate, Description, LinkSignal } from './link-signal.ts'

export type LinkPhase = 'relay' | 'negotiating' | 'direct' | 'degraded'

/** Sent by the data channel and not acknowledged yet. An empty frame is a probe. */
export interface Unacknowledged {
  readonly number: number
  readonly at: number
  readonly frame: Bytes
  /** Whether its time was counted again after this end itself had stood still. */
  readonly excused: boolean
}

/** One WebRTC connection, from its opening to its end. */
export interface LinkConnection {
  /** Names it to the executor; never used again. */
  readonly id: number
  readonly attempt: Attempt
  /** Whether this end made the offer. */
  readonly offers: boolean
  /** ICE restarts so far. */
  readonly round: number
  /** Given up unless frames are acknowledged by then; `null` while direct. */
  readonly deadline: number | null
  /** The own description of this round and its candidates; sent again where the other end may have missed it. */
  readonly description: Description | null
  /** Whether that description was sent. */
  readonly told: boolean
  /** Own candidates that wait to be bundled, and when they leave. */
  readonly fresh: readonly Candidate[]
  readonly flushAt: number | null
  /** Of an offer: whether its answer was applied, and when it is sent again. */
  readonly answered: boolean
  readonly resendAt: number | null
  /** The last number used, and the greatest that the other end acknowledged. */
  readonly sent: number
  readonly confirmed: number
  readonly unacknowledged: readonly Unacknowledged[]
  /** The greatest number heard, and when its acknowledgement leaves at the latest. */
  readonly heard: number
  readonly heardAt: number
  readonly acknowledgeAt: number | null
}

/** A signal that came before this end could use it. */
export interface EarlySignal {
  readonly at: number
  readonly signal: LinkSignal
}

export interface LinkState {
  readonly phase: LinkPhase
  /** Drawn at the start of this end: tells its attempts from those of an earlier page. */
  readonly life: number
  /** As the core said; `null` before it asked for the link. */
  readonly initiator: boolean | null
  readonly connection: LinkConnection | null
  /** Attempts of this end so far, and connections: both count up only. */
  readonly attempts: number
  readonly connections: number
  /** The attempt of the other end that was followed last, and the last ones of its other lives: newest first. */
  readonly followed: Attempt | null
  readonly followedBefore: readonly Attempt[]
  readonly early: readonly EarlySignal[]
  /** Failures in a row; a link that stayed direct for a while starts over. */
  readonly failures: number
  /** In phase `relay`: when the next attempt starts, or (at the end that answers) is asked for. */
  readonly retryAt: number | null
  /** When this end last started an attempt, and when it last asked for one. */
  readonly triedAt: number | null
  readonly askedAt: number | null
  readonly directSince: number | null
}

/**
 * @param life - 48 random bits
 * @returns the state of a link that nobody has asked for
 */
export const unlinked = (life: number): LinkState => ({
  phase: 'relay',
  life,
  initiator: null,
  connection: null,
  attempts: 0,
  connections: 0,
  followed: null,
  followedBefore: [],
  early: [],
  failures: 0,
  retryAt: null,
  triedAt: null,
  askedAt: null,
  directSince: null,
})

export type LinkEvent = { readonly now: number } /** The core asks for the link. */ & (
  | { readonly kind: 'connect'; readonly initiator: boolean }
  /** The core gives it up: what is under way is dropped, not handed back. */
  | { readonly kind: 'disconnect' }
  /** From the other end. */
  | { readonly kind: 'signal'; readonly signal: LinkSignal }
  /** A frame for the other end. */
  | { readonly kind: 'send'; readonly frame: Bytes }
  /** Back online, awake, visible again, or on another network. */
  | { readonly kind: 'nudge' }
  /** Of a connection: its own description or candidate. */
  | {
      readonly kind: 'described'
      readonly connection: number
      readonly type: 'offer' | 'answer'
      readonly sdp: string
    }
  | { readonly kind: 'candidate'; readonly connection: number; readonly candidate: Candidate }
  /** Its data channel opened. */
  | { readonly kind: 'opened'; readonly connection: number }
  /** ICE lost its path, or found one again. */
  | { readonly kind: 'path'; readonly connection: number; readonly lost: boolean }
  | { readonly kind: 'arrived'; readonly connection: number; readonly bytes: Bytes }
  /** It ended: ICE failed, or the channel closed. */
  | { readonly kind: 'closed'; readonly connection: number }
  /** The time that the step before asked for has come. */
  | { readonly kind: 'wake' }
)

export type LinkEffect =
  | { readonly kind: 'link'; readonly direct: boolean }
  | { readonly kind: 'open'; readonly connection: number; readonly initiator: boolean }
  | { readonly kind: 'close'; readonly connection: number }
  /** Begin another round of ICE: a new offer will be described. */
  | { readonly kind: 'restart'; readonly connection: number }
  /** Hand the other end's description and candidates to the connection. */
  | {
      readonly kind: 'apply'
      readonly connection: number
      readonly description: { readonly type: 'offer' | 'answer'; readonly sdp: string } | null
      readonly candidates: readonly Candidate[]
    }
  | { readonly kind: 'signal'; readonly signal: LinkSignal }
  | { readonly kind: 'transmit'; readonly connection: number; readonly bytes: Bytes }
  | { readonly kind: 'received'; readonly frame: Bytes }
  /** Not known to have arrived: it has to go by the relay. */
  | { readonly kind: 'returned'; readonly frame: Bytes }

export interface LinkStep {
  readonly state: LinkState
  readonly effects: readonly LinkEffect[]
  /** When this link wants a `wake` event, milliseconds; `null`: not before something happens. */
  readonly wakeAt: number | null
}
