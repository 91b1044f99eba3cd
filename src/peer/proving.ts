import { type Bytes, DecodeError, encode, equal, fromHex } from '../codec/index.ts'
import { isGone, type MemberId, membersOf } from '../group/index.ts'
import { within } from '../metrics/index.ts'
import {
  initiate,
  initiatePlus,
  type RunOutcome,
  type RunResult,
  type RunState,
  respond,
  respondPlus,
  secretsOf,
  step,
} from '../pake/index.ts'
import {
  createSession,
  decodePublicKeys,
  encodePublicKeys,
  generateRatchetKeys,
  type PublicKeys,
} from '../ratchet/index.ts'
import { noteGuess } from './attempts.ts'
import { maxDelayMs } from './guesses.ts'
import { beginSession, meet, sendControl } from './pairing.ts'
import {
  type PeerState,
  type Protocol,
  protocols,
  type Refusal,
  Rejection,
  type Run,
  reachable,
  type Work,
} from './state.ts'
import { type Frame, frame } from './wire.ts'

const maxRuns = 8
const runMs = 30_000
const resendMs = 2_000

type PakeFrame = Extract<Frame, { kind: 'pake' }>

const setRun = (work: Work, member: MemberId, run: Run | null): void => {
  const runs = new Map(work.state.runs)
  if (run === null) runs.delete(member)
  else runs.set(member, run)
  work.state = { ...work.state, runs }
}

const transmit = (work: Work, to: MemberId, run: Run, body: Bytes): Run => {
  const flow = run.flow === 0 && run.role === 'initiator' ? 1 : run.flow + 2
  const named = { suite: work.state.suite.id, protocol: protocols[run.protocol] }
  const sent = encode(frame, { kind: 'pake', ...named, run: run.id, flow, body })
  work.effects.push({ kind: 'send', to, via: 'relay', bytes: sent })
  return { ...run, flow, sent, resendAt: work.now + resendMs }
}

const inputFor = (work: Work, role: Run['role'], member: MemberId, payload: Bytes) => {
  const [own, other] = [fromHex(work.state.self), fromHex(member)]
  const [initiator, responder] = role === 'initiator' ? [own, other] : [other, own]
  return { prs: work.state.verifier, initiator, responder, payload }
}

const newRun = async (
  work: Work,
  given: Pick<Run, 'id' | 'role' | 'protocol'>,
): Promise<Omit<Run, 'state'>> => {
  const { crypto, recorder } = work.ports
  const clock = recorder.now()
  const span = recorder.spans?.open(true) ?? null
  const keys = await within(recorder, span, () => generateRatchetKeys(crypto))
  const { now } = work
  return {
    ...given,
    keys,
    flow: 0,
    sent: null,
    startedAt: now,
    clock,
    span,
    resendAt: now + resendMs,
  }
}

/**
 * Opens a run with `member`, unless too many are open, or it is a stranger while the guesses are used up: who
 * answers an opening tests a guess too.
 */
export const prove = async (work: Work, member: MemberId): Promise<void> => {
  const { crypto, recorder } = work.ports
  const { runs, guesses, joined, group, suite, seed, greet } = work.state
  const known = !joined || membersOf(group).some(({ id }) => id === member)
  if (activeRuns(runs) >= maxRuns || (!known && work.now < guesses.blockedUntil)) return
  const protocol = seed === null ? 'CPaceOQUAKE' : 'CPaceOQUAKE+'
  const run = await newRun(work, { role: 'initiator', id: crypto.random(16), protocol })
  const input = inputFor(work, 'initiator', member, encodePublicKeys(run.keys))
  const { state, message } = await within(recorder, run.span, async () =>
    seed === null ? initiate(crypto, suite, input) : initiatePlus(crypto, suite, { ...input, seed }),
  )
  work.state = { ...work.state, greet: new Set([...greet].filter((id) => id !== member)) }
  setRun(work, member, transmit(work, member, { ...run, state }, message))
}

export const active = ({ state }: Run): boolean => state !== null

const activeRuns = (runs: PeerState['runs']): number => [...runs.values()].filter(active).length

