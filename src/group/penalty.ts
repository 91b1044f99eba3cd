/**
 * A pause for those who make others work: 60 s after two offences within 60 s, then for each single one twice as long
 * as before, up to an hour. An hour after the last pause all is forgotten.
 *
 *   clear ──two within 60 s──> paused 60 s ──> watched ──one──> paused 120 s ──> … ──an hour of peace──> clear
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
 * @returns the penalty after an offence at `now`
 */
export const offend = (penalty: Penalty | undefined, now: number): Penalty => {
  const past = penalty !== undefined && now - penalty.until < longestMs ? penalty : undefined
  const at = [...(past?.at ?? []).filter((time) => now - time < windowMs), now]
  const nextMs = past?.nextMs ?? windowMs
  if (at.length < (nextMs > windowMs ? 1 : 2)) return { at, until: past?.until ?? now, nextMs }
  return { at: [], until: now + nextMs, nextMs: Math.min(longestMs, nextMs * 2) }
}

/** @returns whether the pause is still on */
export const isPaused = (penalty: Penalty | undefined, now: number): boolean =>
  penalty !== undefined && now < penalty.until
