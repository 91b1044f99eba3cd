import type { Secret } from '../crypto/index.ts'
import { type HeldEpoch, precedes } from './epoch.ts'
import type { MemberId } from './roster.ts'
import { currentEpoch, type GroupState } from './state.ts'

export const maxHeld = 4
export const maxDropped = 64
const keepMs = 10 * 60_000
/** What was sealed before everybody moved on may still be under way. */
const lingerMs = 30_000

export interface Kept {
  readonly state: GroupState
  /** To wipe. // FS */
  readonly stale: readonly Secret[]
}

const secretsOf = ({ receiving, confirm, exporter, headerKey, resume, sending }: HeldEpoch): Secret[] => [
  ...[...receiving.values()].flatMap(({ chain, skipped }) => [chain, ...skipped.values()]),
  ...[confirm, exporter, headerKey, resume, sending?.chain].filter((secret) => secret != null),
]

const drop = (state: GroupState, kept: readonly HeldEpoch[]): Kept => {
  const gone = state.epochs.filter((held) => !kept.includes(held))
  if (gone.length === 0) return { state, stale: [] }
  const dropped = [...state.dropped, ...gone.map(({ id }) => id)].slice(-maxDropped)
  return { state: { ...state, epochs: kept, dropped }, stale: gone.flatMap(secretsOf) }
}

/**
 * Takes an epoch in. What precedes the preferred one keeps its receiving chains only; a parent also loses the
 * resumption secret; the fifth goes.
 */
export const holdEpoch = (state: GroupState, epoch: HeldEpoch): Kept => {
  const all = [...state.epochs, epoch].sort((a, b) => (precedes(a, b) ? -1 : 1))
  const kept = all.slice(-maxHeld)
  if (!kept.includes(epoch)) kept.splice(0, 1, epoch)
  const thinned = drop({ ...state, epochs: all }, kept)
  const stale = [...thinned.stale]
  const preferred = kept.findLast(({ rosterHash }) => rosterHash === state.hash) ?? null
  const parents = new Set(all.flatMap((held) => held.parents))
  const epochs = kept.map((held) => {
    const superseded = preferred !== null && precedes(held, preferred)
    const sending = superseded ? null : held.sending
    const resume = parents.has(held.id) ? null : held.resume
    if (sending === null && held.sending !== null) stale.push(held.sending.chain) // FS
    if (resume === null && held.resume !== null) stale.push(held.resume) // FS
    return { ...held, sending, resume }
  })
  return { state: { ...thinned.state, epochs }, stale }
}

/** Drops what precedes the current epoch: after ten minutes, or once all within reach have moved on. */
export const dropOld = (state: GroupState, now: number, reachable: ReadonlySet<MemberId>): Kept => {
  const current = currentEpoch(state)
  if (current === null) return { state, stale: [] }
  const agreed = current.members.every(
    (id) => id === state.self || !reachable.has(id) || state.heads.get(id)?.current === current.id,
  )
  const settled = agreed && now - current.since >= lingerMs
  const kept = state.epochs.filter(
    (held) => !precedes(held, current) || (!settled && now - held.since < keepMs),
  )
  return drop(state, kept)
}
