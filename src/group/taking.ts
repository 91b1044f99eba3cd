/**
 * An epoch that another member made, and what acknowledges one of mine.
 *
 *   epoch ──bad──> refused
 *      ├──too far ahead──> held back, one for each author ──limit rises──┐
 *      ├──dropped before, or below the floor──> acknowledged, not held   │
 *      └──> opened, held, acknowledged <─────────────────────────────────┘
 */
import { type Bytes, equal } from '../codec/index.ts'
import { type Crypto, equalSecrets, Secret } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import type { GroupControl } from './control.ts'
import { advanceTo, isWithinLimit, maxCounter, raiseLimit } from './counter.ts'
import {
  confirmation,
  type EpochHeader,
  type EpochId,
  epochVersion,
  type HeldEpoch,
  headerId,
  openEpoch,
} from './epoch.ts'
import { dueList } from './exchange.ts'
import { holdEpoch, isUsable } from './keeping.ts'
import { countMend } from './mending.ts'
import { isPaused } from './penalty.ts'
import { settlePending } from './pending.ts'
import type { GroupReject, GroupState, GroupStep, Surroundings } from './state.ts'
import { control, merged, reject, unchanged, withEffects } from './step.ts'

/** Epochs that one author may bring within `floodMs`: an honest one makes 33 at most. */
const maxArrivals = 40
const floodMs = 10_000

const problemOf = (state: GroupState, from: MemberId, header: EpochHeader): GroupReject | null => {
  const { version, group, author, members, counter } = header
  if (version !== epochVersion || !equal(group, state.groupId) || author !== from)
    return 'group/foreign-epoch'
  if (members.some((id, i) => i > 0 && id <= members[i - 1]!)) return 'group/bad-header'
  if (!members.includes(state.self.id) || !members.includes(from)) return 'group/bad-header'
  return counter < 1 || counter > maxCounter ? 'group/counter' : null
}

const acknowledge = async (
  crypto: Crypto,
  state: GroupState,
  epoch: Pick<HeldEpoch, 'confirm' | 'id' | 'author'>,
): Promise<GroupStep> => {
  const contribution = crypto.random(32)
  const mac = await confirmation(crypto, epoch, state.self.id, contribution)
  return withEffects(state, control(epoch.author, { kind: 'ack', epoch: epoch.id, mac, contribution }))
}

/** Keeps J until the limit has risen. The newest of an author takes the place of the one before. */
const holdBack = (state: GroupState, header: EpochHeader, joint: Bytes, now: number): GroupStep => {
  const before = state.heldBack.get(header.author)
  const heldBack = new Map(state.heldBack).set(header.author, { header, joint: new Secret(joint.slice()) })
  const stale = before === undefined ? [] : [before.joint] // FS
  return { state: raiseLimit({ ...state, heldBack }, now), effects: [], stale }
}

/** Its author knows members that I do not, or the other way round: we exchange lists. */
const noticeDifference = (
  crypto: Crypto,
  state: GroupState,
  epoch: HeldEpoch,
  surroundings: Surroundings,
): GroupState => {
  if (isUsable(state, epoch)) return state
  const known = state.standings.get(epoch.author)
  const standings =
    known === undefined
      ? state.standings
      : new Map(state.standings).set(epoch.author, { ...known, rosterHash: '' })
  return dueList(crypto, { ...state, standings }, epoch.author, surroundings)
}

const openAndHold = async (
  crypto: Crypto,
  state: GroupState,
  header: EpochHeader,
  joint: Bytes,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  const { now } = surroundings
  const secret = new Secret(joint.slice())
  const preferred = !isPaused(state.authors.get(header.author), now)
  const epoch = await openEpoch(crypto, header, secret, { self: state.self.id, now, preferred })
  secret.wipe() // FS
  if (epoch === null) return reject(state, 'group/bad-commitment')
  const acknowledged = await acknowledge(crypto, state, epoch)
  if (header.counter <= state.counter.floor) {
    return { ...acknowledged, stale: [epoch.confirm, ...secretsNotHeld(epoch)] } // FS
  }
  const differs = noticeDifference(crypto, countMend(state, epoch, now), epoch, surroundings)
  const counted: GroupState = {
    ...differs,
    founded: true,
    counter: advanceTo(differs.counter, header.counter),
  }
  const held = holdEpoch(counted, epoch)
  return { ...held, effects: [...held.effects, ...acknowledged.effects] }
}

