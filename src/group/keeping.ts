/**
 * Which epochs are held, and which one is current.
 *
 *   usable     its members are exactly the live ones
 *   current    the greatest (counter, id) of the usable that are preferred, or that others show
 *   sendable   current; without one, the greatest that was usable and whose members are all live
 *
 * What the current one supersedes keeps its receiving chains only, for a while.
 */
import type { Secret } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import { type HeldEpoch, precedes } from './epoch.ts'
import type { GroupEffect, GroupState, GroupStep, KnownStanding, Surroundings } from './state.ts'
import { secretsAmong, unchanged, withinReach } from './step.ts'

export const maxHeld = 4
const keepMs = 10 * 60_000
/** What was sealed before everybody moved on may still be under way. */
const lingerMs = 30_000

export const secretsOfEpoch = ({ receiving, confirm, exporter, media, headerKey, sending }: HeldEpoch) => [
  ...[...receiving.values()].flatMap(({ chain, skipped }) => [chain, ...skipped.values()]),
  ...secretsAmong(confirm, exporter, media, headerKey, sending?.chain),
]

const drop = (state: GroupState, kept: readonly HeldEpoch[]): GroupStep => {
  const gone = state.epochs.filter((held) => !kept.includes(held))
  if (gone.length === 0) return unchanged(state)
  const floor = Math.max(state.counter.floor, ...gone.map(({ counter }) => counter))
  const next = { ...state, epochs: kept, counter: { ...state.counter, floor } }
  return { state: next, effects: [], stale: gone.flatMap(secretsOfEpoch) } // FS
}

/** Takes an epoch in. The least preferred one goes where there are more than four, but never the current one. */
export const holdEpoch = (state: GroupState, epoch: HeldEpoch): GroupStep => {
  const all = [...state.epochs, epoch].sort((a, b) => (precedes(a, b) ? -1 : 1))
  const excess = all
    .filter((held) => held !== epoch && held.id !== state.current)
    .slice(0, all.length - maxHeld)
  return drop(
    { ...state, epochs: all },
    all.filter((held) => !excess.includes(held)),
  )
}

const currentOf = (state: GroupState): HeldEpoch | null =>
  state.epochs.find(({ id }) => id === state.current) ?? null

const hasLiveMembers = ({ roster }: GroupState, { members }: HeldEpoch): boolean =>
  members.every((id) => roster.entries.has(id))

/** Whether the members of `epoch` are exactly the live ones. */
export const isUsable = (state: GroupState, epoch: HeldEpoch): boolean =>
  epoch.members.length === state.roster.entries.size && hasLiveMembers(state, epoch)

/** The greatest that was usable and lost no member since; `null` where there is none. */
export const sendableOf = (state: GroupState): HeldEpoch | null =>
  state.epochs.find(({ id, sending }) => id === state.current && sending !== null) ??
  state.epochs.findLast(
    (epoch) => epoch.sending !== null && epoch.wasUsable && epoch.preferred && hasLiveMembers(state, epoch),
  ) ??
  null

/** Whether an epoch that I would not prefer is shown by at least half of the others within reach, if there are any. */
const isEndorsed = (state: GroupState, { id, author }: HeldEpoch, surroundings: Surroundings): boolean => {
  const others = withinReach(state, surroundings).filter((member) => member !== author)
  const shown = others.filter((member) => state.standings.get(member)?.current?.id === id)
  return others.length === 0 || (shown.length > 0 && 2 * shown.length >= others.length)
}

const chooseCurrent = (state: GroupState, surroundings: Surroundings): HeldEpoch | null =>
  state.epochs.findLast(
    (epoch) =>
      epoch.sending !== null &&
      isUsable(state, epoch) &&
      (epoch.preferred || isEndorsed(state, epoch, surroundings)),
  ) ?? null

/**
 * What others stand at is measured against the current epoch, so with another one it is measured again: unless that
 * is of the same author, which cannot clear itself by making one epoch after another.
 */
const measuredAgain = (state: GroupState, current: HeldEpoch | null): GroupState['standings'] => {
  const before = currentOf(state)
  const sameAuthor = before !== null && before.author === current?.author
  return new Map(
    [...state.standings].map(([id, known]): [MemberId, KnownStanding] => {
      const agrees = known.current?.id === current?.id
      return [id, sameAuthor && !agrees ? known : { ...known, differsSince: null }]
    }),
  )
}

/** Those that have shown this epoch before I had it: they wait for me. */
const waitingFor = (state: GroupState, { id, author }: HeldEpoch, surroundings: Surroundings) =>
  withinReach(state, surroundings).filter(
    (member) => member !== author && state.standings.get(member)?.current?.id === id,
  )

/** Settles which epoch is current, and wipes what it supersedes. */
export const settleCurrent = (state: GroupState, surroundings: Surroundings): GroupStep => {
  const marked = state.epochs.map((epoch) =>
    !epoch.wasUsable && isUsable(state, epoch) ? { ...epoch, wasUsable: true } : epoch,
  )
  const changed = marked.some((epoch, i) => epoch !== state.epochs[i])
  const next: GroupState = changed ? { ...state, epochs: marked } : state
  const current = chooseCurrent(next, surroundings)
  if ((current?.id ?? null) === state.current) return unchanged(next)
  const stale: Secret[] = []
  const epochs = next.epochs.map((epoch) => {
    if (current === null || epoch.sending === null || !precedes(epoch, current)) return epoch
    stale.push(epoch.sending.chain) // FS
    return { ...epoch, sending: null }
  })
  const overtaken = next.pending !== null && current !== null && next.pending.id !== current.id
  if (overtaken && next.pending !== null) stale.push(next.pending.joint) // FS
  const to = current === null ? [] : waitingFor(state, current, surroundings)
  const show: readonly GroupEffect[] = to.length === 0 ? [] : [{ kind: 'show', to }]
  return {
    state: {
      ...next,
      epochs,
      current: current?.id ?? null,
      currentSince: surroundings.now,
      standings: measuredAgain(next, current),
      pending: overtaken ? null : next.pending,
    },
    effects: show,
    stale,
  }
}

const haveMovedOn = (state: GroupState, current: HeldEpoch, surroundings: Surroundings): boolean =>
  withinReach(state, surroundings).every((id) => state.standings.get(id)?.current?.id === current.id)

/** Drops what precedes the current epoch: after ten minutes, or once all within reach have moved on. */
export const dropOld = (state: GroupState, surroundings: Surroundings): GroupStep => {
  const { now } = surroundings
  const current = currentOf(state)
  if (current === null) return unchanged(state)
  const settled = now - state.currentSince >= lingerMs && haveMovedOn(state, current, surroundings)
  const kept = state.epochs.filter(
    (held) => !precedes(held, current) || (!settled && now - held.since < keepMs),
  )
  return drop(state, kept)
}

/** @returns when an old epoch is next dropped, or `null` */
export const dropDue = (state: GroupState, surroundings: Surroundings): number | null => {
  const current = currentOf(state)
  const old = current === null ? [] : state.epochs.filter((held) => precedes(held, current))
  if (current === null || old.length === 0) return null
  const times = old.map(({ since }) => since + keepMs)
  if (haveMovedOn(state, current, surroundings)) times.push(state.currentSince + lingerMs)
  return Math.min(...times)
}
