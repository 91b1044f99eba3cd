/**
 * One run of CPaceOQUAKE+ between two tabs, message by message: an arriving message is held until its side takes the
 * next step.
 *
 *   client   mine ──1──> theirs ──2──> mine ──3──> theirs ──4──> mine ──5──> done | refused
 *   server              1──> mine ──2──> theirs ──3──> mine ──4──> theirs ──5──> mine ──> done | refused
 *   any running turn ──stop──> given-up | busy
 */

import { type Bytes, bytes, encode, fixed, fromHex, struct, u8, u32, union, utf8 } from '../codec/index.ts'
import type { Secret } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import { measureWhole } from '../metrics/index.ts'
import { initiatePlus, type RunOutcome, type RunState, respondPlus, secretsOf, step } from '../pake/index.ts'
import type { Ports } from '../peer/index.ts'

/** Frames of the login's own relay room. */
export type LoginFrame =
  /** Server to every member present: it listens. */
  | { readonly kind: 'here' }
  | { readonly kind: 'flow'; readonly run: Bytes; readonly flow: number; readonly body: Bytes }
  /** Server to client: not now. A hint, not authenticated. */
  | { readonly kind: 'busy'; readonly run: Bytes; readonly retryAfterMs: number }

export const loginFrame = union<LoginFrame>({
  here: [1, struct({})],
  flow: [2, struct({ run: fixed(16), flow: u8, body: bytes(4096) })],
  busy: [3, struct({ run: fixed(16), retryAfterMs: u32 })],
})

/** What a side proves the password with. The password itself has been wiped by then. */
export type LoginProof =
  /** Kept while the server listens: 32 and 1,216 bytes. */
  | { readonly kind: 'server'; readonly verifier: Secret; readonly publicKey: Bytes }
  /** Kept for one run: 32 bytes each. */
  | { readonly kind: 'client'; readonly verifier: Secret; readonly seed: Secret }

/** One message of the run, as both ends and the relay saw it. */
export interface TracedFlow {
  readonly flow: number
  readonly mine: boolean
  readonly bytes: Bytes
  readonly at: number
  /** Milliseconds of computation on this side: to produce its own message, or to check the last one received. */
  readonly ms: number | null
}

export interface LoginRun {
  readonly id: Bytes
  readonly self: MemberId
  readonly peer: MemberId
  readonly proof: LoginProof
  /** `null` before the client's first message and after the end. */
  readonly state: RunState | null
  /** A message held until this side's next step. */
  readonly arrived: { readonly flow: number; readonly body: Bytes } | null
  readonly sent: { readonly flow: number; readonly frame: Bytes } | null
  readonly resendAt: number
  readonly trace: readonly TracedFlow[]
  readonly outcome: 'running' | 'done' | 'refused' | 'given-up' | 'busy'
  readonly fingerprint: Bytes | null
  /** SHA3-256 of all five messages, when done. */
  readonly transcript: Bytes | null
  readonly startedAt: number
}

const resendMs = 5_000

/** A run that has sent and received nothing. `now`: milliseconds. */
export const createRun = (
  given: Pick<LoginRun, 'id' | 'self' | 'peer' | 'proof'>,
  now: number,
): LoginRun => ({
  ...given,
  state: null,
  arrived: null,
  sent: null,
  resendAt: 0,
  trace: [],
  outcome: 'running',
  fingerprint: null,
  transcript: null,
  startedAt: now,
})

export type Turn = 'mine' | 'theirs' | 'nobody'

/** Whose step comes next. */
export const turnOf = ({ outcome, arrived, sent, proof }: LoginRun): Turn => {
  if (outcome !== 'running') return 'nobody'
  return arrived !== null || (proof.kind === 'client' && sent === null) ? 'mine' : 'theirs'
}

/**
 * Classifies an arriving message.
 *
 * @returns `next`: to be held. `again`: a repetition, to be answered with the last message. `held`: already here.
 *   `null`: does not belong to this point of the run
 */
export const placeOf = (
  { sent, outcome, arrived }: LoginRun,
  flow: number,
): 'next' | 'again' | 'held' | null => {
  if (arrived?.flow === flow) return 'held'
  if (sent === null) return null
  if (flow === sent.flow - 1) return 'again'
  return outcome === 'running' && arrived === null && flow === sent.flow + 1 ? 'next' : null
}