const secretsNotHeld = ({ exporter, media, headerKey, sending, receiving }: HeldEpoch): readonly Secret[] => [
  exporter,
  media,
  headerKey,
  ...(sending === null ? [] : [sending.chain]),
  ...[...receiving.values()].map(({ chain }) => chain),
]

/** An epoch that `from` sent. */
export const takeEpoch = async (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  { header, joint }: Extract<GroupControl, { kind: 'epoch' }>,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  const { now } = surroundings
  const problem = problemOf(state, from, header)
  if (problem !== null) return reject(state, problem)
  const id = headerId(crypto, header)
  const held = state.epochs.find((epoch) => epoch.id === id)
  if (held !== undefined) return acknowledge(crypto, state, held)
  const recent = (state.arrivals.get(from) ?? []).filter((at) => now - at < floodMs)
  if (recent.length >= maxArrivals) return reject(state, 'group/flood')
  const arrivals = new Map(state.arrivals).set(from, [...recent, now])
  const next: GroupState = { ...state, arrivals }
  if (!isWithinLimit(state, header, id, surroundings)) return holdBack(next, header, joint, now)
  const opened = await openAndHold(crypto, next, header, joint, surroundings)
  return opened.effects.some(({ kind }) => kind === 'reject') ? { ...opened, state } : opened
}

/** Takes what was held back and has come within the limit. */
export const releaseHeldBack = async (
  crypto: Crypto,
  state: GroupState,
  surroundings: Surroundings,
): Promise<GroupStep> => {
  let step = unchanged(state)
  for (const [author, { header, joint }] of state.heldBack) {
    const id = headerId(crypto, header)
    if (!isWithinLimit(step.state, header, id, surroundings)) continue
    const heldBack = new Map(step.state.heldBack)
    heldBack.delete(author)
    const without: GroupStep = { state: { ...step.state, heldBack }, effects: [], stale: [joint] } // FS
    const opened = step.state.epochs.some((epoch) => epoch.id === id)
      ? unchanged(without.state)
      : await openAndHold(crypto, without.state, header, joint.expose(), surroundings)
    step = merged(merged(step, without), { ...opened, effects: withoutRejects(opened) })
  }
  return step
}

/** What was held back and proves wrong is nobody's answer any more. */
const withoutRejects = ({ effects }: GroupStep): GroupStep['effects'] =>
  effects.filter(({ kind }) => kind !== 'reject')

const showsMine = (state: GroupState, from: MemberId, id: EpochId): GroupState => {
  const known = state.standings.get(from)
  const epoch = state.epochs.find((held) => held.id === id)
  if (known === undefined || epoch === undefined || id !== state.current) return state
  const shown = { ...known, current: { id, counter: epoch.counter }, differsSince: null }
  return { ...state, standings: new Map(state.standings).set(from, shown) }
}

/** An acknowledgement of an epoch of mine. */
export const takeAck = async (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  { epoch: id, mac, contribution }: Extract<GroupControl, { kind: 'ack' }>,
): Promise<GroupStep> => {
  const epoch = state.epochs.find((held) => held.id === id)
  // A late one, of an epoch that is gone: nothing to learn from it.
  if (epoch === undefined) return unchanged(state)
  if (epoch.author !== state.self.id || !epoch.members.includes(from)) return reject(state, 'group/bad-ack')
  const expected = await confirmation(crypto, epoch, from, contribution)
  if (!equalSecrets(expected, mac)) return reject(state, 'group/bad-ack')
  const contributions = new Map(state.contributions).set(from, contribution)
  const shown = showsMine({ ...state, contributions }, from, id)
  return shown.pending?.id === id ? settlePending(shown, from) : unchanged(shown)
}
