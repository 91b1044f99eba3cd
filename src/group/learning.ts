/**
 * What one member learns from another about entries and removals, and what it answers.
 *
 * Hearsay is merged into the roster; everything that follows from the roster (its hash, notices, what is kept about
 * members) is settled in one place, `changeRoster`.
 */
import type { Crypto } from '../crypto/index.ts'
import { type Identified, identify, type MemberId } from '../identity/index.ts'
import { type Bucket, type BucketSize, refill } from './bucket.ts'
import type { GroupControl } from './control.ts'
import { secretsOfPending } from './pending.ts'
import type { KeptRemoval, RemovalReason, ToldRemoval } from './removal.ts'
import {
  addEntry,
  addRemoval,
  type Roster,
  removalIn,
  replaceEntry,
  rosterHash,
  settleEarly,
} from './roster.ts'
import { deny, hear, type RosterEntry, type ToldEntry } from './roster-entry.ts'
import type { GroupEffect, GroupNotice, GroupState, GroupStep, Surroundings } from './state.ts'
import { andThen, announce, control, unchanged, withEffects, withinReach } from './step.ts'

/** New entries from one teller. */
const tellerBucket: BucketSize = { capacity: 64, perMinute: 16 }

const noticeOf: Record<RemovalReason, GroupNotice> = {
  left: 'member-left',
  evicted: 'member-evicted',
  expired: 'member-expired',
}

const noticesOf = (before: Roster, after: Roster): readonly GroupEffect[] => {
  const effects: GroupEffect[] = []
  for (const { id, entry, by } of after.entries.values()) {
    if (before.entries.has(id)) continue
    effects.push({ kind: 'notice', code: 'member-joined', member: id, name: entry.name, by })
  }
  for (const { id, entry } of before.entries.values()) {
    const removal = after.entries.has(id) ? null : removalIn(after, id)
    if (removal === null) continue
    const { reason, by } = removal
    effects.push({ kind: 'notice', code: noticeOf[reason], member: id, name: entry.name, by })
  }
  return effects
}

const only = <V>(map: ReadonlyMap<MemberId, V>, keep: (id: MemberId) => boolean): ReadonlyMap<MemberId, V> =>
  [...map.keys()].every(keep) ? map : new Map([...map].filter(([id]) => keep(id)))

/** Puts another roster in place, with everything that follows from it. */
export const changeRoster = (crypto: Crypto, state: GroupState, roster: Roster): GroupStep => {
  if (roster === state.roster) return unchanged(state)
  if (roster.entries === state.roster.entries) return unchanged({ ...state, roster })
  const isLive = (id: MemberId): boolean => roster.entries.has(id)
  const speaks = (id: MemberId): boolean => isLive(id) || state.guests.has(id)
  const gone = [...state.heldBack].filter(([id]) => !isLive(id)).map(([, { joint }]) => joint)
  const waiting = [...(state.pending?.waiting ?? [])].filter(isLive)
  const done = state.pending !== null && waiting.length === 0
  const removed = [...state.roster.entries.keys()].some((id) => !isLive(id))
  const pending =
    state.pending === null || done ? null : { ...state.pending, waiting: new Set<MemberId>(waiting) }
  return {
    state: {
      ...state,
      roster,
      hash: rosterHash(crypto, state.groupId, roster),
      pending,
      guests: only(state.guests, (id) => !isLive(id)),
      expected: only(state.expected, speaks),
      tellers: only(state.tellers, speaks),
      askers: only(state.askers, speaks),
      listing: only(state.listing, speaks),
      heldBack: only(state.heldBack, isLive),
      arrivals: only(state.arrivals, isLive),
      contributions: only(state.contributions, isLive),
      standings: only(state.standings, isLive),
      // Who made the trouble may be the one that is gone.
      authors: removed ? new Map() : state.authors,
      showers: removed ? new Map() : state.showers,
      absences: only(state.absences, isLive),
    },
    effects: noticesOf(state.roster, roster),
    stale: [...gone, ...(done ? secretsOfPending(state.pending) : [])], // FS
  }
}

