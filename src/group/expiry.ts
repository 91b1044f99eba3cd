/**
 * When a member has been out of reach for longer than its lease.
 *
 *   out of reach ──lease, counted while I am connected──> announced ──10 s──> removed
 *        └──<── in reach, or another member heard it within its lease ──<──┘
 *
 * The smallest id within reach does it for all.
 */
import type { Crypto } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import { makeRemovals } from './learning.ts'
import type { ToldRemoval } from './removal.ts'
import type { Absence, GroupState, GroupStep, Surroundings } from './state.ts'
import { andThen, announce, control, unchanged, withEffects, withinReach } from './step.ts'

const announcedMs = 10_000
/** One that slept or came back has to look out for others this long before it counts them as gone. */
const lookoutMs = 60_000

const leaseOf = ({ roster }: GroupState, id: MemberId): number => roster.entries.get(id)?.entry.lease ?? 0

/** Adds the time since the last step to all who are out of reach. */
export const countAbsences = (
  state: GroupState,
  { now, reach, online }: Surroundings,
  slept: boolean,
): GroupState => {
  const counts = online && state.wasOnline && !slept && state.steppedAt !== null
  const passed = counts ? Math.max(0, now - (state.steppedAt ?? now)) : 0
  const absences = new Map<MemberId, Absence>()
  for (const id of state.roster.entries.keys()) {
    if (id === state.self.id || reach.has(id)) continue
    const known = state.absences.get(id)
    const ms = known === undefined ? 0 : known.ms + passed
    absences.set(
      id,
      slept
        ? { ms: Math.min(ms, leaseOf(state, id) - lookoutMs), announcedAt: null }
        : { ms, announcedAt: known?.announcedAt ?? null },
    )
  }
  return { ...state, absences }
}

const isFirst = (state: GroupState, surroundings: Surroundings): boolean =>
  withinReach(state, surroundings).every((id) => id > state.self.id)

const isOver = (state: GroupState, id: MemberId, { ms }: Absence): boolean => ms > leaseOf(state, id)

/** Announces and makes the removals that are due. */
export const expire = (crypto: Crypto, state: GroupState, surroundings: Surroundings): GroupStep => {
  const { now, online } = surroundings
  const over = [...state.absences].filter(([id, absence]) => isOver(state, id, absence))
  if (over.length === 0 || !online || !isFirst(state, surroundings)) return unchanged(state)
  const fresh = over.filter(([, { announcedAt }]) => announcedAt === null).map(([id]) => id)
  const absences = new Map(state.absences)
  for (const id of fresh) absences.set(id, { ms: absences.get(id)?.ms ?? 0, announcedAt: now })
  const near = withinReach(state, surroundings)
  const said = fresh.flatMap((member) => near.map((to) => control(to, { kind: 'expiring', member })))
  const announced = withEffects({ ...state, absences }, ...said)
  const removals = over
    .filter(([, { announcedAt }]) => announcedAt !== null && now - announcedAt >= announcedMs)
    .map(([id]): ToldRemoval => ({ id, by: state.self.id, reason: 'expired', teller: state.self.id }))
  if (removals.length === 0) return announced
  const { evicted } = state
  return andThen(announced, (next) =>
    andThen(makeRemovals(crypto, next, removals, surroundings), (after) =>
      withEffects(
        { ...after, evicted },
        ...announce(after, surroundings, [{ kind: 'removals', removals: removals.slice(0, 192) }]),
      ),
    ),
  )
}

/** Another member is about to remove one: I say so if I heard it within its lease. */
export const takeExpiring = (
  state: GroupState,
  from: MemberId,
  member: MemberId,
  { now, reach }: Surroundings,
): GroupStep => {
  const here = member === state.self.id || reach.has(member)
  const absence = state.absences.get(member)
  const since = absence === undefined ? 0 : absence.ms + Math.max(0, now - (state.steppedAt ?? now))
  const agoMs = here ? 0 : Math.floor(since)
  if (!state.roster.entries.has(member) || agoMs > leaseOf(state, member)) return unchanged(state)
  return withEffects(state, control(from, { kind: 'heard', member, agoMs }))
}

/** Another member heard one that I was about to remove. */
export const takeHeard = (state: GroupState, member: MemberId, agoMs: number): GroupStep => {
  const known = state.absences.get(member)
  if (known === undefined || agoMs > leaseOf(state, member)) return unchanged(state)
  const absence = { ms: Math.min(known.ms, agoMs), announcedAt: null }
  return unchanged({ ...state, absences: new Map(state.absences).set(member, absence) })
}

/** @returns when the next announcement or removal is due, or `null` */
export const expiryDue = (state: GroupState, surroundings: Surroundings): number | null => {
  const { now, online } = surroundings
  if (!online || !isFirst(state, surroundings)) return null
  const times = [...state.absences]
    .filter(([id]) => !surroundings.reach.has(id))
    .map(([id, { ms, announcedAt }]) =>
      announcedAt === null
        ? (state.steppedAt ?? now) + Math.max(1, leaseOf(state, id) - ms + 1)
        : announcedAt + announcedMs,
    )
  return times.length === 0 ? null : Math.min(...times)
}