/** A responder's fourth flow lets the other side test one guess, whether or not a fifth comes. */
const spendsGuess = ({ state }: Run): boolean => state?.kind === 'awaiting-confirmation'

const refuse = (work: Work, member: MemberId, refusal: Refusal): void => {
  work.state = { ...work.state, refused: new Map(work.state.refused).set(member, refusal) }
}

/** One guess: counted here, and told to the others, so that who guesses has one budget with all of them. */
export const countFailure = async (work: Work, member: MemberId): Promise<void> => {
  refuse(work, member, 'proof')
  noteGuess(work, member, null)
  if (!work.state.joined) return
  for (const id of reachable(work.state)) await sendControl(work, id, { kind: 'guess', member })
}

const record = (work: Work, run: Run, error: string | null): void => {
  const { recorder } = work.ports
  const duration = recorder.now() - run.clock
  const entry = { operation: 'pake_run', algorithm: run.protocol, start: run.clock, duration }
  recorder.record({ ...entry, bytesIn: 0, bytesOut: 0, error }, run.span ?? undefined)
}

/** Gives a run up. */
export const abandon = async (work: Work, member: MemberId, run: Run): Promise<void> => {
  setRun(work, member, null)
  if (run.state === null) return
  work.stale.push(...secretsOf(run.state)) // FS
  record(work, run, 'pake/expired')
  if (spendsGuess(run)) await countFailure(work, member)
}

const protocolOf = ({ protocol }: PakeFrame): Protocol | null =>
  protocol === protocols.CPaceOQUAKE
    ? 'CPaceOQUAKE'
    : protocol === protocols['CPaceOQUAKE+']
      ? 'CPaceOQUAKE+'
      : null

const answerOpening = async (work: Work, from: MemberId, message: PakeFrame): Promise<void> => {
  const protocol = protocolOf(message)
  if (protocol === null) throw new Rejection('pake/unexpected')
  const existing = work.state.runs.get(from)
  if (existing !== undefined && equal(existing.id, message.run)) return repeat(work, from, existing)
  if (existing !== undefined && active(existing)) {
    // Both opened at once: the greater id's run goes on.
    if (existing.role === 'initiator' && existing.flow === 1 && work.state.self > from) return
    await abandon(work, from, existing)
  }
  const { guesses, runs } = work.state
  const crowded = activeRuns(runs) >= maxRuns
  if (crowded || work.now < guesses.blockedUntil) {
    const retryAfterMs = Math.max(crowded ? resendMs : 0, guesses.blockedUntil - work.now)
    const busy = encode(frame, { kind: 'busy', run: message.run, retryAfterMs })
    work.effects.push({ kind: 'send', to: from, via: 'relay', bytes: busy })
    return
  }
  const run = await newRun(work, { role: 'responder', id: message.run, protocol })
  const { suite, publicKey } = work.state
  const input = inputFor(work, 'responder', from, encodePublicKeys(run.keys))
  const state =
    protocol === 'CPaceOQUAKE' ? respond(suite, input) : respondPlus(suite, { ...input, publicKey })
  await advance(work, from, { ...run, state }, message.body)
}

/** The other side missed our last flow. */
const repeat = (work: Work, to: MemberId, run: Run): void => {
  if (run.sent !== null) work.effects.push({ kind: 'send', to, via: 'relay', bytes: run.sent })
}

const advance = async (
  work: Work,
  from: MemberId,
  run: Run & { state: RunState },
  body: Bytes,
): Promise<void> => {
  const { crypto, recorder } = work.ports
  const outcome: RunOutcome = await within(recorder, run.span, () => step(crypto, run.state, body))
  const sent = outcome.message === null ? run : transmit(work, from, run, outcome.message)
  work.stale.push(...outcome.stale) // FS
  if (outcome.kind === 'continue') return setRun(work, from, { ...sent, state: outcome.state })
  setRun(work, from, { ...sent, state: null })
  record(work, run, outcome.kind === 'failed' ? outcome.code : null)
  if (outcome.kind === 'failed') return countFailure(work, from)
  await welcome(work, from, run, outcome.result)
}

