/**
 * Where members of one roster show different epochs: noticed, sent again, and mended by a new epoch.
 *
 *   standing shows another ──1 s after mine could have arrived──> differs ──author sends again──>
 *                                                        └──3 s──> the first in rank makes a new epoch
 *
 * An author whose epochs need mending twice within 60 s loses its preference for a while, and a member for whose sake
 * epochs are made again and again is left alone for a while: an insider that always shows something else, or gives
 * its epochs to some only, costs little.
 */
import type { Crypto } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import type { HeldEpoch } from './epoch.ts'
import { dueList } from './exchange.ts'
import { isPaused, offend } from './penalty.ts'
import { resendTo } from './pending.ts'
import type { GroupEffect, GroupState, GroupStep, KnownStanding, Standing, Surroundings } from './state.ts'
import { withEffects, withinReach } from './step.ts'

/** What was sealed earlier may have crossed my epoch on its way. */
const graceMs = 1_000
const mendMs = 3_000

/** The group's part of a heartbeat of `from`. */
export const takeStanding = (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  { current, rosterHash }: Standing,
  surroundings: Surroundings,
): GroupStep => {
  const { now } = surroundings
  const known = state.standings.get(from)
  const agrees = (current?.id ?? null) === state.current
  const early = now - state.currentSince < graceMs
  const since = agrees || rosterHash !== state.hash ? null : (known?.differsSince ?? (early ? null : now))
  const standing: KnownStanding = { current, rosterHash, shownAt: now, differsSince: since }
  const next: GroupState = { ...state, standings: new Map(state.standings).set(from, standing) }
  if (rosterHash !== state.hash) return withEffects(dueList(crypto, next, from, surroundings))
  if (since === null) return withEffects(next)
  // It is to know that I do not show what it shows: whose fault that is, it may know better.
  const show: readonly GroupEffect[] = since === known?.differsSince ? [] : [{ kind: 'show', to: [from] }]
  return withEffects(next, ...show, ...resendTo(next, from))
}

/** Members that differ, and since when: each has shown it after my current epoch could have arrived. */
const differing = (state: GroupState, surroundings: Surroundings): readonly number[] =>
  withinReach(state, surroundings).flatMap((id) => {
    const standing = state.standings.get(id)
    if (standing?.rosterHash !== state.hash || standing.differsSince === null) return []
    const arrived = state.currentSince + graceMs
    if (standing.shownAt < arrived || isPaused(state.showers.get(id), surroundings.now)) return []
    return [Math.max(standing.differsSince, arrived)]
  })

/** @returns whether a difference has lasted long enough for a new epoch */
export const needsMending = (state: GroupState, surroundings: Surroundings): boolean =>
  differing(state, surroundings).some((since) => surroundings.now - since >= mendMs)

/** @returns when a difference next needs a new epoch, or `null` */
export const mendingDue = (state: GroupState, surroundings: Surroundings): number | null => {
  const times = differing(state, surroundings).map((since) => since + mendMs)
  return times.length === 0 ? null : Math.min(...times)
}

/** A paused author's epochs count for others only once they are shown by others. */
const blame = (state: GroupState, author: MemberId, now: number): GroupState => {
  const penalty = offend(state.authors.get(author), now)
  const authors = new Map(state.authors).set(author, penalty)
  if (!isPaused(penalty, now) || author === state.self.id) return { ...state, authors }
  const epochs = state.epochs.map((held) => (held.author === author ? { ...held, preferred: false } : held))
  return { ...state, authors, epochs }
}

/**
 * Counts what `epoch` mends, if it does: on the roster of my current one, while somebody shows another. The author of
 * mine and those that differ each get their share.
 */
export const countMend = (state: GroupState, epoch: HeldEpoch, now: number): GroupState => {
  const current = state.epochs.find(({ id }) => id === state.current)
  if (current === undefined || !sameMembers(current, epoch)) return state
  const differ = [...state.standings].filter(
    ([id, { differsSince, rosterHash }]) =>
      differsSince !== null && rosterHash === state.hash && !isPaused(state.showers.get(id), now),
  )
  if (differ.length === 0 || (epoch.author === current.author && epoch.author !== state.self.id)) return state
  const showers = new Map(state.showers)
  for (const [id] of differ) if (id !== epoch.author) showers.set(id, offend(showers.get(id), now))
  return blame({ ...state, showers }, current.author, now)
}

const sameMembers = (a: HeldEpoch, b: HeldEpoch): boolean =>
  a.members.length === b.members.length && a.members.every((id, i) => id === b.members[i])
