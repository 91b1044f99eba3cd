/**
 * Messages said and heard. Saying never waits for anybody: a message is numbered, its audience is fixed, and every
 * recipient's copy then goes its own way.
 *
 *   open ──sent, again after 2, 5, 15, 60 s──> open ──receipt──> confirmed
 *     └──absent, undelivered or 15 s──> mailing ──stored──> mailed ──receipt──> confirmed
 *                                          └──full, failed──> kept ──heard again──> open
 */
import type { Bytes } from '../../codec/index.ts'
import type { Address, MemberId } from '../../identity/index.ts'
import type { Control, Text } from '../controls.ts'
import type { PeerState } from '../state.ts'
import type { NumberRange, Numbers } from './numbers.ts'

/** A member, or the address of a sleeper whose entry is not known yet. */
export type Recipient = MemberId | Address

/** Own messages that are kept until they are confirmed; the oldest is let go for the newest. */
export const maxKept = 256

export interface Copy {
  /** `kept`: by this member, until the recipient is heard again. */
  readonly state: 'open' | 'mailing' | 'mailed' | 'kept'
  /** Its tries so far in this row, and when the row began. */
  readonly tries: number
  readonly from: number
  /** When something is due for it; `null`: when it is asked for, or its recipient heard again. */
  readonly nextAt: number | null
  /** Its mailbox took no more. */
  readonly full: boolean
}

export interface Outgoing {
  readonly message: Text
  /** Fixed when it was said; only removals shorten it. */
  readonly audience: ReadonlySet<Recipient>
  /** Of those who have not confirmed. */
  readonly copies: ReadonlyMap<Recipient, Copy>
  /** Whether it has left, by an epoch or by the pair sessions. */
  readonly sent: boolean
}

/** What is known of one sender's messages. */
export interface Incoming {
  readonly numbers: Numbers
  /** The greatest number that it showed. */
  readonly known: number
  /** Open numbers that the sender no longer has. */
  readonly lost: readonly NumberRange[]
  /** How often the open ones were asked for since something last came, and when that is due again. */
  readonly asked: number
  readonly askAt: number | null
  /** Whether the user is shown the hole: from the first request on. */
  readonly isShown: boolean
}

/** What a letter holds, until the relay says what became of it. */
export type Posted =
  | { readonly kind: 'message'; readonly to: Recipient; readonly number: number }
  | { readonly kind: 'control'; readonly to: MemberId; readonly control: Control }
  /** The letter that begins a session; its hash names it. */
  | { readonly kind: 'letter'; readonly to: MemberId; readonly hash: Bytes }
  | { readonly kind: 'other'; readonly to: Recipient }

/** A control for a mailbox that took no more. */
export interface KeptControl {
  readonly to: MemberId
  readonly control: Control
  /** Its mailbox did not take it. */
  readonly full: boolean
}

export interface MailState {
  readonly nextLetter: number
  readonly letters: ReadonlyMap<number, Posted>
  readonly kept: readonly KeptControl[]
}

export interface DeliveryState {
  /** The own id that all of this was said and heard under; `null` before the first step. */
  readonly speaker: MemberId | null
  /** Number of the own message said last; the first one has number 1. */
  readonly lastNumber: number
  /** Oldest first. */
  readonly outbox: readonly Outgoing[]
  /** Own messages up to this number are not for this member: it came later. */
  readonly before: ReadonlyMap<MemberId, number>
  /** Since when no epoch is sendable. */
  readonly withoutEpochFrom: number | null
  /** Who was within reach when the step before ended. */
  readonly near: ReadonlySet<MemberId>
  readonly incoming: ReadonlyMap<MemberId, Incoming>
  /** Receipts that are due, by the message's sender. */
  readonly owed: ReadonlyMap<MemberId, readonly number[]>
  readonly receiptsAt: number | null
  /** This member woke and read its letters: what is owed goes by mail, once. */
  readonly receiptsByMail: boolean
  /** Resends that each member got for its requests: how many, since when. */
  readonly answered: ReadonlyMap<MemberId, { readonly at: number; readonly count: number }>
  readonly mail: MailState
}

const noMail: MailState = { nextLetter: 1, letters: new Map(), kept: [] }

export const nothingSaid: DeliveryState = {
  speaker: null,
  lastNumber: 0,
  outbox: [],
  before: new Map(),
  withoutEpochFrom: null,
  near: new Set(),
  incoming: new Map(),
  owed: new Map(),
  receiptsAt: null,
  receiptsByMail: false,
  answered: new Map(),
  mail: noMail,
}

/** The number of the own last message, as heartbeats show it. */
export const lastNumber = ({ delivery }: PeerState): number => delivery.lastNumber
