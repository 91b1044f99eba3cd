/**
 * What the screens show of messages: who has an own one, in whose mailbox it lies, who misses it; and what is missing of
 * others' messages.
 */
import type { MemberId } from '../../identity/index.ts'
import type { PeerState } from '../state.ts'
import { type Hole, holesOf } from './gaps.ts'
import type { Outgoing, Recipient } from './state.ts'

/** `delivered`: all have confirmed. `nobody`: nobody was there to hear it, or nobody is left who was. */
export type Delivery = 'sending' | 'delivered' | 'nobody' | 'waiting'

export interface OutgoingView {
  readonly number: number
  readonly state: Delivery
  readonly audience: number
  readonly confirmed: number
  /** It is still being tried here. */
  readonly underWay: readonly Recipient[]
  /** It lies in their mailboxes. */
  readonly mailed: readonly Recipient[]
  /** They miss it until they are here again; this member keeps it for them. */
  readonly missing: readonly Recipient[]
}

export interface DeliveryView {
  /** Oldest first. One that is no longer listed stays as it was shown last; who was under way then misses it. */
  readonly outgoing: readonly OutgoingView[]
  readonly holes: readonly Hole[]
  /** Receipts that are owed to members out of reach. */
  readonly owed: readonly MemberId[]
}

const stateOf = ({ sent, audience, copies }: Outgoing, underWay: number): Delivery => {
  if (!sent) return 'sending'
  if (copies.size === 0) return audience.size === 0 ? 'nobody' : 'delivered'
  return underWay > 0 ? 'sending' : 'waiting'
}

const viewOf = (entry: Outgoing): OutgoingView => {
  const { message, audience, copies, sent } = entry
  const those = (wanted: (state: string, isTimed: boolean) => boolean): readonly Recipient[] =>
    [...copies].flatMap(([to, { state, nextAt }]) => (wanted(state, nextAt !== null) ? [to] : []))
  const underWay = sent
    ? those((state, isTimed) => state === 'mailing' || (state === 'open' && isTimed))
    : [...audience]
  const mailed = those((state) => state === 'mailed')
  const missing = those((state, isTimed) => state === 'kept' || (state === 'open' && !isTimed))
  return {
    number: message.number,
    state: stateOf(entry, underWay.length),
    audience: audience.size,
    confirmed: sent ? audience.size - copies.size : 0,
    underWay,
    mailed,
    missing,
  }
}

export const deliveryView = (state: PeerState): DeliveryView => ({
  outgoing: state.delivery.outbox.map(viewOf),
  holes: holesOf(state),
  owed: [...state.delivery.owed.keys()],
})