const publicKeysOf = (payload: Bytes): PublicKeys | null => {
  try {
    return decodePublicKeys(payload)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

const welcome = async (work: Work, member: MemberId, { keys }: Run, result: RunResult): Promise<void> => {
  const peerKeys = publicKeysOf(result.peerPayload)
  // Only who knows the password gets here, and an honest one sends good keys.
  if (peerKeys === null) return countFailure(work, member)
  const session = await createSession(work.ports.crypto, {
    key: result.key,
    transcript: result.transcript,
    groupId: work.state.group.groupId,
    self: fromHex(work.state.self),
    peer: fromHex(member),
    keys,
    peerKeys,
  })
  work.stale.push(result.key)
  await beginSession(work, member, { session, trust: 'verified' })
  await meet(work, member)
}

/** A first flow of another suite: said to whoever opened it, so that no second group comes to be in this room. */
const nameSuite = (work: Work, from: MemberId, { run }: PakeFrame): void => {
  const { joined, self, suite } = work.state
  // Of two newcomers one has to give way.
  if (joined || self > from) {
    const bytes = encode(frame, { kind: 'other-suite', run, suite: suite.id })
    work.effects.push({ kind: 'send', to: from, via: 'relay', bytes })
  }
  work.effects.push({ kind: 'reject', code: 'pake/unknown-suite' })
}

/** One flow of a run arrived. */
export const receivePake = async (work: Work, from: MemberId, message: PakeFrame): Promise<void> => {
  if (from === work.state.self) throw new Rejection('pake/failed')
  // Whoever left or was evicted never comes back under this id.
  if (isGone(work.state.group.roster, from)) throw new Rejection('group/not-a-member')
  if (message.suite !== work.state.suite.id) {
    if (message.flow === 1) return nameSuite(work, from, message)
    throw new Rejection('pake/unknown-suite')
  }
  if (message.flow === 1) return answerOpening(work, from, message)
  const run = work.state.runs.get(from)
  if (run === undefined || !equal(run.id, message.run) || protocolOf(message) !== run.protocol)
    throw new Rejection('pake/unexpected')
  if (message.flow === run.flow - 1) return repeat(work, from, run)
  if (run.state === null || message.flow !== run.flow + 1) throw new Rejection('pake/unexpected')
  await advance(work, from, { ...run, state: run.state }, message.body)
}

type Hint = Extract<Frame, { kind: 'busy' | 'other-suite' }>

/** A member asks to try later, or with another suite. Only the side that opened the run heeds it. */
export const receiveHint = (work: Work, from: MemberId, hint: Hint): void => {
  const run = work.state.runs.get(from)
  if (run?.role !== 'initiator' || run.state === null || run.flow !== 1 || !equal(run.id, hint.run)) {
    throw new Rejection('pake/unexpected')
  }
  work.stale.push(...secretsOf(run.state)) // FS
  if (run.span !== null) work.ports.recorder.spans?.drop(run.span)
  setRun(work, from, null)
  if (hint.kind === 'other-suite') {
    refuse(work, from, 'suite')
    work.state = { ...work.state, neededSuite: hint.suite }
    return
  }
  refuse(work, from, 'busy')
  // Nothing was tried: between members, again once the door is open.
  const again = Math.min(Math.max(hint.retryAfterMs, resendMs), maxDelayMs)
  work.state = {
    ...work.state,
    heard: new Map(work.state.heard).set(from, { at: work.now, patience: again }),
  }
  const retryAt = Math.max(work.state.retryAt ?? 0, work.now + Math.min(hint.retryAfterMs, maxDelayMs))
  work.state = { ...work.state, retryAt }
}

/** Repeats flows that got no answer, and ends runs that took too long. */
export const tickRuns = async (work: Work): Promise<void> => {
  for (const [member, run] of work.state.runs) {
    if (work.now - run.startedAt >= runMs) await abandon(work, member, run)
    else if (active(run) && work.now >= run.resendAt) {
      repeat(work, member, run)
      setRun(work, member, { ...run, resendAt: work.now + resendMs })
    }
  }
}
