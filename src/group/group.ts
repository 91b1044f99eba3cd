import { type Bytes, equal } from '../codec/index.ts'
import { type Crypto, equalSecrets, Secret } from '../crypto/index.ts'
import type { GroupControl, Head } from './control.ts'
import { authorEpoch, confirmation, type EpochHeader, epochVersion, maxParents, openEpoch } from './epoch.ts'
import {
  difference,
  emptyRoster,
  type MemberId,
  maxEntries,
  merge,
  pieces,
  type Remove,
  type RosterDelta,
  rosterHash,
} from './roster.ts'
import {
  currentEpoch,
  type GroupEffect,
  type GroupNotice,
  type GroupReject,
  type GroupState,
  type GroupStep,
  headsOf,
  holdEpoch,
  membersOf,
  type PendingEpoch,
} from './state.ts'

export type GroupEvent =
  /** Nobody else is here, or nobody could be proved to: this member may author. */
  | { readonly kind: 'found' }
  /** A pair session with `member` is ready. */
  | { readonly kind: 'meet'; readonly member: MemberId }
  | { readonly kind: 'control'; readonly from: MemberId; readonly message: GroupControl }
  | { readonly kind: 'remove'; readonly member: MemberId; readonly reason: Remove['reason'] }
  | { readonly kind: 'tick' }

/** What the step may know of the world: the clock, and who can be reached now. */
export interface Surroundings {
  readonly now: number
  readonly reachable: ReadonlySet<MemberId>
  /** Whether this member is itself connected: only then is an absence the other's. */
  readonly online: boolean
}

const rankMs = 150
const jitterMs = 50
/** A member without an epoch lets those who hold one go first, so that counters and secrets carry on. */
const newcomerMs = 2_000
const resendMs = 1_000
const pendingMs = 60_000
const headsMs = 5_000
/** How long two members may show different epochs on one roster before a new one repairs it. */
const disagreementMs = 3_000
const refreshMs = 60 * 60_000
const refreshMessages = 1_000
/** Furthest a counter may be ahead of all that this member knows: an insider cannot pin the maximum. */
const maxCounterJump = 65_536

const reject = (code: GroupReject): GroupEffect => ({ kind: 'reject', code })
const control = (to: MemberId, message: GroupControl): GroupEffect => ({ kind: 'control', to, message })
const noticeOf: Record<Remove['reason'], GroupNotice> = {
  left: 'member-left',
  evicted: 'member-evicted',
  expired: 'member-expired',
}

/** One event at a time: the caller awaits a step before the next. A step that rejects returns the state it was given. */
export const groupStep = async (
  crypto: Crypto,
  state: GroupState,
  event: GroupEvent,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  const handled = await handle(crypto, state, event, surroundings)
  if (handled.effects.some(({ kind }) => kind === 'reject' || kind === 'removed')) return handled
  const settled = await settle(crypto, handled.state, surroundings)
  return {
    state: settled.state,
    effects: [...handled.effects, ...settled.effects],
    stale: [...handled.stale, ...settled.stale],
  }
}

const handle = async (
  crypto: Crypto,
  state: GroupState,
  event: GroupEvent,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  switch (event.kind) {
    case 'found':
      return { state: { ...state, founded: true }, effects: [], stale: [] }
    case 'meet':
      return meet(state, event.member)
    case 'remove': {
      const { member, reason } = event
      return learn(crypto, state, { adds: [], removes: [{ id: member, by: state.self, reason }] })
    }
    case 'control':
      return receive(crypto, state, event.from, event.message, surroundings)
    case 'tick':
      return tick(crypto, state, surroundings)
  }
}

const headOf = (state: GroupState): Head | null => {
  const current = currentEpoch(state)
  return current === null ? null : { id: current.id, counter: current.counter }
}

const sendRoster = (state: GroupState, to: MemberId): GroupEffect[] =>
  pieces(difference(state.roster, emptyRoster)).map((delta) =>
    control(to, { kind: 'roster', delta, hash: state.hash }),
  )

const meet = (state: GroupState, member: MemberId): GroupStep => {
  const { pending } = state
  const effects = sendRoster(state, member)
  if (pending?.waiting.has(member)) effects.push(deliver(pending, member))
  return { state, effects, stale: [] }
}

const deliver = ({ header, joint }: PendingEpoch, to: MemberId): GroupEffect =>
  // A copy: whoever takes the message may wipe it.
  control(to, { kind: 'epoch', header, joint: joint.expose().slice() })

