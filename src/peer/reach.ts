/**
 * Who is within reach: a frame of that member opened here within 2.5 of the heartbeat intervals that it announced.
 * And the own heartbeats: 5 s after a change of epoch or roster, or before the own epoch is renewed, then at doubled
 * intervals up to 60 s.
 *
 *   change ──5 s──> beat ──10 s──> beat ──20 s──> … ──60 s──> beat ──60 s──> …
 *
 * Who was sent something else since a beat that announced 60 s is passed over by the next one, never by two in a row.
 */
import {
  standing as groupStanding,
  liveMembers,
  memberOf,
  nextAuthor,
  type Surroundings,
} from '../group/index.ts'
import type { MemberId } from '../identity/index.ts'
import type { Control, Standing } from './controls.ts'
import { lastNumber } from './delivery/state.ts'
import { isPresent, pathTo } from './room.ts'
import type { PeerState } from './state.ts'
import { earliest, type Transaction, write } from './transaction.ts'

const firstIntervalMs = 5_000
const lastIntervalMs = 60_000
const patience = 2.5
/** A frame with a new turn, and the first frame of a session, are answered within this time. */
const answerMs = 1_000
const maxHeard = 512

export interface Heard {
  /** When a frame of it last opened. */
  readonly at: number
  /** The interval that it announced. */
  readonly intervalMs: number
  /** What its last heartbeat showed. */
  readonly standing: Standing | null
}

export interface ReachState {
  readonly heard: ReadonlyMap<MemberId, Heard>
  /** Until the next heartbeat, and when that is due; `null` before there is anybody to tell. */
  readonly intervalMs: number
  readonly beatAt: number | null
  /** The epoch and the roster that the heartbeats of now show, and whether this member is about to renew it. */
  readonly shown: string
  /** Whose last heartbeat announced 60 s, and whether something else went there since. */
  readonly calm: ReadonlyMap<MemberId, 'silent' | 'talked'>
  /** Whom an answer is owed, and when at the latest. */
  readonly owed: ReadonlyMap<MemberId, number>
}

export const nobodyInReach: ReachState = {
  heard: new Map(),
  intervalMs: firstIntervalMs,
  beatAt: null,
  shown: '',
  calm: new Map(),
  owed: new Map(),
}

const set = (tx: Transaction, change: Partial<ReachState>): void =>
  write(tx, 'reach', { ...tx.state.reach, ...change })

const isFresh = ({ at, intervalMs }: Heard, now: number): boolean => now - at <= patience * intervalMs

/** Members of the roster whose frames open here, by the definition above. */
export const withinReach = (state: PeerState, now: number): ReadonlySet<MemberId> => {
  const near = new Set<MemberId>()
  for (const [id, heard] of state.reach.heard)
    if (isFresh(heard, now) && memberOf(state.group, id) !== null) near.add(id)
  return near
}

const hasPath = (state: PeerState, member: MemberId): boolean => {
  const entry = memberOf(state.group, member)?.entry
  return entry !== undefined && pathTo(state, entry.address) !== null
}

/** Within reach, and with a way there: a tab that is gone neither authors nor acknowledges. */
export const surroundingsOf = (state: PeerState, now: number): Surroundings => ({
  now,
  reach: new Set([...withinReach(state, now)].filter((id) => hasPath(state, id))),
  online: state.room.online,
})

/** When `member` falls silent, if nothing more of it opens. */
export const silentAt = ({ reach }: PeerState, member: MemberId): number | null => {
  const heard = reach.heard.get(member)
  return heard === undefined ? null : heard.at + patience * heard.intervalMs + 1
}

export const isWithinReach = ({ reach }: PeerState, member: MemberId, now: number): boolean => {
  const heard = reach.heard.get(member)
  return heard !== undefined && isFresh(heard, now)
}

/** A frame of `member` opened. */
export const noteOpened = (tx: Transaction, member: MemberId): void => {
  const before = tx.state.reach.heard.get(member)
  const next: Heard = {
    at: tx.now,
    intervalMs: before?.intervalMs ?? firstIntervalMs,
    standing: before?.standing ?? null,
  }
  const heard = new Map(tx.state.reach.heard)
  heard.delete(member)
  heard.set(member, next)
  for (const oldest of heard.keys()) {
    if (heard.size <= maxHeard) break
    heard.delete(oldest)
  }
  set(tx, { heard })
}

/** The member is gone, or its path is: nothing of it opens until it is heard again. */
export const forgetReach = (tx: Transaction, member: MemberId): void => {
  if (!tx.state.reach.heard.has(member) && !tx.state.reach.owed.has(member)) return
  const [heard, owed] = [new Map(tx.state.reach.heard), new Map(tx.state.reach.owed)]
  heard.delete(member)
  owed.delete(member)
  set(tx, { heard, owed })
}

