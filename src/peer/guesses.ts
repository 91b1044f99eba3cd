import type { MemberId } from '../group/index.ts'

/** Failures that cost nothing, as long as they lie within `failureWindowMs`. */
export const freeFailures = 5
export const failureWindowMs = 10 * 60_000
const firstDelayMs = 60_000
/** Of one member's reports, so many count in ten minutes. */
const maxReports = 5
/** No delay is longer, and no claim of one is believed further. */
export const maxDelayMs = 60 * 60_000

export interface Failure {
  readonly at: number
  /** The member that told of it; `null`: it happened here. */
  readonly by: MemberId | null
}

/** Failed runs of the last ten minutes, and the delay they earned: each failed run is one guess at the password. */
export interface GuessBudget {
  readonly failures: readonly Failure[]
  readonly blockedUntil: number
  readonly delay: number
}

export const noGuesses: GuessBudget = { failures: [], blockedUntil: 0, delay: 0 }

const recent = ({ failures }: GuessBudget, now: number): readonly Failure[] =>
  failures.filter(({ at }) => now - at < failureWindowMs)

/** Failures that still count. */
export const recentFailures = (budget: GuessBudget, now: number): number => recent(budget, now).length

/**
 * The budget after one more failure. The fifth within ten minutes closes the door for a minute; a further one doubles
 * that, up to an hour, unless the door had been open again for ten minutes and the length of the delay.
 * What rests on the word of one other member alone closes it for a minute and never doubles: see SPEC.md.
 */
export const countGuess = (budget: GuessBudget, now: number, by: MemberId | null = null): GuessBudget => {
  const before = recent(budget, now)
  if (by !== null && before.filter((failure) => failure.by === by).length >= maxReports) return budget
  const failures = [...before, { at: now, by }]
  const again = budget.delay > 0 && now < budget.blockedUntil + budget.delay + failureWindowMs
  if (failures.length < freeFailures && !again) return { failures, delay: 0, blockedUntil: 0 }
  const witnesses = new Set(failures.map((failure) => failure.by))
  if (!witnesses.has(null) && witnesses.size < 2) {
    const blockedUntil = Math.max(budget.blockedUntil, now + firstDelayMs)
    return { failures, delay: Math.max(budget.delay, firstDelayMs), blockedUntil }
  }
  const delay = again ? Math.min(maxDelayMs, 2 * budget.delay) : firstDelayMs
  return { failures, delay, blockedUntil: Math.max(budget.blockedUntil, now + delay) }
}
