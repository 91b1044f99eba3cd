/**
 * One number that counts guesses which may have been tested here: +1 before a flow leaves that lets its reader test
 * one, -1 when that run is confirmed, -1 an hour, never below 0.
 *
 *   level   0 … <5   5      6       7       8       9        10       above
 *   wait    none     1 min  2 min   4 min   8 min   16 min   32 min   up to 1 h, since the last charge
 *
 * From level 0 on, T hours give at most 12 + T charges that no confirmation took back.
 */

const hourMs = 60 * 60_000
/** Below this nobody waits. */
export const freeLevel = 5
const firstWaitMs = 60_000
const longestWaitMs = hourMs

export interface Level {
  /** At the time of the last charge; it falls by 1 an hour from then on. */
  readonly level: number
  /** The last charge, milliseconds since 1970. */
  readonly at: number
}

export const levelAt = (level: number, at: number): Level => ({ level, at })

/** What is left of the level now. A clock that was set back gives nothing away. */
export const levelNow = ({ level, at }: Level, now: number): number =>
  Math.max(0, level - Math.max(0, now - at) / hourMs)

export const charge = (level: Level, now: number): Level => levelAt(levelNow(level, now) + 1, now)

/** The run was confirmed, and so no guess. */
export const confirm = ({ level, at }: Level): Level => levelAt(Math.max(0, level - 1), at)

/** Charges that count now: a part of one counts whole. */
export const countedNow = (level: Level, now: number): number => Math.ceil(levelNow(level, now))

/** When the next run may be taken: `now`, or later. */
export const allowedAt = (level: Level, now: number): number => {
  const counted = countedNow(level, now)
  if (counted < freeLevel) return now
  // The level falls while it is waited for: the wait of now is the longest that it can be.
  return level.at + Math.min(firstWaitMs * 2 ** (counted - freeLevel), longestWaitMs)
}

export const isAllowed = (level: Level, now: number): boolean => allowedAt(level, now) <= now

/** After the clock was set back: no charge lies in the future. */
export const clamp = (level: Level, now: number): Level =>
  level.at > now ? levelAt(level.level, now) : level
