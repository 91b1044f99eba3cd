/**
 * How far counters may run. An insider may lead one member far ahead of the others; the others follow at a bounded
 * speed while that member shows its counter, so that nobody is left behind for good and nobody can be led to the end.
 *
 *   floor ≤ … greatest … limit = greatest + 65,536 ──rises 2^22 a second while a further one is shown──> 2^47
 */
import type { EpochHeader } from './epoch.ts'
import type { Counter, GroupState, KnownStanding, Surroundings } from './state.ts'
import { withinReach } from './step.ts'

const maxLead = 65_536
/** Above it there are no epochs. At full speed it is a year away. */
export const maxCounter = 2 ** 47
const risePerMs = 2 ** 22 / 1_000
/** A newcomer that goes by one other member's word is led no further: the others catch up within 256 s. */
const newcomerLimit = 2 ** 30
/** What a sleeping machine missed does not count as time in which a counter was shown. */
const longestRiseMs = 150_000

export const newCounter: Counter = { greatest: 0, floor: 0, limit: maxLead, risingSince: null }

/** The counter after an epoch of this `value` was taken or made. */
export const advanceTo = (counter: Counter, value: number): Counter => {
  const greatest = Math.max(counter.greatest, value)
  return { ...counter, greatest, limit: Math.max(counter.limit, Math.min(maxCounter, greatest + maxLead)) }
}

/** The greatest counter that a live member shows, in its standing or by an epoch that is held back. */
const greatestShown = ({ standings, heldBack }: GroupState): number => {
  let greatest = 0
  for (const { current } of standings.values()) greatest = Math.max(greatest, current?.counter ?? 0)
  for (const { header } of heldBack.values()) greatest = Math.max(greatest, header.counter)
  return Math.min(greatest, maxCounter)
}

/** Lets the limit rise for the time that has passed. */
export const raiseLimit = (state: GroupState, now: number): GroupState => {
  const { counter } = state
  const shown = greatestShown(state)
  if (shown <= counter.limit) {
    return counter.risingSince === null ? state : { ...state, counter: { ...counter, risingSince: null } }
  }
  const passed = Math.min(longestRiseMs, Math.max(0, now - (counter.risingSince ?? now)))
  const limit = Math.min(shown, counter.limit + Math.floor(passed * risePerMs))
  return { ...state, counter: { ...counter, limit, risingSince: now } }
}

const shows = (standing: KnownStanding | undefined, id: string): boolean => standing?.current?.id === id

/** Whether a newcomer goes by an epoch that is beyond its limit: a second member shows it, or there is no second one. */
const isVouchedFor = (
  state: GroupState,
  { author, counter }: EpochHeader,
  id: string,
  surroundings: Surroundings,
): boolean => {
  if (state.counter.greatest > 0 || counter > newcomerLimit) return false
  const others = withinReach(state, surroundings).filter((member) => member !== author)
  return others.length === 0
    ? surroundings.reach.has(author)
    : others.some((member) => shows(state.standings.get(member), id))
}

/** Whether an epoch can be taken now; otherwise it is held back. */
export const isWithinLimit = (
  state: GroupState,
  header: EpochHeader,
  id: string,
  surroundings: Surroundings,
): boolean => header.counter <= state.counter.limit || isVouchedFor(state, header, id, surroundings)

/**
 * The counter of my next epoch: above what I hold and, as far as all follow at once, above what is shown to me.
 *
 * @returns `null` where there is none left
 */
export const nextCounter = (state: GroupState): number | null => {
  const { greatest } = state.counter
  const next = 1 + Math.max(greatest, Math.min(greatestShown(state), greatest + maxLead - 1))
  return next > maxCounter ? null : next
}

/** @returns when the first epoch that is held back comes within the limit, or `null` */
export const releaseDue = (state: GroupState): number | null => {
  const { limit, risingSince } = state.counter
  if (state.heldBack.size === 0 || risingSince === null) return null
  const first = Math.min(...[...state.heldBack.values()].map(({ header }) => header.counter))
  return risingSince + Math.min(60_000, Math.ceil(Math.max(1, first - limit) / risePerMs))
}
