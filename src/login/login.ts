/**
 * The password exchange alone, between two tabs that meet under a name. The server keeps a verifier and listens; the
 * client proves the password to it. Each message waits for its side's next step, unless that side lets the run proceed
 * by itself.
 *
 *   client   idle ──log-in──> armed ──a server is here──> running ──> done | refused | given-up | busy ──log-in──> armed
 *   server   listening ──message 1──> running ──> done | refused | given-up ──message 1──> running
 *
 * `stepLogin` takes a state and an event to a new state and effects. `login-run.ts` is one run.
 */

import { type Bytes, DecodeError, decode, encode, equal } from '../codec/index.ts'
import type { Secret } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import { allowedAt, charge, confirm, isAllowed, type Level, levelAt, type Ports } from '../peer/index.ts'
import {
  type Advanced,
  advance,
  arrive,
  createRun,
  type LoginFrame,
  type LoginProof,
  type LoginRun,
  loginFrame,
  placeOf,
  repeatIfDue,
  stop,
  turnOf,
} from './login-run.ts'

export interface LoginState {
  readonly self: MemberId
  readonly role: 'server' | 'client'
  /** The server's verifier and public key, or the client's verifier and seed until its run ends. */
  readonly proof: LoginProof | null
  readonly pace: 'step' | 'run'
  readonly online: boolean
  readonly present: ReadonlySet<MemberId>
  /** On the client: who announced that they listen. */
  readonly servers: ReadonlySet<MemberId>
  readonly run: LoginRun | null
  /** The guess ledger of `src/peer/admission`, for this side of the login. */
  readonly level: Level
  /** On the client: when the server accepts another run, as it announced. */
  readonly retryAt: number | null
}

export type LoginEvent = { readonly now: number } & (
  | { readonly kind: 'relay-open'; readonly members: readonly MemberId[] }
  | { readonly kind: 'relay-closed' }
  | { readonly kind: 'presence'; readonly member: MemberId; readonly present: boolean }
  | { readonly kind: 'received'; readonly from: MemberId; readonly bytes: Bytes }
  /** The client's password, stretched. */
  | { readonly kind: 'log-in'; readonly proof: Extract<LoginProof, { kind: 'client' }> }
  | { readonly kind: 'advance' }
  | { readonly kind: 'pace'; readonly pace: LoginState['pace'] }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'tick' }
)

export type LoginReject =
  | 'frame/malformed'
  | 'pake/unexpected'
  | 'pake/throttled'
  | 'login/stranger'
  | 'login/under-way'
  | 'login/nothing-to-do'

export type LoginEffect =
  | { readonly kind: 'send'; readonly to: MemberId; readonly bytes: Bytes }
  | { readonly kind: 'wipe'; readonly secrets: readonly Secret[] }
  | { readonly kind: 'reject'; readonly code: LoginReject }

export interface LoginStep {
  readonly state: LoginState
  readonly effects: readonly LoginEffect[]
}

/** Longer than between members, since a person steps through it. */
const runMs = 10 * 60_000
const crowdedMs = 5_000
/** No announced wait is believed beyond this. */
const maxWaitMs = 60 * 60_000
/** The message that lets its reader test one guess. */
const testableFlow = 4

type Identity = Pick<LoginState, 'self'>

const create = (identity: Identity, role: LoginState['role'], proof: LoginProof | null): LoginState => ({
  ...identity,
  role,
  proof,
  pace: 'step',
  online: false,
  present: new Set(),
  servers: new Set(),
  run: null,
  level: levelAt(0, 0),
  retryAt: null,
})

/**
 * A server that listens.
 *
 * @param proof - the password's verifier (32 bytes) and public key (1,216); nothing else of it is kept
 */
export const createServer = (
  identity: Identity,
  proof: Omit<Extract<LoginProof, { kind: 'server' }>, 'kind'>,
): LoginState => create(identity, 'server', { kind: 'server', ...proof })

/** A client without a password yet. */
export const createClient = (identity: Identity): LoginState => create(identity, 'client', null)

interface Transaction {
  readonly ports: Ports
  readonly now: number
  state: LoginState
  readonly effects: LoginEffect[]
  readonly stale: Secret[]
}

class Rejection extends Error {
  override readonly name = 'Rejection'
  readonly code: LoginReject
  constructor(code: LoginReject) {
    super(code)
    this.code = code
  }
}