/** Holds a message for the next step. */
export const arrive = (run: LoginRun, flow: number, body: Bytes, now: number): LoginRun => ({
  ...run,
  arrived: { flow, body },
  trace: [...run.trace, { flow, mine: false, bytes: body, at: now, ms: null }],
})

export interface Advanced {
  readonly run: LoginRun
  /** Secrets to wipe. */
  readonly stale: readonly Secret[]
}

type Made = RunOutcome | { readonly kind: 'opened'; readonly state: RunState; readonly message: Bytes }

const make = async ({ crypto }: Ports, run: LoginRun): Promise<Made> => {
  const { proof, state, arrived } = run
  const [own, other] = [fromHex(run.self), fromHex(run.peer)]
  if (proof.kind === 'client') {
    if (state !== null && arrived !== null) return step(crypto, state, arrived.body)
    const { verifier: prs, seed } = proof
    return {
      kind: 'opened',
      ...initiatePlus(crypto, { prs, seed, initiator: own, responder: other }),
    }
  }
  if (arrived === null) throw new Error('nothing to answer')
  const { verifier: prs, publicKey } = proof
  const listening = state ?? respondPlus({ prs, publicKey, initiator: other, responder: own })
  return step(crypto, listening, arrived.body)
}

/**
 * Takes this side's next step: consumes the held message and produces the response.
 *
 * @param now - milliseconds
 * @returns the new run, and the secrets that it no longer needs
 * @throws Error if there is nothing to respond to; see `turnOf`
 */
export const advance = async (ports: Ports, run: LoginRun, now: number): Promise<Advanced> => {
  const { crypto, recorder } = ports
  const clock = recorder.now()
  const flow = run.arrived === null ? 1 : run.arrived.flow + 1
  const made = await measureWhole(
    recorder,
    {
      operation: flow > 5 ? 'login_check' : `login_message_${flow}`,
      algorithm: 'CPaceOQUAKE+',
      bytesIn: run.arrived?.body.length ?? 0,
    },
    () => make(ports, run),
    ({ message }) => message?.length ?? 0,
  )
  const ms = recorder.now() - clock
  const stale = made.kind === 'opened' ? [] : [...made.stale]
  const { message } = made
  const next: LoginRun = {
    ...run,
    arrived: null,
    state: made.kind === 'opened' || made.kind === 'continue' ? made.state : null,
    resendAt: now + resendMs,
    ...(message === null
      ? { trace: run.trace.map((entry, i) => (i === run.trace.length - 1 ? { ...entry, ms } : entry)) }
      : {
          sent: { flow, frame: encode(loginFrame, { kind: 'flow', run: run.id, flow, body: message }) },
          trace: [...run.trace, { flow, mine: true, bytes: message, at: now, ms }],
        }),
  }
  if (made.kind === 'opened' || made.kind === 'continue') return { run: next, stale }
  stale.push(...ownSecrets(run))
  if (made.kind === 'failed') return { run: { ...next, outcome: 'refused' }, stale }
  const { key, transcript } = made.result
  // The only value shown of the key. It is derived one-way.
  const fingerprint = await crypto.expand(key, utf8('mlwe-pake v2 one-to-one fingerprint'), 16)
  stale.push(key)
  return { run: { ...next, outcome: 'done', fingerprint: fingerprint.expose().slice(), transcript }, stale }
}

/** The client's secrets serve one run; the server's stay for the next. */
const ownSecrets = ({ proof }: LoginRun): readonly Secret[] =>
  proof.kind === 'client' ? [proof.verifier, proof.seed] : []

/** Ends a run early. */
export const stop = (run: LoginRun, outcome: 'given-up' | 'busy'): Advanced => {
  const { state } = run
  const stale = [...(state === null ? [] : secretsOf(state)), ...ownSecrets(run)]
  return { run: { ...run, state: null, arrived: null, outcome }, stale }
}

/** Retransmits the last message if it has had no response for 5 s. `frame` is `null` if it is not due. */
export const repeatIfDue = (
  run: LoginRun,
  now: number,
): { readonly run: LoginRun; readonly frame: Bytes | null } =>
  turnOf(run) === 'theirs' && run.sent !== null && now >= run.resendAt
    ? { run: { ...run, resendAt: now + resendMs }, frame: run.sent.frame }
    : { run, frame: null }