/** A heartbeat came; the interval that it announces is held between 5 and 60 s. */
export const hearHeartbeat = (
  tx: Transaction,
  member: MemberId,
  { intervalMs, standing }: Extract<Control, { kind: 'heartbeat' }>,
): void => {
  const held = Math.min(Math.max(intervalMs, firstIntervalMs), lastIntervalMs)
  const heard = new Map(tx.state.reach.heard).set(member, { at: tx.now, intervalMs: held, standing })
  set(tx, { heard })
}

/** `member` waits for a sign: any sealed frame to it will do. */
export const owe = (tx: Transaction, member: MemberId, within = answerMs): void => {
  const due = Math.min(tx.state.reach.owed.get(member) ?? Number.POSITIVE_INFINITY, tx.now + within)
  set(tx, { owed: new Map(tx.state.reach.owed).set(member, due) })
}

/** Something by which `member` knows that this one is here. */
export const noteTalk = (tx: Transaction, member: MemberId): void => {
  const { calm } = tx.state.reach
  if (calm.get(member) === 'silent') set(tx, { calm: new Map(calm).set(member, 'talked') })
}

/** A control went to `member`. A heartbeat out of turn announces less than 60 s, so the next one must not be missing. */
export const noteSealed = (tx: Transaction, member: MemberId, message: Control): void => {
  const { calm } = tx.state.reach
  if (message.kind !== 'heartbeat') noteTalk(tx, member)
  else {
    const next = new Map(calm)
    if (message.intervalMs < lastIntervalMs) next.delete(member)
    else next.set(member, 'silent')
    set(tx, { calm: next })
  }
  if (!tx.state.reach.owed.has(member)) return
  const owed = new Map(tx.state.reach.owed)
  owed.delete(member)
  set(tx, { owed })
}

const standing = (state: PeerState): Standing => ({
  ...groupStanding(state.group),
  lastNumber: lastNumber(state),
})

/** A heartbeat out of turn: the first frame of a session, or an answer. */
export const heartbeat = ({ state, now }: Transaction): Control => ({
  kind: 'heartbeat',
  intervalMs: Math.max(firstIntervalMs, (state.reach.beatAt ?? now) - now),
  standing: standing(state),
})

const listeners = (state: PeerState, now: number): readonly MemberId[] =>
  liveMembers(state.group)
    .filter(({ id, entry }) => isWithinReach(state, id, now) || isPresent(state, entry.address))
    .map(({ id }) => id)
    .filter((id) => id !== state.self.id)

/** Heartbeats and answers that are due now: whom to send them, and what. Marks them as sent. */
export const dueHeartbeats = (
  tx: Transaction,
): readonly { readonly to: MemberId; readonly message: Control }[] => {
  const { state, now } = tx
  if (state.phase.kind !== 'joined') return []
  const { reach } = state
  const current = standing(state)
  // Who is about to renew the epoch turns towards everybody before.
  const isEnding = nextAuthor(state.group, surroundingsOf(state, now)) === state.self.id
  const shown = `${current.current?.id ?? ''} ${current.rosterHash}${isEnding ? ' ending' : ''}`
  const isNews = shown !== reach.shown
  // News restart the row of intervals; a beat that is due sooner stays.
  const beatAt = isNews
    ? Math.min(reach.beatAt ?? Number.POSITIVE_INFINITY, now + firstIntervalMs)
    : (reach.beatAt ?? now + firstIntervalMs)
  if (isNews) set(tx, { shown, beatAt, intervalMs: firstIntervalMs })
  else if (reach.beatAt === null) set(tx, { beatAt })
  const isBeat = now >= beatAt
  const owed = [...reach.owed].filter(([, due]) => now >= due).map(([id]) => id)
  // News are for everybody.
  const isCalm = tx.state.reach.intervalMs === lastIntervalMs
  const isPassedOver = (id: MemberId): boolean =>
    isCalm && reach.calm.get(id) === 'talked' && !owed.includes(id)
  const to = isBeat ? listeners(tx.state, now).filter((id) => !isPassedOver(id)) : owed
  if (to.length === 0 && !isBeat) return []
  const next = Math.min(lastIntervalMs, 2 * tx.state.reach.intervalMs)
  if (isBeat) set(tx, { intervalMs: next, beatAt: now + next, calm: new Map() })
  const intervalMs = isBeat ? next : Math.max(firstIntervalMs, (tx.state.reach.beatAt ?? now) - now)
  if (owed.length > 0) {
    const left = new Map(tx.state.reach.owed)
    for (const id of owed) left.delete(id)
    set(tx, { owed: left })
  }
  return to.map((id) => ({ to: id, message: { kind: 'heartbeat', intervalMs, standing: current } }))
}

export const wakeAtReach = ({ reach, phase }: PeerState): number | null =>
  phase.kind === 'joined' ? earliest(reach.beatAt, ...reach.owed.values()) : null
