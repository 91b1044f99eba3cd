import { type Bytes, DecodeError, encode, equal, fromHex } from '../codec/index.ts'
import { isGone, type MemberId, membersOf } from '../group/index.ts'
import { initiate, type RunOutcome, type RunResult, type RunState, respond, step } from '../pake/index.ts'
import {
  createSession,
  decodePublicKeys,
  encodePublicKeys,
  generateRatchetKeys,
  type PublicKeys,
} from '../ratchet/index.ts'
import { countGuess, maxDelayMs } from './guesses.ts'
import { beginSession, meet } from './pairing.ts'
import { Rejection, type Run, type Work } from './state.ts'
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
  const sent = encode(frame, { kind: 'pake', suite: work.state.suite.id, run: run.id, flow, body })
  work.effects.push({ kind: 'send', to, via: 'relay', bytes: sent })
  return { ...run, flow, sent, resendAt: work.now + resendMs }
}

const payloadFor = (work: Work, role: Run['role'], member: MemberId, payload: Bytes) => {
  const [own, other] = [fromHex(work.state.self), fromHex(member)]
  const [initiator, responder] = role === 'initiator' ? [own, other] : [other, own]
  return { prs: work.state.verifier, initiator, responder, payload }
}

const newRun = async (work: Work, role: Run['role'], id: Bytes): Promise<Omit<Run, 'state'>> => ({
  id,
  role,
  keys: await generateRatchetKeys(work.ports.crypto),
  flow: 0,
  sent: null,
  startedAt: work.now,
  clock: work.ports.recorder.now(),
  resendAt: work.now + resendMs,
})

/** Starts proving the password to `member`. */
export const prove = async (work: Work, member: MemberId): Promise<void> => {
  const { crypto } = work.ports
  const run = await newRun(work, 'initiator', crypto.random(16))
  const input = payloadFor(work, 'initiator', member, encodePublicKeys(run.keys))
  const { state, message } = initiate(crypto, work.state.suite, input)
  setRun(work, member, transmit(work, member, { ...run, state }, message))
}

const active = ({ state }: Run): boolean => state !== null

/** A responder's fourth flow lets the other side test one guess, whether or not a fifth comes. */
const spendsGuess = ({ state }: Run): boolean => state?.kind === 'awaiting-confirmation'

/** One guess at the password was spent. */
export const countFailure = (work: Work, member: MemberId): void => {
  const { guesses, refused, joined } = work.state
  work.state = {
    ...work.state,
    refused: new Set(refused).add(member),
    guesses: countGuess(guesses, work.now),
  }
  const name = membersOf(work.state.group).find(({ id }) => id === member)?.name ?? null
  if (joined) work.effects.push({ kind: 'notice', code: 'guess-failed', member, name })
}

const record = (work: Work, run: Run, error: string | null): void => {
  const { recorder } = work.ports
  const duration = recorder.now() - run.clock
  recorder.record({
    operation: 'pake_run',
    algorithm: 'CPaceOQUAKE',
    start: run.clock,
    duration,
    bytesIn: 0,
    bytesOut: 0,
    error,
  })
}

/** Gives a run up. */
export const abandon = (work: Work, member: MemberId, run: Run): void => {
  setRun(work, member, null)
  if (!active(run)) return
  record(work, run, 'pake/expired')
  if (spendsGuess(run)) countFailure(work, member)
}

const answerOpening = async (work: Work, from: MemberId, message: PakeFrame): Promise<void> => {
  const existing = work.state.runs.get(from)
  if (existing !== undefined && equal(existing.id, message.run)) return repeat(work, from, existing)
  if (existing !== undefined && active(existing)) {
    // Both opened at once: the greater id's run goes on.
    if (existing.role === 'initiator' && existing.flow === 1 && work.state.self > from) return
    abandon(work, from, existing)
  }
  const { guesses, runs } = work.state
  const crowded = [...runs.values()].filter(active).length >= maxRuns
  if (crowded || work.now < guesses.blockedUntil) {
    const retryAfterMs = Math.max(crowded ? resendMs : 0, guesses.blockedUntil - work.now)
    const busy = encode(frame, { kind: 'busy', run: message.run, retryAfterMs })
    work.effects.push({ kind: 'send', to: from, via: 'relay', bytes: busy })
    return
  }
  const run = await newRun(work, 'responder', message.run)
  const input = payloadFor(work, 'responder', from, encodePublicKeys(run.keys))
  await advance(work, from, { ...run, state: respond(work.state.suite, input) }, message.body)
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
  const outcome: RunOutcome = await step(work.ports.crypto, run.state, body)
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

/** One flow of a run arrived. */
export const receivePake = async (work: Work, from: MemberId, message: PakeFrame): Promise<void> => {
  if (message.suite !== work.state.suite.id) throw new Rejection('pake/unknown-suite')
  if (from === work.state.self) throw new Rejection('pake/failed')
  // Whoever left or was evicted never comes back under this id.
  if (isGone(work.state.group.roster, from)) throw new Rejection('group/not-a-member')
  if (message.flow === 1) return answerOpening(work, from, message)
  const run = work.state.runs.get(from)
  if (run === undefined || !equal(run.id, message.run)) throw new Rejection('pake/unexpected')
  if (message.flow === run.flow - 1) return repeat(work, from, run)
  if (run.state === null || message.flow !== run.flow + 1) throw new Rejection('pake/unexpected')
  await advance(work, from, { ...run, state: run.state }, message.body)
}

/** A member asks to try later. Only the side that opened the run heeds it. */
export const receiveBusy = (work: Work, from: MemberId, message: Extract<Frame, { kind: 'busy' }>): void => {
  const run = work.state.runs.get(from)
  if (run?.role !== 'initiator' || run.flow !== 1 || !equal(run.id, message.run)) {
    throw new Rejection('pake/unexpected')
  }
  setRun(work, from, null)
  const retryAt = Math.max(work.state.retryAt ?? 0, work.now + Math.min(message.retryAfterMs, maxDelayMs))
  work.state = { ...work.state, retryAt, refused: new Set(work.state.refused).add(from) }
}

/** Repeats flows that got no answer, and ends runs that took too long. */
export const tickRuns = (work: Work): void => {
  for (const [member, run] of work.state.runs) {
    if (work.now - run.startedAt >= runMs) abandon(work, member, run)
    else if (active(run) && work.now >= run.resendAt) {
      repeat(work, member, run)
      setRun(work, member, { ...run, resendAt: work.now + resendMs })
    }
  }
}
