/**
 * A pause for those who make others work: after two offences within 60 s it lasts 60 s, then twice as long each time,
 * up to an hour. An hour after the last pause all is forgotten.
 *
 *   clear ──two within 60 s──> paused 60 s ──> watched ──> paused 120 s ──> … ──an hour of peace──> clear
 */

export interface Penalty {
  /** Offences within the last 60 s, milliseconds. */
  readonly at: readonly number[]
  readonly until: number
  /** How long the next pause lasts. */
  readonly nextMs: number
}

const windowMs = 60_000
const longestMs = 3_600_000

/**
 * @param again how many offences within 60 s make a pause for one that was paused before
 * @returns the penalty after an offence at `now`
 */
export const offend = (penalty: Penalty | undefined, now: number, again: 1 | 2): Penalty => {
  const past = penalty !== undefined && now - penalty.until < longestMs ? penalty : undefined
  const at = [...(past?.at ?? []).filter((time) => now - time < windowMs), now]
  const nextMs = past?.nextMs ?? windowMs
  if (at.length < (nextMs > windowMs ? again : 2)) return { at, until: past?.until ?? now, nextMs }
  return { at: [], until: now + nextMs, nextMs: Math.min(longestMs, nextMs * 2) }
}

/** @returns whether the pause is still on */
export const isPaused = (penalty: Penalty | undefined, now: number): boolean =>
  penalty !== undefined && now < penalty.until