/** Says that something was not my doing: to everybody once, later to the one that says so. */
const objection = (
  state: GroupState,
  surroundings: Surroundings,
  teller: MemberId,
  { denied, id }: { readonly denied: readonly MemberId[]; readonly id: MemberId },
  subject: 'entry' | 'removal',
): readonly GroupEffect[] => {
  const message: GroupControl = { kind: 'not-by-me', subject, member: id }
  if (denied.includes(state.self.id)) return [control(teller, message)]
  const audience = new Set([...withinReach(state, surroundings), teller])
  return [...audience].map((to) => control(to, message))
}

/** Two entries under one id: neither can stay. */
const removeBoth = (
  crypto: Crypto,
  state: GroupState,
  id: MemberId,
  surroundings: Surroundings,
): GroupStep => {
  const { self } = state
  const told: ToldRemoval = { id, by: self.id, reason: 'evicted', teller: self.id }
  const removed = makeRemovals(crypto, state, [told], surroundings)
  const message: GroupControl = { kind: 'removals', removals: [told] }
  return andThen(removed, (next) => withEffects(next, ...announce(next, surroundings, [message])))
}

/** Removals of my own making; `host` with everybody whom it let in. */
export const makeRemovals = (
  crypto: Crypto,
  state: GroupState,
  removals: readonly ToldRemoval[],
  { now }: Surroundings,
  host: MemberId | null = null,
): GroupStep => {
  let { roster } = state
  for (const { id, by, reason, teller } of removals) {
    if (removalIn(roster, id) !== null) continue
    roster = addRemoval(roster, { id, by, reason, teller, denied: [], at: now, withInvited: id === host })
  }
  return changeRoster(crypto, { ...state, evicted: true }, roster)
}

/** The same entry told again: who let it in may differ. */
const hearAgain = (
  state: GroupState,
  known: RosterEntry,
  by: MemberId,
  teller: MemberId,
  surroundings: Surroundings,
): GroupStep => {
  if (known.id === state.self.id || known.teller === state.self.id) return unchanged(state)
  const heard = by === state.self.id ? deny(known, by) : hear(known, by, teller)
  const effects = by === state.self.id ? objection(state, surroundings, teller, known, 'entry') : []
  const roster = heard === known ? state.roster : replaceEntry(state.roster, heard)
  return withEffects({ ...state, roster }, ...effects)
}

/** Whether `teller` may bring one more entry, and the state in which it has. */
const spend = (state: GroupState, teller: MemberId, { hash }: Identified, now: number): GroupState | null => {
  if (state.expected.get(teller)?.has(hash)) return state
  const bucket: Bucket = refill(state.tellers.get(teller), tellerBucket, now)
  if (bucket.tokens < 1) return null
  const spent = { ...bucket, tokens: bucket.tokens - 1 }
  return { ...state, tellers: new Map(state.tellers).set(teller, spent) }
}

/** How many entries that nobody announced `teller` may bring now. */
export const tokensOf = (state: GroupState, teller: MemberId, now: number): number =>
  Math.floor(refill(state.tellers.get(teller), tellerBucket, now).tokens)

