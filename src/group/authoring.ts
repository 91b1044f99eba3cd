/**
 * When this member makes an epoch: if in doubt, but not all at once.
 *
 *   no usable epoch · 64 messages · 10 minutes of talk · an hour of silence · a difference that lasts
 *        └──> needed ──rank · 150 ms (1.3 s at most) + jitter, unless another's comes first──> made, sent
 *
 * First in rank is who let in a member that has no epoch yet, since it surely reaches it; then the smallest id.
 */
import type { Bytes } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import { advanceTo, nextCounter } from './counter.ts'
import { authorEpoch, type HeldEpoch, messagesOf } from './epoch.ts'
import { holdEpoch, sendableOf, settleCurrent } from './keeping.ts'
import { countMend, mendingDue, needsMending } from './mending.ts'
import { isPaused } from './penalty.ts'
import { resendMs, secretsOfPending, sendPending } from './pending.ts'
import { sortedEntries } from './roster.ts'
import type { GroupState, GroupStep, PendingEpoch, Surroundings } from './state.ts'
import { merged, unchanged, withinReach } from './step.ts'

const rankMs = 150
const maxRankMs = 1_300
const jitterMs = 50
/** Keeps an honest author well below what others accept of one. */
const spacingMs = 300
/** Joins that come close together share an epoch. */
const collectMs = 300
const quietJoinMs = 1_000
/** A member without an epoch lets those who hold one go first, so that counters carry on. */
const newcomerMs = 2_000
/** One that came back lets those who show a current epoch mend its absence first. */
const returnedMs = 6_000

const renewAfterMessages = 64
const busyMs = 60_000
const talkMs = 10 * 60_000
const silentMs = 60 * 60_000

const currentOf = (state: GroupState): HeldEpoch | null =>
  state.epochs.find(({ id }) => id === state.current) ?? null

/** When the current epoch has served its time. */
const renewalDue = (epoch: HeldEpoch): number => {
  const messages = messagesOf(epoch)
  if (messages >= renewAfterMessages) return epoch.since + busyMs
  return epoch.since + (messages > 0 ? talkMs : silentMs)
}

/** An epoch with this many messages left, or this much time, is about to be renewed. */
const lastMessages = 8
const lastMs = 90_000

const isNeeded = (state: GroupState, surroundings: Surroundings): boolean => {
  if (!state.founded || nextCounter(state) === null) return false
  const current = currentOf(state)
  return current === null || surroundings.now >= renewalDue(current) || needsMending(state, surroundings)
}

const newestOf = (state: GroupState): HeldEpoch | null =>
  currentOf(state) ?? sendableOf(state) ?? state.epochs.at(-1) ?? null

