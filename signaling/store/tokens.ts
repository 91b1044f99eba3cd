/** The rule of `Store.standing` over the tokens of one room, for the stores that run it in this process. */

import { CLASS_TOKENS, CLASSES, FORMER_MS, type ShownToken } from './store.ts'

/** One token of a class. */
export interface KeptToken {
  readonly token: string
  readonly memberOf: string
  /** The network that founded the class. */
  readonly founder: string
  /** Whether another token may be shown with it. A former one only counts. */
  readonly active: boolean
  readonly until: number
}

/**
 * Decides about a shown token.
 *
 * @param kept - the unexpired tokens of the room
 * @param founder - `null`: only looks
 * @returns the class, and the tokens to store in place of theirs
 */
export function standingOf(
  kept: readonly KeptToken[],
  { current, former }: ShownToken,
  founder: string | null,
  { now, keptMs }: { readonly now: number; readonly keptMs: number },
): { readonly memberOf: string | null; readonly changed: readonly KeptToken[] } {
  const until = now + keptMs
  const known = kept.find(({ token }) => token === current)
  if (known !== undefined) {
    return { memberOf: known.memberOf, changed: known.active ? [{ ...known, until }] : [] }
  }
  const before = kept.find(({ token }) => token === former)
  if (before !== undefined) {
    const { memberOf } = before
    const full = kept.filter((one) => one.memberOf === memberOf).length >= CLASS_TOKENS
    if (!before.active || full) return { memberOf, changed: [] }
    const retired = { ...before, active: false, until: now + FORMER_MS }
    return { memberOf, changed: [retired, { ...before, token: current, until }] }
  }
  const classes = new Map(kept.map((one) => [one.memberOf, one.founder]))
  const mayFound = founder === '' || ![...classes.values()].includes(founder ?? '')
  if (founder === null || classes.size >= CLASSES || !mayFound) return { memberOf: null, changed: [] }
  const memberOf = current.slice(0, 16)
  return { memberOf, changed: [{ token: current, memberOf, founder, active: true, until }] }
}
