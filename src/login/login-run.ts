import { type Bytes, bytes, encode, fixed, fromHex, struct, u8, u32, union, utf8 } from '../codec/index.ts'
import type { Secret } from '../crypto/index.ts'
import type { MemberId } from '../group/index.ts'
import { measureWhole } from '../metrics/index.ts'
import {
  initiatePlus,
  type RunOutcome,
  type RunState,
  respondPlus,
  type Suite,
  secretsOf,
  step,
} from '../pake/index.ts'
import type { Ports } from '../peer/index.ts'

/** What travels between the two, in a room of its own. */
export type LoginFrame =
  /** "A server listens here, for this suite." */
  | { readonly kind: 'here'; readonly suite: number }
  | { readonly kind: 'flow'; readonly run: Bytes; readonly flow: number; readonly body: Bytes }
  /** "Not now." A hint, not authenticated. */
  | { readonly kind: 'busy'; readonly run: Bytes; readonly retryAfterMs: number }

export const loginFrame = union<LoginFrame>({
  here: [1, struct({ suite: u8 })],
  flow: [2, struct({ run: fixed(16), flow: u8, body: bytes(4096) })],
  busy: [3, struct({ run: fixed(16), retryAfterMs: u32 })],
})

/** What a side proves with. The password itself is gone before there is one of these. */
export type LoginProof =
  /** Kept while it listens: 32 and 1,216 bytes. */
  | { readonly kind: 'server'; readonly verifier: Secret; readonly publicKey: Bytes }
  /** For one run: 32 bytes each. */
  | { readonly kind: 'client'; readonly verifier: Secret; readonly seed: Secret }

/** One message of the run, as both ends and the relay saw it. */
export interface TracedFlow {
  readonly flow: number
  readonly mine: boolean
  readonly bytes: Bytes
  readonly at: number
  /** Milliseconds this side computed for it: to make its own, or to check the other's last one. */
  readonly ms: number | null
}

export interface LoginRun {
  readonly id: Bytes
  readonly suite: Suite
  readonly self: MemberId
  readonly peer: MemberId
  readonly proof: LoginProof
  /** `null` before the client's first message, and after the end. */
  readonly state: RunState | null
  /** A message that waits for this side's next step. */
  readonly arrived: { readonly flow: number; readonly body: Bytes } | null
  readonly sent: { readonly flow: number; readonly frame: Bytes } | null
  readonly resendAt: number
  readonly trace: readonly TracedFlow[]
  readonly outcome: 'running' | 'done' | 'refused' | 'given-up' | 'busy'
  readonly fingerprint: Bytes | null
  /** SHA3-256 over all five messages, when done. */
  readonly transcript: Bytes | null
  readonly startedAt: number
}

const resendMs = 5_000

export const createRun = (
  given: Pick<LoginRun, 'id' | 'suite' | 'self' | 'peer' | 'proof'>,
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

export const turnOf = ({ outcome, arrived, sent, proof }: LoginRun): Turn => {
  if (outcome !== 'running') return 'nobody'
  return arrived !== null || (proof.kind === 'client' && sent === null) ? 'mine' : 'theirs'
}

/** What an arriving message means to the run: `null` where it does not belong. */
export const placeOf = (
  { sent, outcome, arrived }: LoginRun,
  flow: number,
): 'next' | 'again' | 'held' | null => {
  if (arrived?.flow === flow) return 'held'
  if (sent === null) return null
  if (flow === sent.flow - 1) return 'again'
  return outcome === 'running' && arrived === null && flow === sent.flow + 1 ? 'next' : null
}

export const arrive = (run: LoginRun, flow: number, body: Bytes, now: number): LoginRun => ({
  ...run,
  arrived: { flow, body },
  trace: [...run.trace, { flow, mine: false, bytes: body, at: now, ms: null }],
})

export interface Advanced {
  readonly run: LoginRun
  readonly stale: readonly Secret[]
}

type Made = RunOutcome | { readonly kind: 'opened'; readonly state: RunState; readonly message: Bytes }

const make = async ({ crypto }: Ports, run: LoginRun): Promise<Made> => {
  const { suite, proof, state, arrived } = run
  const [own, other] = [fromHex(run.self), fromHex(run.peer)]
  const payload = new Uint8Array(0)
  if (proof.kind === 'client') {
    if (state !== null && arrived !== null) return step(crypto, state, arrived.body)
    const { verifier: prs, seed } = proof
    return {
      kind: 'opened',
      ...initiatePlus(crypto, suite, { prs, seed, initiator: own, responder: other, payload }),
    }
  }
  if (arrived === null) throw new Error('nothing to answer')
  const { verifier: prs, publicKey } = proof
  const listening = state ?? respondPlus(suite, { prs, publicKey, initiator: other, responder: own, payload })
  return step(crypto, listening, arrived.body)
}

/** This side's next step: takes the message that arrived, and makes the answer to it. */
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
  // All that is shown of the key: a value of its own, from which nobody gets back to it.
  const fingerprint = await crypto.expand(key, utf8('mlwe-pake one-to-one fingerprint'), 16)
  stale.push(key)
  return { run: { ...next, outcome: 'done', fingerprint: fingerprint.expose().slice(), transcript }, stale }
}

/** The client's material is for one run; the server's stays for the next. */
const ownSecrets = ({ proof }: LoginRun): readonly Secret[] =>
  proof.kind === 'client' ? [proof.verifier, proof.seed] : []

/** Ends a run early. A responder that sent message 4 has let the other side test one guess. */
export const stop = (
  run: LoginRun,
  outcome: 'given-up' | 'busy',
): Advanced & { readonly spentGuess: boolean } => {
  const { state } = run
  const stale = [...(state === null ? [] : secretsOf(state)), ...ownSecrets(run)]
  return {
    run: { ...run, state: null, arrived: null, outcome },
    stale,
    spentGuess: state?.kind === 'awaiting-confirmation',
  }
}

/** The last message once more, where it got no answer for a while. */
export const repeatIfDue = (
  run: LoginRun,
  now: number,
): { readonly run: LoginRun; readonly frame: Bytes | null } =>
  turnOf(run) === 'theirs' && run.sent !== null && now >= run.resendAt
    ? { run: { ...run, resendAt: now + resendMs }, frame: run.sent.frame }
    : { run, frame: null }
