import type { Bytes } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { authorEpoch, maxParents } from './epoch.ts'
import { holdEpoch } from './keeping.ts'
import { type MemberId, maxEntries } from './roster.ts'
import {
  currentEpoch,
  deliver,
  type GroupState,
  type GroupStep,
  headsOf,
  membersOf,
  type PendingEpoch,
  resendMs,
  type Surroundings,
} from './state.ts'

const rankMs = 150
const jitterMs = 50
/** A member without an epoch lets those who hold one go first, so that counters and secrets carry on. */
const newcomerMs = 2_000
/** Keeps an honest author well below what others accept of one. */
const spacingMs = 400
const pendingMs = 60_000
/** How long two members may show different epochs on one roster before a new one repairs it. */
const disagreementMs = 3_000
/** A member that does not reach so many others gives those who do time to hear of it, too: more than one round of heads. */
const maxMissed = 4
const missedMs = 6_000
const refreshMs = 60 * 60_000
const refreshMessages = 1_000

const needsEpoch = (state: GroupState, { now, reachable }: Surroundings): boolean => {
  const current = currentEpoch(state)
  if (current === null || state.stale || now - current.since > refreshMs) return true
  if ((current.sending?.generation ?? 0) >= refreshMessages) return true
  // Its epoch would not get to everybody: whoever reaches more mends it first.
  const missed = membersOf(state).filter(({ id }) => id !== state.self && !reachable.has(id)).length
  const patience = disagreementMs + Math.min(missed, maxMissed) * missedMs
  return [...state.heads].some(
    ([id, { hash, differsSince, told }]) =>
      told &&
      reachable.has(id) &&
      hash === state.hash &&
      differsSince !== null &&
      now - differsSince > patience,
  )
}

/** Authors when no epoch is usable and nobody of lower rank did: "if in doubt, a new epoch". */
export const settle = async (
  crypto: Crypto,
  state: GroupState,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  const { now, reachable } = surroundings
  if (!state.founded || !needsEpoch(state, surroundings)) {
    return { state: state.authorAt === null ? state : { ...state, authorAt: null }, effects: [], stale: [] }
  }
  if (state.authorAt === null) {
    const ahead = membersOf(state).filter(({ id }) => reachable.has(id) && id < state.self).length
    const jitter = ahead === 0 ? 0 : crypto.random(1)[0]! % jitterMs
    const patience = state.epochs.length === 0 && membersOf(state).length > 1 ? newcomerMs : 0
    const delayed = now + ahead * rankMs + jitter + patience
    const authorAt = state.authoredAt === 0 ? delayed : Math.max(delayed, state.authoredAt + spacingMs)
    if (authorAt > now) return { state: { ...state, authorAt }, effects: [], stale: [] }
  } else if (now < state.authorAt) {
    return { state, effects: [], stale: [] }
  }
  return author(crypto, state, now)
}

const author = async (crypto: Crypto, state: GroupState, now: number): Promise<GroupStep> => {
  const members = membersOf(state)
  const parents = headsOf(state).slice(-maxParents)
  const base = new Set(parents.flatMap((parent) => parent.members))
  const adds = members.filter(({ id }) => !base.has(id))
  const removes = [...state.roster.removes.values()].filter(({ id }) => base.has(id))
  const made = await authorEpoch(crypto, {
    group: state.groupId,
    author: state.self,
    members: members.map(({ id }) => id),
    rosterHash: state.hash,
    delta: { adds: adds.slice(0, maxEntries), removes: removes.slice(0, maxEntries) },
    parents,
    contributions: state.contributions,
    now,
  })
  const held = holdEpoch(state, made.epoch)
  const waiting = new Set(members.map(({ id }) => id).filter((id) => id !== state.self))
  const pending: PendingEpoch = {
    header: made.header,
    id: made.epoch.id,
    joint: made.joint,
    waiting,
    resendAt: now + resendMs,
    until: now + pendingMs,
  }
  const next: GroupState = {
    ...held.state,
    contributions: new Map<MemberId, Bytes>(),
    pending: waiting.size === 0 ? null : pending,
    authorAt: null,
    authoredAt: now,
    stale: false,
    heads: new Map(),
  }
  const superseded = state.pending === null ? [] : [state.pending.joint]
  return {
    state: next,
    effects: [...waiting].map((id) => deliver(pending, id)),
    stale: [...held.stale, ...superseded, ...(waiting.size === 0 ? [made.joint] : [])], // FS
  }
}
