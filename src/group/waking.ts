/**
 * When a group next wants a `tick`. Nothing is polled: every wait in this folder says when it ends.
 */
import { authoringDue } from './authoring.ts'
import { releaseDue } from './counter.ts'
import { listsDue } from './exchange.ts'
import { expiryDue } from './expiry.ts'
import { dropDue } from './keeping.ts'
import { pendingDue } from './pending.ts'
import type { GroupState, Surroundings } from './state.ts'

/** A member that is not alone looks at the clock at least this often, so that it notices when it slept. */
const lookMs = 60_000

/**
 * @returns milliseconds on the clock of `surroundings`; not before `surroundings.now`; `null` for never
 */
export const wakeAt = (state: GroupState, surroundings: Surroundings): number | null => {
  if (state.ended !== null) return null
  const { now } = surroundings
  const look = state.roster.entries.size > 1 ? (state.steppedAt ?? now) + lookMs : null
  const times = [
    state.returned ? now : null,
    authoringDue(state, surroundings),
    state.pending === null ? null : pendingDue(state.pending),
    listsDue(state, surroundings),
    releaseDue(state),
    dropDue(state, surroundings),
    expiryDue(state, surroundings),
    look,
  ].filter((time) => time !== null)
  return times.length === 0 ? null : Math.max(now, Math.min(...times))
}
