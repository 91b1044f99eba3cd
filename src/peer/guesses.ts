const freeFailures = 5
const windowMs = 10 * 60_000
const firstDelayMs = 60_000
/** No delay is longer, and no claim of one is believed further. */
export const maxDelayMs = 60 * 60_000

/** Failed runs of the last ten minutes, and the delay they earned: each failed run is one guess at the password. */
export interface GuessBudget {
  readonly failures: readonly number[]
  readonly blockedUntil: number
  readonly delay: number
}

export const noGuesses: GuessBudget = { failures: [], blockedUntil: 0, delay: 0 }

/** Failures that still count. */
export const recentFailures = ({ failures }: GuessBudget, now: number): number =>
  failures.filter((at) => now - at < windowMs).length

/** The budget after one more failure: five are free, then the delay starts at a minute and doubles up to an hour. */
export const countGuess = (budget: GuessBudget, now: number): GuessBudget => {
  const failures = [...budget.failures.filter((at) => now - at < windowMs), now]
  const over = failures.length >= freeFailures
  const delay = over ? Math.min(maxDelayMs, Math.max(firstDelayMs, 2 * budget.delay)) : 0
  return { failures, delay, blockedUntil: over ? now + delay : 0 }
}