/** Myself and all within reach, the first in rank first. */
const ranked = (state: GroupState, surroundings: Surroundings): readonly MemberId[] => {
  const { roster, self } = state
  const served = new Set(newestOf(state)?.members)
  const hosts = new Set([...roster.entries.values()].filter(({ id }) => !served.has(id)).map(({ by }) => by))
  const order = (id: MemberId): string => {
    const paused = isPaused(state.authors.get(id), surroundings.now)
    return `${paused ? 1 : 0}${hosts.has(id) ? 0 : 1}${id}`
  }
  const ids = [self.id, ...withinReach(state, surroundings)]
  return ids.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

/** How many members within reach go before me. */
const rankOf = (state: GroupState, surroundings: Surroundings): number =>
  ranked(state, surroundings).indexOf(state.self.id)

/**
 * Who will renew the current epoch, where that is near: a turn now keeps the next epoch from a thief who copied a state
 * since the last turn.
 *
 * @returns the first in rank, or `null`
 */
export const nextAuthor = (state: GroupState, surroundings: Surroundings): MemberId | null => {
  const epoch = currentOf(state)
  if (epoch === null) return null
  const isLate =
    surroundings.now >= renewalDue(epoch) - lastMs || messagesOf(epoch) >= renewAfterMessages - lastMessages
  return isLate ? ranked(state, surroundings)[0]! : null
}

/** How long a member waits for those who know more than it does. */
const patienceOf = (state: GroupState, surroundings: Surroundings): number => {
  if (state.current !== null || sendableOf(state) !== null || state.roster.entries.size === 1) return 0
  const others = withinReach(state, surroundings)
  const othersHold = others.some((id) => {
    const standing = state.standings.get(id)
    return standing?.current != null && standing.rosterHash === state.hash
  })
  if (othersHold) return returnedMs
  return state.epochs.length === 0 ? newcomerMs : 0
}

/** When this member makes an epoch, given that one is needed. */
const authorDue = (
  state: GroupState,
  { since, jitterMs: jitter }: NonNullable<GroupState['needed']>,
  surroundings: Surroundings,
): number => {
  const rank = rankOf(state, surroundings)
  const delay = state.evicted
    ? 0
    : Math.min(rank * rankMs, maxRankMs) + (rank === 0 ? 0 : jitter) + patienceOf(state, surroundings)
  const newest = newestOf(state)
  const busy = newest !== null && (state.unservedSince ?? 0) - newest.since < quietJoinMs
  const collected =
    state.unservedSince !== null && busy && !state.evicted ? state.unservedSince + collectMs : 0
  const spaced = state.authoredAt === null ? 0 : state.authoredAt + spacingMs
  return Math.max(since + delay, collected, spaced, state.quietUntil ?? 0)
}

/** Some live member is in no epoch that I hold. */
const noteUnserved = (state: GroupState, now: number): GroupState => {
  const served = new Set(newestOf(state)?.members)
  const open = [...state.roster.entries.keys()].some((id) => !served.has(id))
  if (open === (state.unservedSince !== null)) return state
  return { ...state, unservedSince: open ? now : null }
}

/** Makes an epoch if one is needed and it is this member's turn. */
export const settleAuthoring = async (
  crypto: Crypto,
  before: GroupState,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  const { now } = surroundings
  const state = noteUnserved(before, now)
  if (!isNeeded(state, surroundings)) {
    const idle = state.needed === null && !state.evicted
    return unchanged(idle ? state : { ...state, needed: null, evicted: false })
  }
  const jitter = (): number => Math.floor((jitterMs * crypto.random(1)[0]!) / 256)
  const needed = state.needed ?? { since: now, jitterMs: jitter() }
  if (now < authorDue(state, needed, surroundings)) return unchanged({ ...state, needed })
  return author(crypto, state, surroundings)
}

const author = async (crypto: Crypto, state: GroupState, surroundings: Surroundings): Promise<GroupStep> => {
  const { now } = surroundings
  const counter = nextCounter(state)
  if (counter === null) return unchanged(state)
  const { self, groupId: group, contributions } = state
  const members = sortedEntries(state.roster).map(({ id }) => id)
  const made = await authorEpoch(crypto, { group, counter, author: self.id, members, contributions, now })
  const waiting = new Set(members.filter((id) => id !== self.id))
  const pending: PendingEpoch = {
    header: made.header,
    id: made.epoch.id,
    joint: made.joint,
    waiting,
    sentTo: new Set(),
    authoredAt: now,
    resendAt: now + resendMs,
    pauseMs: 2 * resendMs,
  }
  const alone = waiting.size === 0
  const mended = countMend(state, made.epoch, now)
  const held = holdEpoch(
    {
      ...mended,
      counter: advanceTo(mended.counter, counter),
      contributions: new Map<MemberId, Bytes>(),
      pending: alone ? null : pending,
      needed: null,
      authoredAt: now,
      unservedSince: null,
      evicted: false,
    },
    made.epoch,
  )
  const current = merged(held, settleCurrent(held.state, surroundings))
  const sent = merged(current, sendPending(current.state, surroundings))
  const stale = [...sent.stale, ...secretsOfPending(state.pending), ...(alone ? [made.joint] : [])] // FS
  return { ...sent, stale }
}

/** @returns when this member next may have to make an epoch, or `null` */
export const authoringDue = (state: GroupState, surroundings: Surroundings): number | null => {
  if (!state.founded || nextCounter(state) === null) return null
  if (state.needed !== null) return authorDue(state, state.needed, surroundings)
  const current = currentOf(state)
  if (current === null) return surroundings.now
  return Math.min(renewalDue(current), mendingDue(state, surroundings) ?? Number.POSITIVE_INFINITY)
}