/** Merges `delta` and says what changed. */
const learn = (crypto: Crypto, state: GroupState, delta: RosterDelta): GroupStep => {
  const roster = merge(state.roster, delta)
  if (roster === state.roster) return { state, effects: [], stale: [] }
  const effects: GroupEffect[] = []
  for (const { id, name } of roster.adds.values()) {
    if (!state.roster.adds.has(id)) effects.push({ kind: 'notice', code: 'member-joined', member: id, name })
  }
  for (const { id, reason } of roster.removes.values()) {
    const before = state.roster.adds.get(id)
    if (before === undefined) continue
    if (id === state.self) effects.push({ kind: 'removed' })
    else effects.push({ kind: 'notice', code: noticeOf[reason], member: id, name: before.name })
  }
  const contributions = new Map([...state.contributions].filter(([id]) => roster.adds.has(id)))
  const waiting = new Set([...(state.pending?.waiting ?? [])].filter((id) => roster.adds.has(id)))
  const pending = state.pending === null ? null : { ...state.pending, waiting }
  const learned = { ...state, roster, hash: rosterHash(crypto, roster), contributions, pending }
  return { state: learned, effects, stale: [] }
}

const receive = async (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  message: GroupControl,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  switch (message.kind) {
    case 'roster': {
      const learned = learn(crypto, state, message.delta)
      // Whoever still differs after merging knows more than the sender. Union makes this end.
      const answer = learned.state.hash === message.hash ? [] : sendRoster(learned.state, from)
      return { ...learned, effects: [...learned.effects, ...answer] }
    }
    case 'epoch':
      return takeEpoch(crypto, state, from, message, surroundings)
    case 'ack':
      return takeAck(crypto, state, from, message)
    case 'heads':
      return takeHeads(state, from, message, surroundings)
    case 'leave':
      return learn(crypto, state, { adds: [], removes: [{ id: from, by: from, reason: 'left' }] })
  }
}

const headerProblem = (state: GroupState, from: MemberId, header: EpochHeader): GroupReject | null => {
  const { members, parents, counter } = header
  if (header.version !== epochVersion || !equal(header.group, state.groupId) || header.author !== from) {
    return 'group/foreign-epoch'
  }
  if (members.some((id, i) => i > 0 && id <= members[i - 1]!)) return 'group/bad-header'
  if (!members.includes(state.self) || !members.includes(from)) return 'group/not-a-member'
  const held = state.epochs.filter(({ id }) => parents.includes(id))
  const atLeast = 1 + Math.max(0, ...held.map((parent) => parent.counter))
  const known = Math.max(0, ...state.epochs.map((epoch) => epoch.counter))
  if (counter < atLeast || (held.length === parents.length && counter !== atLeast)) return 'group/counter'
  return known > 0 && counter > known + maxCounterJump ? 'group/counter' : null
}

const takeEpoch = async (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  { header, joint }: Extract<GroupControl, { kind: 'epoch' }>,
  { now }: Surroundings,
): Promise<GroupStep> => {
  const problem = headerProblem(state, from, header)
  if (problem !== null) return { state, effects: [reject(problem)], stale: [] }
  const secret = new Secret(joint)
  const epoch = await openEpoch(crypto, header, secret, { self: state.self, now })
  secret.wipe() // FS
  if (epoch === null) return { state, effects: [reject('group/bad-commitment')], stale: [] }
  const contribution = crypto.random(32)
  const mac = await confirmation(crypto, epoch, state.self, contribution)
  const ack = control(from, { kind: 'ack', epoch: epoch.id, mac, contribution })
  if (state.epochs.some(({ id }) => id === epoch.id)) return { state, effects: [ack], stale: [] }
  const learned = learn(crypto, state, header.delta)
  const { epochs, stale } = holdEpoch(learned.state, epoch, now)
  const next = { ...learned.state, epochs, founded: true }
  const sync = next.hash === header.rosterHash ? [] : sendRoster(next, from)
  return { state: next, effects: [...learned.effects, ack, ...sync], stale: [...learned.stale, ...stale] }
}

const takeAck = async (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  { epoch: id, mac, contribution }: Extract<GroupControl, { kind: 'ack' }>,
): Promise<GroupStep> => {
  const epoch = state.epochs.find((held) => held.id === id)
  // A late one, of an epoch that is gone: nothing to learn from it.
  if (epoch === undefined) return { state, effects: [], stale: [] }
  if (epoch.author !== state.self || !epoch.members.includes(from)) {
    return { state, effects: [reject('group/bad-ack')], stale: [] }
  }
  const expected = await confirmation(crypto, epoch, from, contribution)
  if (!equalSecrets(expected, mac)) return { state, effects: [reject('group/bad-ack')], stale: [] }
  const contributions = new Map(state.contributions).set(from, contribution)
  const { pending } = state
  if (pending === null || pending.id !== id)
    return { state: { ...state, contributions }, effects: [], stale: [] }
  const waiting = new Set([...pending.waiting].filter((member) => member !== from))
  const done = waiting.size === 0
  return {
    state: { ...state, contributions, pending: done ? null : { ...pending, waiting } },
    effects: [],
    stale: done ? [pending.joint] : [], // FS
  }
}

