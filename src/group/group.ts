/**
 * The step of a group: one event in, a new state and what to do out.
 *
 *   event ──refused──> the state that was given, and a code
 *     └──> handled ──> roster and epochs settled ──> what is due is sent ──> an epoch is made if it is my turn
 *
 * This folder computes. It never sends: it says "seal this for member X".
 */
import type { Crypto } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import { settleAuthoring } from './authoring.ts'
import type { GroupControl } from './control.ts'
import { raiseLimit } from './counter.ts'
import type { GroupEvent } from './event.ts'
import {
  admit,
  meetPartner,
  passOn,
  sendLists,
  takeAsk,
  takeEntries,
  takeIds,
  takeRoster,
  takeWelcome,
} from './exchange.ts'
import { countAbsences, expire, takeExpiring, takeHeard } from './expiry.ts'
import { dropOld, settleCurrent } from './keeping.ts'
import { changeRoster, learnDenial, learnRemoval, withFewObjections } from './learning.ts'
import { takeStanding } from './mending.ts'
import { sendPending } from './pending.ts'
import { evict, leave, takeOwnRemoval } from './removing.ts'
import { forgetOld } from './roster.ts'
import type { GroupState, GroupStep, Surroundings } from './state.ts'
import { andThen, merged, reject, unchanged } from './step.ts'
import { releaseHeldBack, takeAck, takeEpoch } from './taking.ts'

/** A member that is not alone steps once a minute; a longer pause was a sleep. */
const sleptMs = 150_000
/** One that slept or came back listens for heartbeats first. */
const quietMs = 2_000

/**
 * One event at a time: the caller awaits a step before the next.
 *
 * @returns the new state, what to do, and secrets to wipe; a step that rejects returns the state it was given
 */
export const groupStep = async (
  crypto: Crypto,
  state: GroupState,
  event: GroupEvent,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  if (state.ended !== null) return reject(state, 'group/ended')
  const begun = begin(crypto, state, surroundings)
  const handled = merged(begun, await handle(crypto, begun.state, event, surroundings))
  const refused = handled.effects.filter(({ kind }) => kind === 'reject')
  if (refused.length > 0) return { state, effects: refused, stale: [] }
  return handled.state.ended === null ? settle(crypto, handled, surroundings) : handled
}

/** What follows from the time that has passed. */
const begin = (crypto: Crypto, before: GroupState, surroundings: Surroundings): GroupStep => {
  const { now } = surroundings
  const slept = before.returned || (before.steppedAt !== null && now - before.steppedAt > sleptMs)
  const counted = countAbsences(before, surroundings, slept)
  const isQuiet = slept && before.roster.entries.size > 1
  const guests = [...before.guests].filter(([, { until }]) => until > now)
  const state = raiseLimit(
    {
      ...counted,
      guests: guests.length === before.guests.size ? before.guests : new Map(guests),
      quietUntil: isQuiet ? now + quietMs : before.quietUntil,
      needed: slept ? null : before.needed,
      returned: false,
      steppedAt: now,
      wasOnline: surroundings.online,
    },
    now,
  )
  return changeRoster(crypto, state, forgetOld(state.roster, now))
}

/** What follows from the new state. */
const settle = async (crypto: Crypto, handled: GroupStep, surroundings: Surroundings): Promise<GroupStep> => {
  const expired = andThen(handled, (state) => expire(crypto, state, surroundings))
  const chosen = andThen(expired, (state) => settleCurrent(state, surroundings))
  const released = merged(chosen, await releaseHeldBack(crypto, chosen.state, surroundings))
  const sent = [settleCurrent, sendPending, sendLists].reduce(
    (step, part) => andThen(step, (state) => part(state, surroundings)),
    released,
  )
  const authored = merged(sent, await settleAuthoring(crypto, sent.state, surroundings))
  return andThen(authored, (state) => dropOld(state, surroundings))
}

const handle = async (
  crypto: Crypto,
  state: GroupState,
  event: GroupEvent,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  switch (event.kind) {
    case 'found':
      return unchanged({ ...state, founded: true })
    case 'admitted':
      return admit(crypto, state, event.member, surroundings)
    case 'welcomed':
      return takeWelcome(crypto, state, event.doorkeeper, event.message)
    case 'merged':
      return meetPartner(state, event.partner, surroundings)
    case 'control':
      return receive(crypto, state, event.from, event.message, surroundings)
    case 'standing':
      return isMember(state, event.from)
        ? takeStanding(crypto, state, event.from, event.standing, surroundings)
        : reject(state, 'group/not-a-member')
    case 'evict':
      return evict(crypto, state, event.member, event.withInvited, surroundings)
    case 'leave':
      return leave(state, surroundings)
    case 'reach-changed':
    case 'tick':
      return unchanged(state)
  }
}

const isMember = ({ roster, self }: GroupState, from: MemberId): boolean =>
  from !== self.id && roster.entries.has(from)

/** What the other side of a merge may say before it is on the roster. */
const guestKinds: readonly GroupControl['kind'][] = ['roster', 'ids', 'ask', 'entries', 'removals']

const receive = async (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  message: GroupControl,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  const isGuest = state.guests.has(from) && guestKinds.includes(message.kind)
  if (!isMember(state, from) && !isGuest) return reject(state, 'group/not-a-member')
  switch (message.kind) {
    case 'roster':
      return takeRoster(crypto, state, from, message, surroundings)
    case 'ids':
      return takeIds(crypto, state, from, message.live, surroundings)
    case 'ask':
      return takeAsk(state, from, message.wanted, surroundings)
    case 'entries': {
      const taken = withFewObjections(takeEntries(crypto, state, from, message, surroundings))
      return passOn(crypto, taken, state, from, surroundings)
    }
    case 'removals': {
      const own = message.removals.find(({ id }) => id === state.self.id)
      if (own !== undefined) return takeOwnRemoval(state, own, from, surroundings)
      const learned = message.removals.reduce(
        (step, told) => andThen(step, (next) => learnRemoval(crypto, next, told, from, surroundings)),
        unchanged(state),
      )
      return withFewObjections(learned)
    }
    case 'not-by-me':
      return learnDenial(state, from, message)
    case 'expiring':
      return takeExpiring(state, from, message.member, surroundings)
    case 'heard':
      return takeHeard(state, message.member, message.agoMs)
    case 'epoch':
      return takeEpoch(crypto, state, from, message, surroundings)
    case 'ack':
      return takeAck(crypto, state, from, message)
  }
}
