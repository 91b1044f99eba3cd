import { equal } from '../codec/index.ts'
import { type Crypto, equalSecrets, Secret } from '../crypto/index.ts'
import { settle } from './authoring.ts'
import type { GroupControl } from './control.ts'
import { confirmation, type EpochHeader, epochVersion, maxCounter, openEpoch } from './epoch.ts'
import { standingsAt, takeHeads, tick } from './gossip.ts'
import { holdEpoch } from './keeping.ts'
import { learn } from './learning.ts'
import { finalLife, type MemberId } from './roster.ts'
import {
  control,
  currentEpoch,
  deliver,
  type GroupEffect,
  type GroupReject,
  type GroupState,
  type GroupStep,
  type Surroundings,
  sendRoster,
} from './state.ts'

export type GroupEvent =
  /** Nobody else is here, or nobody could be proved to: this member may author. */
  | { readonly kind: 'found' }
  /** A pair session with `member` is ready. */
  | { readonly kind: 'meet'; readonly member: MemberId }
  | { readonly kind: 'control'; readonly from: MemberId; readonly message: GroupControl }
  /** This member evicts `member`. */
  | { readonly kind: 'evict'; readonly member: MemberId }
  | { readonly kind: 'tick' }

/** Furthest a counter may be ahead of all that this member knows: an insider cannot pin the maximum. */
const maxCounterJump = 65_536
/** Epochs that one author may bring within `floodMs`. */
const maxArrivals = 32
const floodMs = 10_000

const reject = (state: GroupState, code: GroupReject): GroupStep => ({
  state,
  effects: [{ kind: 'reject', code }],
  stale: [],
})

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
    case 'evict':
      return evict(crypto, state, event.member, surroundings)
    case 'control':
      return receive(crypto, state, event.from, event.message, surroundings)
    case 'tick':
      return tick(crypto, state, surroundings)
  }
}

const meet = (state: GroupState, member: MemberId): GroupStep => {
  const { pending } = state
  const effects = [...sendRoster(state, member)]
  if (pending?.waiting.has(member)) effects.push(deliver(pending, member))
  return { state, effects, stale: [] }
}

/** Whoever evicts authors at once, whatever its rank. The evicted is told, with nothing but its own removal. */
const evict = (crypto: Crypto, state: GroupState, member: MemberId, { now }: Surroundings): GroupStep => {
  if (member === state.self || !state.roster.adds.has(member)) return reject(state, 'group/not-a-member')
  const removes = [{ id: member, by: state.self, reason: 'evicted' as const, life: finalLife }]
  const learned = learn(crypto, state, { adds: [], removes })
  const farewell: GroupControl = { kind: 'roster', delta: { adds: [], removes }, hash: learned.state.hash }
  return {
    ...learned,
    state: { ...learned.state, authorAt: now },
    effects: [control(member, farewell), ...learned.effects],
  }
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
    case 'leave': {
      const removes = [{ id: from, by: from, reason: 'left' as const, life: finalLife }]
      return learn(crypto, state, { adds: [], removes })
    }
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
  return counter > (known > 0 ? known + maxCounterJump : maxCounter) ? 'group/counter' : null
}

const takeEpoch = async (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  { header, joint }: Extract<GroupControl, { kind: 'epoch' }>,
  { now }: Surroundings,
): Promise<GroupStep> => {
  const problem = headerProblem(state, from, header)
  if (problem !== null) return reject(state, problem)
  const arrivals = (state.arrivals.get(from) ?? []).filter((at) => now - at < floodMs)
  if (arrivals.length >= maxArrivals) return reject(state, 'group/flood')
  const secret = new Secret(joint)
  const epoch = await openEpoch(crypto, header, secret, { self: state.self, now })
  secret.wipe() // FS
  if (epoch === null) return reject(state, 'group/bad-commitment')
  const contribution = crypto.random(32)
  const mac = await confirmation(crypto, epoch, state.self, contribution)
  const ack = control(from, { kind: 'ack', epoch: epoch.id, mac, contribution })
  if (state.dropped.includes(epoch.id) || state.epochs.some(({ id }) => id === epoch.id)) {
    return { state, effects: [ack], stale: [] }
  }
  const learned = learn(crypto, state, header.delta)
  const held = holdEpoch(learned.state, epoch)
  const next: GroupState = {
    ...held.state,
    founded: true,
    // Nobody contests this one for where others stood before it.
    heads: currentEpoch(held.state)?.id === epoch.id ? standingsAt(learned.state.heads, epoch) : state.heads,
    arrivals: new Map(state.arrivals).set(from, [...arrivals, now]),
  }
  const sync: readonly GroupEffect[] = next.hash === header.rosterHash ? [] : sendRoster(next, from)
  return {
    state: next,
    effects: [...learned.effects, ack, ...sync],
    stale: [...learned.stale, ...held.stale],
  }
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
  if (epoch.author !== state.self || !epoch.members.includes(from)) return reject(state, 'group/bad-ack')
  const expected = await confirmation(crypto, epoch, from, contribution)
  if (!equalSecrets(expected, mac)) return reject(state, 'group/bad-ack')
  const contributions = new Map(state.contributions).set(from, contribution)
  const { pending } = state
  if (pending === null || pending.id !== id) {
    return { state: { ...state, contributions }, effects: [], stale: [] }
  }
  const waiting = new Set([...pending.waiting].filter((member) => member !== from))
  const done = waiting.size === 0
  return {
    state: { ...state, contributions, pending: done ? null : { ...pending, waiting } },
    effects: [],
    stale: done ? [pending.joint] : [], // FS
  }
}