const takeHeads = (
  state: GroupState,
  from: MemberId,
  { hash, current }: Extract<GroupControl, { kind: 'heads' }>,
  { now }: Surroundings,
): GroupStep => {
  if (hash !== state.hash) return { state, effects: sendRoster(state, from), stale: [] }
  const disagreeing = new Map(state.disagreeing)
  if (current?.id === currentEpoch(state)?.id) disagreeing.delete(from)
  else if (!disagreeing.has(from)) disagreeing.set(from, now)
  return { state: { ...state, disagreeing }, effects: [], stale: [] }
}

const tick = (crypto: Crypto, state: GroupState, { now, reachable, online }: Surroundings): GroupStep => {
  const effects: GroupEffect[] = []
  const stale: Secret[] = []
  let next = state
  const others = membersOf(state).filter(({ id }) => id !== state.self)
  const unreachable = new Map(
    others
      .filter(({ id }) => online && !reachable.has(id))
      .map(({ id }) => [id, state.unreachable.get(id) ?? now]),
  )
  next = { ...next, unreachable }
  const { pending } = state
  if (pending !== null && now >= pending.until) {
    next = { ...next, pending: null }
    stale.push(pending.joint) // FS
  } else if (pending !== null && now >= pending.resendAt) {
    next = { ...next, pending: { ...pending, resendAt: now + resendMs } }
    for (const member of pending.waiting) if (reachable.has(member)) effects.push(deliver(pending, member))
  }
  if (now >= state.headsAt && state.founded) {
    next = { ...next, headsAt: now + headsMs }
    const message: GroupControl = { kind: 'heads', hash: state.hash, current: headOf(state) }
    for (const { id } of others) if (reachable.has(id)) effects.push(control(id, message))
  }
  // One member notices for all: the first of those within reach of each other.
  const first = others.every(({ id }) => !reachable.has(id) || id > state.self)
  const expired = first
    ? others.filter(({ id, lease }) => unreachable.has(id) && now - unreachable.get(id)! > lease)
    : []
  const removes = expired.map(({ id }) => ({ id, by: state.self, reason: 'expired' as const }))
  const learned = learn(crypto, next, { adds: [], removes })
  return { state: learned.state, effects: [...effects, ...learned.effects], stale }
}

const needsEpoch = (state: GroupState, { now, reachable }: Surroundings): boolean => {
  const current = currentEpoch(state)
  if (current === null || now - current.since > refreshMs) return true
  if ((current.sending?.generation ?? 0) >= refreshMessages) return true
  return [...state.disagreeing].some(([id, since]) => reachable.has(id) && now - since > disagreementMs)
}

/** Authors when no epoch is usable and nobody of lower rank did: "if in doubt, a new epoch". */
const settle = async (crypto: Crypto, state: GroupState, surroundings: Surroundings): Promise<GroupStep> => {
  const { now, reachable } = surroundings
  if (!state.founded || !needsEpoch(state, surroundings)) {
    return { state: state.authorAt === null ? state : { ...state, authorAt: null }, effects: [], stale: [] }
  }
  if (state.authorAt === null) {
    const ahead = membersOf(state).filter(({ id }) => reachable.has(id) && id < state.self).length
    const jitter = ahead === 0 ? 0 : crypto.random(1)[0]! % jitterMs
    const patience = state.epochs.length === 0 && membersOf(state).length > 1 ? newcomerMs : 0
    const authorAt = now + ahead * rankMs + jitter + patience
    if (authorAt > now) return { state: { ...state, authorAt }, effects: [], stale: [] }
  } else if (now < state.authorAt) {
    return { state, effects: [], stale: [] }
  }
  return author(crypto, state, now)
}

const author = async (crypto: Crypto, state: GroupState, now: number): Promise<GroupStep> => {
  const members = membersOf(state)
  const parents = headsOf(state).slice(-maxParents)
  const base = new Set(parents.flatMap((parent) => parent.members))
  const adds = members.filter(({ id }) => !base.has(id))
  const removes = [...state.roster.removes.values()].filter(({ id }) => base.has(id))
  const made = await authorEpoch(crypto, {
    group: state.groupId,
    author: state.self,
    members: members.map(({ id }) => id),
    rosterHash: state.hash,
    delta: { adds: adds.slice(0, maxEntries), removes: removes.slice(0, maxEntries) },
    parents,
    contributions: state.contributions,
    now,
  })
  const { epochs, stale } = holdEpoch(state, made.epoch, now)
  const waiting = new Set(members.map(({ id }) => id).filter((id) => id !== state.self))
  const pending: PendingEpoch = {
    header: made.header,
    id: made.epoch.id,
    joint: made.joint,
    waiting,
    resendAt: now + resendMs,
    until: now + pendingMs,
  }
  const next: GroupState = {
    ...state,
    epochs,
    contributions: new Map<MemberId, Bytes>(),
    pending: waiting.size === 0 ? null : pending,
    authorAt: null,
    disagreeing: new Map(),
  }
  const superseded = state.pending === null ? [] : [state.pending.joint]
  return {
    state: next,
    effects: [...waiting].map((id) => deliver(pending, id)),
    stale: [...stale, ...superseded, ...(waiting.size === 0 ? [made.joint] : [])], // FS
  }
}
