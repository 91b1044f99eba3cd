/**
 * How two rosters become one: lists when hashes differ, entries by request, removals by who holds one.
 *
 *   A ──ids──> B        "these are in"
 *   A <──removals── B   of those on the list that B knows to be out
 *   A <──ask── B        for those that B does not hold      A ──entries──> B
 *   A <──ids── B        where B holds more than the list
 *
 * A list goes to each member once in 5 s at most; entries are handed out and taken in by the bucket.
 */
import { equal } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { type EntryHash, type Identified, type MemberId, memberIdOf } from '../identity/index.ts'
import { type BucketSize, refill } from './bucket.ts'
import { type GroupControl, maxEntriesPerControl, maxRemovalsPerControl } from './control.ts'
import { changeRoster, learnEntry, tokensOf, toldOf } from './learning.ts'
import type { ToldRemoval } from './removal.ts'
import {
  addEntry,
  hasPlaceAt,
  liveHashes,
  maxAdmitted,
  maxWaiting,
  removalIn,
  replaceEntry,
} from './roster.ts'
import type { GroupEffect, GroupState, GroupStep, Surroundings } from './state.ts'
import {
  andThen,
  announce,
  control,
  merged,
  piecesOf,
  reject,
  unchanged,
  withEffects,
  withinReach,
} from './step.ts'

const listMs = 5_000
/** Before a list goes out: what differs may be on its way. */
const jitterMs = 500
/** Entries that one member may ask for. */
const askerBucket: BucketSize = { capacity: 512, perMinute: 64 }
const guestMs = 60_000

const rosterOf = (state: GroupState): Extract<GroupControl, { kind: 'roster' }> => ({
  kind: 'roster',
  hash: state.hash,
  by: state.roster.entries.get(state.self.id)?.by ?? state.self.id,
  live: liveHashes(state.roster),
})

/** `member` is to get my list, a moment from now or when it may have one again. */
export const dueList = (
  crypto: Crypto,
  state: GroupState,
  member: MemberId,
  { now }: Surroundings,
): GroupState => {
  const known = state.listing.get(member)
  if (known?.due) return state
  const soon = now + Math.floor((jitterMs * crypto.random(1)[0]!) / 256)
  const listing = new Map(state.listing).set(member, { at: Math.max(soon, known?.at ?? 0), due: true })
  return { ...state, listing }
}

/** Sends the lists that are due. */
export const sendLists = (state: GroupState, { now, reach }: Surroundings): GroupStep => {
  const due = [...state.listing].filter(([id, { at, due }]) => due && at <= now && reach.has(id))
  if (due.length === 0) return unchanged(state)
  const listing = new Map(state.listing)
  const effects: GroupEffect[] = []
  const live = liveHashes(state.roster)
  for (const [id] of due) {
    listing.set(id, { at: now + listMs, due: false })
    const agrees = state.standings.get(id)?.rosterHash === state.hash
    if (!agrees) effects.push(control(id, { kind: 'ids', live }))
  }
  return withEffects({ ...state, listing }, ...effects)
}

/** @returns when the next list is due, or `null` */
export const listsDue = ({ listing }: GroupState, { reach }: Surroundings): number | null => {
  const times = [...listing].filter(([id, { due }]) => due && reach.has(id)).map(([, { at }]) => at)
  return times.length === 0 ? null : Math.min(...times)
}

/** What I say to a list: removals of those that I know to be out, a request for those that I do not hold. */
const answerList = (
  state: GroupState,
  from: MemberId,
  live: readonly EntryHash[],
  limit: number,
): readonly GroupEffect[] => {
  const removals: ToldRemoval[] = []
  const wanted: EntryHash[] = []
  for (const hash of new Set(live)) {
    const id = memberIdOf(hash)
    const removal = removalIn(state.roster, id)
    if (removal !== null) removals.push(toldOf(removal))
    const known = state.roster.entries.get(id) ?? state.roster.waiting.get(id)
    if (removal === null && known?.hash !== hash) wanted.push(hash)
  }
  const full = state.roster.waiting.size >= maxWaiting
  const asked = full ? [] : wanted.slice(0, limit)
  return [
    ...piecesOf(removals, maxRemovalsPerControl).map((piece) =>
      control(from, { kind: 'removals', removals: piece }),
    ),
    ...(asked.length === 0 ? [] : [control(from, { kind: 'ask', wanted: asked })]),
  ]
}

/** A list that `from` sent. */
export const takeIds = (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  live: readonly EntryHash[],
  surroundings: Surroundings,
): GroupStep => {
  const effects = answerList(state, from, live, tokensOf(state, from, surroundings.now))
  const listed = new Set(live)
  const more = liveHashes(state.roster).some((hash) => !listed.has(hash))
  return withEffects(more ? dueList(crypto, state, from, surroundings) : state, ...effects)
}

/** A request for entries: answered in as many controls as it takes, from the bucket of who asks. */
export const takeAsk = (
  state: GroupState,
  from: MemberId,
  wanted: readonly EntryHash[],
  { now }: Surroundings,
): GroupStep => {
  const bucket = refill(state.askers.get(from), askerBucket, now)
  const held = [...new Set(wanted)].flatMap((hash) => {
    const entry = state.roster.entries.get(memberIdOf(hash))
    return entry?.hash === hash ? [entry] : []
  })
  const served = held.slice(0, Math.floor(bucket.tokens))
  if (served.length === 0) return unchanged(state)
  const spent = { ...bucket, tokens: bucket.tokens - served.length }
  const entries = served.map(({ entry, by }) => ({ entry, by }))
  return withEffects(
    { ...state, askers: new Map(state.askers).set(from, spent) },
    ...piecesOf(entries, maxEntriesPerControl).map((piece) =>
      control(from, { kind: 'entries', entries: piece }),
    ),
  )
}