/** One entry that `teller` told. */
export const learnEntry = (
  crypto: Crypto,
  state: GroupState,
  { entry, by }: ToldEntry,
  teller: MemberId,
  surroundings: Surroundings,
): GroupStep => {
  const identified = identify(crypto, state.groupId, entry)
  const { id, hash } = identified
  const known = state.roster.entries.get(id) ?? state.roster.waiting.get(id)
  if (known !== undefined) {
    return known.hash === hash
      ? hearAgain(state, known, by, teller, surroundings)
      : removeBoth(crypto, state, id, surroundings)
  }
  const removal = removalIn(state.roster, id)
  if (removal !== null) {
    const removals: readonly ToldRemoval[] = [toldOf(removal)]
    const roster = settleEarly(state.roster, identified)
    return withEffects({ ...state, roster }, control(teller, { kind: 'removals', removals }))
  }
  if (removalIn(state.roster, by)?.withInvited) {
    const { self } = state
    const told: ToldRemoval = { id, by: self.id, reason: 'evicted', teller: self.id }
    return withEffects(state, control(teller, { kind: 'removals', removals: [told] }))
  }
  const paid = spend(state, teller, identified, surroundings.now)
  if (paid === null) return unchanged(state)
  const mine = by === state.self.id
  const place = { by: mine ? teller : by, teller, denied: mine ? [by] : [] }
  const learned = changeRoster(crypto, paid, addEntry(paid.roster, { ...identified, ...place }))
  if (!mine) return learned
  const effects = objection(learned.state, surroundings, teller, { id, denied: [] }, 'entry')
  return andThen(learned, (next) => withEffects(next, ...effects))
}

export const toldOf = ({ id, by, reason, teller }: KeptRemoval): ToldRemoval => ({ id, by, reason, teller })

/** A member that passes on its own removal names who told it: that one is taken for it, if nobody else is named. */
const attributed = (told: ToldRemoval, from: MemberId): ToldRemoval => {
  if (told.id !== from) return { ...told, teller: from }
  return told.by === from && told.teller !== from ? { ...told, by: told.teller, reason: 'evicted' } : told
}

/** Objections that one control of another member can cause: what is left out is objected to when it is told again. */
const maxObjections = 16

export const withFewObjections = (step: GroupStep): GroupStep => {
  let count = 0
  const effects = step.effects.filter(
    (effect) => effect.kind !== 'control' || effect.message.kind !== 'not-by-me' || ++count <= maxObjections,
  )
  return { ...step, effects }
}

/** One removal that `from` told, of another member than myself. */
export const learnRemoval = (
  crypto: Crypto,
  state: GroupState,
  told: ToldRemoval,
  from: MemberId,
  surroundings: Surroundings,
): GroupStep => {
  const { id, by, reason, teller } = attributed(told, from)
  const known = removalIn(state.roster, id)
  if (known !== null) {
    if (by === state.self.id && known.teller === state.self.id) return unchanged(state)
    const heard = by === state.self.id ? deny(known, by) : hear(known, by, teller)
    const effects = by === state.self.id ? objection(state, surroundings, from, known, 'removal') : []
    const roster = heard === known ? state.roster : addRemoval(state.roster, heard)
    return andThen(changeRoster(crypto, state, roster), (next) => withEffects(next, ...effects))
  }
  const mine = by === state.self.id
  const place = { by: mine ? from : by, teller, denied: mine ? [by] : [] }
  const removal: KeptRemoval = { id, reason, ...place, at: surroundings.now, withInvited: false }
  const learned = changeRoster(crypto, state, addRemoval(state.roster, removal))
  if (!mine) return learned
  const effects = objection(learned.state, surroundings, from, { id, denied: [] }, 'removal')
  return andThen(learned, (next) => withEffects(next, ...effects))
}

/** A member says that an entry or a removal was not its doing. */
export const learnDenial = (
  state: GroupState,
  from: MemberId,
  { subject, member }: Extract<GroupControl, { kind: 'not-by-me' }>,
): GroupStep => {
  const { roster } = state
  if (subject === 'entry') {
    const known = roster.entries.get(member) ?? roster.waiting.get(member)
    const denied = known === undefined ? undefined : deny(known, from)
    if (denied === undefined || denied === known) return unchanged(state)
    return unchanged({ ...state, roster: replaceEntry(roster, denied) })
  }
  const known = removalIn(roster, member)
  const denied = known === null ? null : deny(known, from)
  if (denied === null || denied === known) return unchanged(state)
  return unchanged({ ...state, roster: addRemoval(roster, denied) })
}
