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
import type { GroupState, GroupStep, KnownStanding, Standing, Surroundings } from './state.ts'
import { withEffects, withinReach } from './step.ts'

/** What was sealed earlier may have crossed my epoch on its way. */
const graceMs = 1_000
export const mendMs = 3_000

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
  const fresh = agrees || early || rosterHash !== state.hash
  const differsSince = fresh ? null : (known?.differsSince ?? now)
  const standing: KnownStanding = { current, rosterHash, differsSince }
  const next: GroupState = { ...state, standings: new Map(state.standings).set(from, standing) }
  if (rosterHash !== state.hash) return withEffects(dueList(crypto, next, from, surroundings))
  return withEffects(next, ...(differsSince === null ? [] : resendTo(next, from)))
}

const differing = (state: GroupState, surroundings: Surroundings): readonly (readonly [MemberId, number])[] =>
  withinReach(state, surroundings).flatMap((id) => {
    const standing = state.standings.get(id)
    const since = standing?.rosterHash === state.hash ? standing.differsSince : null
    const paused = isPaused(state.showers.get(id), surroundings.now)
    return since === undefined || since === null || paused ? [] : [[id, since] as const]
  })

/** @returns whether a difference has lasted long enough for a new epoch */
export const needsMending = (state: GroupState, surroundings: Surroundings): boolean =>
  differing(state, surroundings).some(([, since]) => surroundings.now - since >= mendMs)

/** @returns when a difference next needs a new epoch, or `null` */
export const mendingDue = (state: GroupState, surroundings: Surroundings): number | null => {
  const times = differing(state, surroundings).map(([, since]) => since + mendMs)
  return times.length === 0 ? null : Math.min(...times)
}

/**
 * Counts what `epoch` mends, if it does: on the roster of my current one, while somebody shows another. Its author
 * and those that differ each get their share.
 */
export const countMend = (state: GroupState, epoch: HeldEpoch, now: number): GroupState => {
  const current = state.epochs.find(({ id }) => id === state.current)
  if (current === undefined || !sameMembers(current, epoch)) return state
  const differ = [...state.standings].filter(
    ([id, { differsSince, rosterHash }]) =>
      id !== epoch.author &&
      differsSince !== null &&
      rosterHash === state.hash &&
      now - differsSince >= graceMs &&
      !isPaused(state.showers.get(id), now),
  )
  if (differ.length === 0) return state
  const showers = new Map(state.showers)
  for (const [id] of differ) showers.set(id, offend(showers.get(id), now, 1))
  const blamed = offend(state.authors.get(current.author), now, 2)
  return { ...state, showers, authors: new Map(state.authors).set(current.author, blamed) }
}

const sameMembers = (a: HeldEpoch, b: HeldEpoch): boolean =>
  a.members.length === b.members.length && a.members.every((id, i) => id === b.members[i])
