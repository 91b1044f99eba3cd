/** Who a message's recipients are, and how each can be met now. */
import type { Address, MemberId } from '../../identity/index.ts'
import { entryOf, membersAt, otherMembers } from '../members.ts'
import { hasSession } from '../pairs.ts'
import { isWithinReach } from '../reach.ts'
import { hasMailbox, pathTo } from '../room.ts'
import type { PeerState } from '../state.ts'
import type { Recipient } from './state.ts'

const memberIdDigits = 32

/** A sleeper that was met by a pre-key is known by its relay address until its entry is. */
export const isMember = (recipient: Recipient): recipient is MemberId => recipient.length === memberIdDigits

export const addressOf = (state: PeerState, recipient: Recipient): Address | null =>
  isMember(recipient) ? (entryOf(state, recipient)?.entry.address ?? null) : recipient

/** Everybody else on the roster. */
export const others = (state: PeerState): readonly MemberId[] => otherMembers(state).map(({ id }) => id)

/** Neither here nor with a mailbox, as the relay says: its mailbox ended, or it never was. */
const isNowhere = (state: PeerState, address: Address): boolean =>
  state.room.owners !== null && !hasMailbox(state, address) && pathTo(state, address) === null

/** Sleepers met by their pre-keys that are on no roster here yet: the user sees them by their addresses. */
export const unnamedSleepers = (state: PeerState): readonly Address[] =>
  [...state.asleep.preKeyed].flatMap(([address, { role }]) =>
    role === 'newcomer' && membersAt(state, address).length === 0 && !isNowhere(state, address)
      ? [address]
      : [],
  )

/** A frame of it opened here lately, and there is a way to it now. */
export const isNear = (state: PeerState, member: MemberId, now: number): boolean => {
  const address = addressOf(state, member)
  return address !== null && pathTo(state, address) !== null && isWithinReach(state, member, now)
}

export interface Ways {
  readonly address: Address
  /** A path now, and a session to seal in. */
  readonly live: boolean
  /** A session to seal in, by whatever path. */
  readonly sealable: boolean
  /** No path now, as far as the relay says. */
  readonly absent: boolean
  /** A mailbox that the relay can be asked to put something into now. */
  readonly mailbox: boolean
}

export const waysTo = (state: PeerState, recipient: Recipient): Ways | null => {
  const address = addressOf(state, recipient)
  if (address === null) return null
  const path = pathTo(state, address)
  const isPaired = isMember(recipient) && hasSession(state, recipient)
  return {
    address,
    live: path !== null && isPaired,
    sealable: isPaired || state.asleep.preKeyed.get(address)?.role === 'newcomer',
    absent: path === null,
    mailbox: state.room.online && hasMailbox(state, address),
  }
}