/**
 * Handles one event. Calls must not overlap.
 *
 * @param ports - crypto and recorder
 * @returns the new state and effects in order. A rejected event returns the same state object and one `reject`
 * @throws whatever the ports throw; the state then stands
 */
export const stepLogin = async (ports: Ports, state: LoginState, event: LoginEvent): Promise<LoginStep> => {
  const tx: Transaction = { ports, now: event.now, state, effects: [], stale: [] }
  try {
    await handle(tx, event)
    begin(tx)
    while (tx.state.pace === 'run' && myTurn(tx.state)) await advanceRun(tx)
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    const effects: LoginEffect[] = [{ kind: 'reject', code: error.code }]
    // No state holds the secrets of the rejected event.
    if (event.kind === 'log-in')
      effects.push({ kind: 'wipe', secrets: [event.proof.verifier, event.proof.seed] })
    return { state, effects }
  }
  const { effects, stale } = tx
  if (stale.length > 0) effects.push({ kind: 'wipe', secrets: stale }) // FS
  return { state: tx.state, effects }
}

const handle = async (tx: Transaction, event: LoginEvent): Promise<void> => {
  const { state } = tx
  switch (event.kind) {
    case 'relay-open': {
      const others = event.members.filter((id) => id !== state.self)
      tx.state = { ...state, online: true, present: new Set(others), servers: new Set() }
      for (const id of others) announce(tx, id)
      return
    }
    case 'relay-closed':
      tx.state = { ...state, online: false }
      return
    case 'presence':
      return updatePresence(tx, event.member, event.present)
    case 'received':
      return receive(tx, event.from, event.bytes)
    case 'log-in':
      if (state.role !== 'client' || state.proof !== null) throw new Rejection('login/under-way')
      if (!isAllowed(state.level, tx.now)) throw new Rejection('pake/throttled')
      tx.state = { ...state, proof: event.proof, run: null, retryAt: null }
      return
    case 'advance':
      if (!myTurn(state)) throw new Rejection('login/nothing-to-do')
      return advanceRun(tx)
    case 'pace':
      tx.state = { ...state, pace: event.pace }
      return
    case 'give-up':
      if (state.run === null && state.proof?.kind === 'client') return dropProof(tx)
      return giveUp(tx, 'given-up')
    case 'leave': {
      giveUp(tx, 'given-up')
      dropProof(tx)
      return
    }
    case 'tick':
      return tick(tx)
  }
}

const myTurn = ({ run }: LoginState): boolean => run !== null && turnOf(run) === 'mine'

const send = (tx: Transaction, to: MemberId, frame: LoginFrame): void =>
  void tx.effects.push({ kind: 'send', to, bytes: encode(loginFrame, frame) })

const announce = (tx: Transaction, to: MemberId): void => {
  if (tx.state.role === 'server') send(tx, to, { kind: 'here' })
}

const updatePresence = (tx: Transaction, member: MemberId, isPresent: boolean): void => {
  if (member === tx.state.self) return
  const present = new Set(tx.state.present)
  const servers = new Set(tx.state.servers)
  if (isPresent) present.add(member)
  else present.delete(member)
  if (!isPresent) servers.delete(member)
  tx.state = { ...tx.state, present, servers }
  if (isPresent) announce(tx, member)
  else if (tx.state.run?.peer === member) giveUp(tx, 'given-up')
}

/** Starts the client's run once there is a password to prove and a server to prove it to. */
const begin = (tx: Transaction): void => {
  const { role, proof, run, servers, self } = tx.state
  if (role !== 'client' || proof === null || run !== null) return
  const [peer] = servers
  if (peer === undefined) return
  const id = tx.ports.crypto.random(16)
  tx.state = { ...tx.state, run: createRun({ id, self, peer, proof }, tx.now) }
}

/** Stores an advanced run and marks unneeded secrets for wiping. */
const settle = (tx: Transaction, { run, stale }: Advanced): void => {
  const { role, proof } = tx.state
  tx.stale.push(...stale) // FS
  tx.state = {
    ...tx.state,
    run,
    proof: role === 'client' && run.outcome !== 'running' ? null : proof,
  }
}

const advanceRun = async (tx: Transaction): Promise<void> => {
  const { run } = tx.state
  if (run === null) return
  const advanced = await advance(tx.ports, run, tx.now)
  const { sent, peer, outcome } = advanced.run
  if (sent !== null && sent !== run.sent) tx.effects.push({ kind: 'send', to: peer, bytes: sent.frame })
  settle(tx, advanced)
  count(tx, advanced.run, outcome)
}