/** Entries that `from` sent. */
export const takeEntries = (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  { entries }: Extract<GroupControl, { kind: 'entries' }>,
  surroundings: Surroundings,
): GroupStep =>
  entries.reduce(
    (step, told) => andThen(step, (next) => learnEntry(crypto, next, told, from, surroundings)),
    unchanged(state),
  )

/** Takes the entry of one whose keys were proved to me, with what its roster says of it, and asks for the rest. */
const trust = (
  crypto: Crypto,
  state: GroupState,
  other: Identified,
  { by, live }: Extract<GroupControl, { kind: 'roster' }>,
): GroupStep => {
  const { entry, hash, id } = other
  if (!live.includes(hash) || removalIn(state.roster, id) !== null || id === state.self.id) {
    return reject(state, 'group/bad-roster')
  }
  const place = { entry, hash, id, by, teller: id, denied: [] }
  const roster = state.roster.entries.has(id) ? state.roster : addEntry(state.roster, place)
  const learned = changeRoster(crypto, state, roster)
  return andThen(learned, (next) => {
    const expected = new Map(next.expected).set(id, new Set(live))
    const effects = answerList(next, id, live, live.length)
    return withEffects({ ...next, expected }, ...effects)
  })
}

/** I was let in: the doorkeeper's roster is mine. */
export const takeWelcome = (
  crypto: Crypto,
  state: GroupState,
  doorkeeper: Identified,
  message: Extract<GroupControl, { kind: 'roster' }>,
): GroupStep => {
  const trusted = trust(crypto, state, doorkeeper, message)
  if (trusted.effects.some(({ kind }) => kind === 'reject')) return trusted
  return andThen(trusted, (next) => {
    const own = next.roster.entries.get(next.self.id)
    const roster =
      own === undefined || next.founded
        ? next.roster
        : replaceEntry(next.roster, { ...own, by: doorkeeper.id, teller: doorkeeper.id })
    return unchanged({ ...next, roster, founded: true })
  })
}

/** Another part of the group is here: it gets my roster, and may send its own. */
export const meetPartner = (state: GroupState, partner: Identified, { now }: Surroundings): GroupStep => {
  const { roster } = state
  if (removalIn(roster, partner.id) !== null) return reject(state, 'group/entry-refused')
  const guest = { identified: partner, until: now + guestMs }
  const guests = roster.entries.has(partner.id) ? state.guests : new Map(state.guests).set(partner.id, guest)
  return withEffects({ ...state, guests, founded: true }, control(partner.id, rosterOf(state)))
}

/** A roster outside an admission: of a merge partner, else it is a list like any other. */
export const takeRoster = (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  message: Extract<GroupControl, { kind: 'roster' }>,
  surroundings: Surroundings,
): GroupStep => {
  const guest = state.guests.get(from)
  if (guest === undefined) return takeIds(crypto, state, from, message.live, surroundings)
  return trust(crypto, state, guest.identified, message)
}

/** Whether an entry of `from` that came just now was one that a partner announced: then my part is told, too. */
export const passOn = (
  crypto: Crypto,
  step: GroupStep,
  before: GroupState,
  from: MemberId,
  surroundings: Surroundings,
): GroupStep => {
  const { state } = step
  const announced = state.expected.get(from)
  const added = [...state.roster.entries.values()].filter(({ id }) => !before.roster.entries.has(id))
  if (announced === undefined || !added.some(({ hash }) => announced.has(hash))) return step
  const others = withinReach(state, surroundings).filter((id) => before.roster.entries.has(id) && id !== from)
  const next = others.reduce((now, id) => dueList(crypto, now, id, surroundings), state)
  return merged(step, unchanged(next))
}

/** I let `member` in: it gets my roster, everybody else its entry. */
export const admit = (
  crypto: Crypto,
  state: GroupState,
  member: Identified,
  surroundings: Surroundings,
): GroupStep => {
  const { roster, self } = state
  const { id, entry, hash } = member
  const known = roster.entries.get(id)
  if (known !== undefined && known.hash === hash) return withEffects(state, control(id, rosterOf(state)))
  const copied = [...roster.entries.values()].some(({ entry: other }) => sharesKey(other, entry))
  if (known !== undefined || copied || removalIn(roster, id) !== null) {
    return reject(state, 'group/entry-refused')
  }
  if (roster.entries.size >= maxAdmitted) return reject(state, 'group/full')
  if (!hasPlaceAt(roster, member)) return reject(state, 'group/address-taken')
  const place = { entry, hash, id, by: self.id, teller: self.id, denied: [] }
  const waiting = new Map(roster.waiting)
  waiting.delete(id)
  const learned = changeRoster(crypto, { ...state, founded: true }, addEntry({ ...roster, waiting }, place))
  return andThen(learned, (next) => {
    const message: GroupControl = { kind: 'entries', entries: [{ entry, by: self.id }] }
    const others = announce(next, surroundings, [message], new Set([id]))
    return withEffects(next, control(id, rosterOf(next)), ...others)
  })
}

const sharesKey = (a: Identified['entry'], b: Identified['entry']): boolean =>
  equal(a.dh, b.dh) || equal(a.kem, b.kem)