/** The server counts before message 4 leaves and takes it back where the run is confirmed, the client what was refused. */
const count = (tx: Transaction, { sent, proof }: LoginRun, outcome: LoginRun['outcome']): void => {
  const { level } = tx.state
  const isServer = proof.kind === 'server'
  if (isServer && outcome === 'running' && sent?.flow === testableFlow)
    tx.state = { ...tx.state, level: charge(level, tx.now) }
  else if (isServer && outcome === 'done') tx.state = { ...tx.state, level: confirm(level) }
  else if (!isServer && outcome === 'refused') tx.state = { ...tx.state, level: charge(level, tx.now) }
}

const giveUp = (tx: Transaction, outcome: 'given-up' | 'busy'): void => {
  const { run } = tx.state
  if (run?.outcome !== 'running') return
  settle(tx, stop(run, outcome))
}

const dropProof = (tx: Transaction): void => {
  const { proof } = tx.state
  if (proof === null) return
  tx.stale.push(proof.verifier, ...(proof.kind === 'client' ? [proof.seed] : [])) // FS
  tx.state = { ...tx.state, proof: null }
}

const receive = (tx: Transaction, from: MemberId, raw: Bytes): void => {
  let frame: LoginFrame
  try {
    frame = decode(loginFrame, raw)
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('frame/malformed')
    throw error
  }
  if (!tx.state.present.has(from)) throw new Rejection('login/stranger')
  switch (frame.kind) {
    case 'here':
      if (tx.state.role !== 'client') throw new Rejection('pake/unexpected')
      tx.state = { ...tx.state, servers: new Set(tx.state.servers).add(from) }
      return
    case 'busy':
      return receiveBusy(tx, from, frame)
    case 'flow':
      return receiveFlow(tx, from, frame)
  }
}

const receiveBusy = (tx: Transaction, from: MemberId, frame: Extract<LoginFrame, { kind: 'busy' }>): void => {
  const { run, role } = tx.state
  if (role !== 'client' || run?.peer !== from || run.sent?.flow !== 1 || !equal(run.id, frame.run))
    throw new Rejection('pake/unexpected')
  giveUp(tx, 'busy')
  tx.state = { ...tx.state, retryAt: tx.now + Math.min(frame.retryAfterMs, maxWaitMs) }
}

const receiveFlow = (tx: Transaction, from: MemberId, frame: Extract<LoginFrame, { kind: 'flow' }>): void => {
  const { run, role } = tx.state
  if (run !== null && run.peer === from && equal(run.id, frame.run)) {
    const place = placeOf(run, frame.flow)
    if (place === null) throw new Rejection('pake/unexpected')
    if (place === 'next') tx.state = { ...tx.state, run: arrive(run, frame.flow, frame.body, tx.now) }
    if (place === 'again' && run.sent !== null)
      tx.effects.push({ kind: 'send', to: from, bytes: run.sent.frame })
    return
  }
  if (role !== 'server' || frame.flow !== 1) throw new Rejection('pake/unexpected')
  answerOpening(tx, from, frame)
}

const answerOpening = (
  tx: Transaction,
  from: MemberId,
  frame: Extract<LoginFrame, { kind: 'flow' }>,
): void => {
  // A client that opens a new run has given up its last one.
  if (tx.state.run?.peer === from) giveUp(tx, 'given-up')
  const { run, level, proof, self } = tx.state
  if (proof === null) throw new Rejection('pake/unexpected')
  const crowded = run?.outcome === 'running'
  if (crowded || !isAllowed(level, tx.now)) {
    const retryAfterMs = Math.max(crowded ? crowdedMs : 0, allowedAt(level, tx.now) - tx.now)
    return send(tx, from, { kind: 'busy', run: frame.run, retryAfterMs })
  }
  const opened = createRun({ id: frame.run, self, peer: from, proof }, tx.now)
  tx.state = { ...tx.state, run: arrive(opened, 1, frame.body, tx.now) }
}

const tick = (tx: Transaction): void => {
  const { run } = tx.state
  if (run?.outcome !== 'running') return
  if (tx.now - run.startedAt >= runMs) return giveUp(tx, 'given-up')
  const { run: next, frame } = repeatIfDue(run, tx.now)
  if (frame === null) return
  tx.effects.push({ kind: 'send', to: run.peer, bytes: frame })
  tx.state = { ...tx.state, run: next }
}
