/**
 * A run that this member opened, as a newcomer (CPaceOQUAKE+, proves the password) or to merge (CPaceOQUAKE, on the
 * verifier).
 *
 *   opened ──flow 2──> proving ──flow 4 right──> shown ──A2──> entering ──A4──> in
 *      └──another is proving──> held ──┘  └──flow 4 wrong──> over
 *
 * A flow 4 is looked at only where the level allows it: the flow 5 that answers it says whether it was right.
 */
import { type Bytes, concat, equal } from '../../codec/index.ts'
import { type Address, padEntry, sealedEntryBytes } from '../../identity/index.ts'
import {
  admissionKeys,
  initiate,
  initiatePlus,
  isFlow2,
  type RunOutcome,
  type RunResult,
  sealAdmission,
  step,
} from '../../pake/index.ts'
import type { Frame, Proof } from '../frames.ts'
import type { PeerState } from '../state.ts'
import { earliest, Rejection, type Transaction } from '../transaction.ts'
import { noteBurst } from './bursts.ts'
import {
  chargeLevel,
  chargeOwnLevel,
  confirmLevel,
  isOwnLevelScarce,
  levelAllowedAt,
  levelAllows,
  ownLevelAllowedAt,
  ownLevelAllows,
} from './ledger.ts'
import { inSpan, openSpan, recordRun } from './run-span.ts'
import {
  answerAgain,
  idsOf,
  repeatAt,
  repeatIfDue,
  runMs,
  sendFlow,
  setAdmission,
  setGuest,
  setJoining,
} from './slice.ts'
import { type GuestRun, isUndecided, putBounded, type Refusal } from './state.ts'

export type PakeFrame = Extract<Frame, { kind: 'pake' }>

/** A newcomer waits for one member at a time, this long in all: strangers may answer flow 1 and say no more. */
const patienceMs = 5_000
/** The same where each proof that fails costs minutes, from the first question or the end of such a wait. */
const scarcePatienceMs = 30_000
const none: Bytes = new Uint8Array(0)
/** A merge that got no valid flow 2 by then gives way to the next. */
const mergeOpeningMs = 15_000
const aeadTag = 16
/** Addresses of which tries to merge are remembered. */
export const maxMerges = 256

const stageOf = (tx: Transaction, run: GuestRun, stage: GuestRun['stage'], sent = run.sent): GuestRun => ({
  ...run,
  stage,
  sent,
  since: tx.now,
})

const pakeFrame = (run: GuestRun, flow: number, body: Bytes, beside: Bytes): PakeFrame => ({
  kind: 'pake',
  proof: run.proof,
  run: run.run,
  flow,
  body,
  beside,
})

/** Opens a run; one that was open there ends. */
export const openRun = async (tx: Transaction, to: Address, proof: Proof): Promise<void> => {
  const { crypto } = tx.ports
  const { self, password, admission } = tx.state
  const input = { prs: password.verifier, ...idsOf(self.entry.address, to) }
  const seed = admission.joining?.seed
  if (proof === 'password' && seed === undefined) return
  const span = openSpan(tx)
  const { state, message } = await inSpan(tx, span, async () =>
    proof === 'password' && seed !== undefined
      ? initiatePlus(crypto, { ...input, seed })
      : initiate(crypto, input),
  )
  const run = crypto.random(16)
  setGuest(tx, to, null)
  const sent = sendFlow(tx, to, { kind: 'pake', proof, run, flow: 1, body: message, beside: none })
  setGuest(tx, to, {
    proof,
    run,
    flow1: message,
    startedAt: tx.now,
    since: tx.now,
    until: tx.now + (proof === 'verifier' ? mergeOpeningMs : runMs),
    blocks: true,
    span,
    stage: { kind: 'opened', state },
    sent,
  })
}

/** Not again at this address under this password. */
export const refuse = (tx: Transaction, address: Address, refusal: Refusal): void => {
  const { joining } = tx.state.admission
  if (joining !== null) setJoining(tx, { refused: new Map(joining.refused).set(address, refusal) })
}

/** Until when one is asked after the other. */
export const patientUntil = (state: PeerState, now: number): number => {
  const { joining } = state.admission
  if (joining?.askingSince == null) return Number.POSITIVE_INFINITY
  if (isOwnLevelScarce(state, now))
    return Math.max(joining.askingSince, ownLevelAllowedAt(state, now)) + scarcePatienceMs
  return joining.askingSince + patienceMs
}

/** Another run of a newcomer whose flow 3 is out: one password is tried at one member after the other. */
const isProvingElsewhere = (tx: Transaction, address: Address): boolean =>
  tx.now < patientUntil(tx.state, tx.now) &&
  [...tx.state.admission.guests].some(
    ([other, { stage, blocks }]) => other !== address && blocks && stage.kind === 'proving',
  )

const prove = async (tx: Transaction, to: Address, run: GuestRun, flow2: Bytes): Promise<void> => {
  if (run.stage.kind !== 'opened' && run.stage.kind !== 'held') return
  const { state } = run.stage
  const outcome = await inSpan(tx, run.span, () => step(tx.ports.crypto, state, flow2))
  if (outcome.kind !== 'continue') return
  tx.stale.push(...outcome.stale) // FS
  const sent = sendFlow(tx, to, pakeFrame(run, 3, outcome.message, concat(run.flow1, flow2)))
  const next = stageOf(tx, run, { kind: 'proving', state: outcome.state, flow4: null }, sent)
  setGuest(tx, to, { ...next, blocks: true, until: run.startedAt + runMs })
}

const takeFlow2 = async (tx: Transaction, from: Address, run: GuestRun, flow2: Bytes): Promise<void> => {
  const { stage } = run
  if (stage.kind === 'proving') return setGuest(tx, from, { ...run, sent: answerAgain(tx, from, run.sent) })
  if (stage.kind !== 'opened' || !isFlow2(tx.ports.crypto, flow2)) throw new Rejection('pake/unexpected')
  const { joining } = tx.state.admission
  const asked = joining?.asked.get(from)
  if (joining !== null && asked !== undefined)
    setJoining(tx, { asked: new Map(joining.asked).set(from, { ...asked, answered: true }) })
  if (run.proof === 'password' && isProvingElsewhere(tx, from))
    return setGuest(tx, from, stageOf(tx, run, { kind: 'held', state: stage.state, flow2 }))
  return prove(tx, from, run, flow2)
}

/** A flow 2 that waited goes on once no other flow 3 is out. */
export const resumeHeld = async (tx: Transaction): Promise<void> => {
  for (const [address, run] of tx.state.admission.guests) {
    if (run.stage.kind !== 'held' || isProvingElsewhere(tx, address)) continue
    await prove(tx, address, run, run.stage.flow2)
  }
}

/** Shows one's entry to somebody who knows the password. */
const show = async (
  tx: Transaction,
  to: Address,
  run: GuestRun,
  { flow4, flow5, result }: { readonly flow4: Bytes; readonly flow5: Bytes; readonly result: RunResult },
): Promise<void> => {
  const { crypto } = tx.ports
  const { a1, a2, psk } = await admissionKeys(crypto, result)
  const sealed = await sealAdmission(crypto, a1, padEntry(tx.state.self.entry))
  tx.stale.push(result.key, a1) // FS
  const sent = sendFlow(tx, to, pakeFrame(run, 5, flow5, sealed))
  setGuest(tx, to, stageOf(tx, run, { kind: 'shown', keys: { a2, psk }, flow4 }, sent))
}

/** The other password, or tampering. Flow 5 has the size of a right one, and says so to nobody but its reader. */
const giveUp = (tx: Transaction, to: Address, run: GuestRun, flow4: Bytes, flow5: Bytes): void => {
  const rubbish = tx.ports.crypto.random(sealedEntryBytes + aeadTag)
  const sent = sendFlow(tx, to, pakeFrame(run, 5, flow5, rubbish))
  setGuest(tx, to, stageOf(tx, run, { kind: 'over', flow4 }, sent))
  if (run.proof === 'password') return refuse(tx, to, 'proof')
  noteMergeFailed(tx, to)
}

/** "Another room of this name, with another password." */
export const noteMergeFailed = (tx: Transaction, address: Address): void => {
  const { merges } = tx.state.admission
  const before = merges.get(address) ?? { tries: 0, notBefore: 0 }
  if (!merges.get(address)?.failed) noteBurst(tx, 'other-room')
  setAdmission(tx, { merges: putBounded(merges, address, { ...before, failed: true }, maxMerges) })
}

/** The link says whose entry to expect there, so one wrong flow 4 of that address is always answered. */
const mayLook = (tx: Transaction, from: Address, { proof }: GuestRun): boolean => {
  if (proof === 'verifier') return levelAllows(tx.state, tx.now)
  return tx.state.admission.joining?.invitation?.address === from || ownLevelAllows(tx.state, tx.now)
}

const isDone = (outcome: RunOutcome): outcome is Extract<RunOutcome, { kind: 'done' }> =>
  outcome.kind === 'done'

/** Charges before flow 5 leaves; a merge's charge goes back at once where flow 4 was right. */
const lookAtFlow4 = async (tx: Transaction, from: Address, run: GuestRun, flow4: Bytes): Promise<void> => {
  if (run.stage.kind !== 'proving') return
  const { state } = run.stage
  const outcome = await inSpan(tx, run.span, () => step(tx.ports.crypto, state, flow4))
  if (outcome.kind === 'continue' || outcome.message === null) return
  tx.stale.push(...outcome.stale) // FS
  recordRun(tx, run.span, run.proof, isDone(outcome) ? null : 'pake/failed')
  const charged = run.proof === 'verifier' && chargeLevel(tx)
  if (isDone(outcome)) {
    if (charged) confirmLevel(tx)
    return show(tx, from, run, { flow4, flow5: outcome.message, result: outcome.result })
  }
  if (run.proof === 'password') chargeOwnLevel(tx)
  giveUp(tx, from, run, flow4, outcome.message)
}

const takeFlow4 = async (tx: Transaction, from: Address, run: GuestRun, flow4: Bytes): Promise<void> => {
  const { stage } = run
  if ((stage.kind === 'shown' || stage.kind === 'over') && equal(stage.flow4, flow4))
    return setGuest(tx, from, { ...run, sent: answerAgain(tx, from, run.sent) })
  if (stage.kind !== 'proving' || stage.flow4 !== null) throw new Rejection('pake/unexpected')
  if (mayLook(tx, from, run)) return lookAtFlow4(tx, from, run, flow4)
  setGuest(tx, from, { ...run, blocks: false, stage: { ...stage, flow4 } })
}

/** Flows 4 that waited for the level. */
export const lookAtKept = async (tx: Transaction): Promise<void> => {
  for (const [address, run] of tx.state.admission.guests) {
    if (run.stage.kind !== 'proving' || run.stage.flow4 === null || !mayLook(tx, address, run)) continue
    await lookAtFlow4(tx, address, run, run.stage.flow4)
  }
}

/** Flow 2 or 4 of a run that this member opened. */
export const receiveAsGuest = async (tx: Transaction, from: Address, frame: PakeFrame): Promise<void> => {
  const run = tx.state.admission.guests.get(from)
  if (run === undefined || run.proof !== frame.proof || !equal(run.run, frame.run))
    throw new Rejection('pake/unexpected')
  return frame.flow === 2 ? takeFlow2(tx, from, run, frame.body) : takeFlow4(tx, from, run, frame.body)
}

/** Repeats flows that got no answer. Flow 5 of a run that failed is repeated too: nobody is to see which one did. */
export const repeatGuests = (tx: Transaction): void => {
  for (const [address, run] of tx.state.admission.guests) {
    const { kind } = run.stage
    if (kind === 'held') continue
    const sent = repeatIfDue(tx, address, run.sent, kind === 'opened')
    if (sent !== run.sent) setGuest(tx, address, { ...run, sent })
  }
}

/** Ends runs whose time is over. */
export const expireGuests = (tx: Transaction, ended: (address: Address, run: GuestRun) => void): void => {
  for (const [address, run] of tx.state.admission.guests) {
    if (tx.now < run.until) continue
    if (isUndecided(run)) recordRun(tx, run.span, run.proof, 'pake/expired')
    setGuest(tx, address, null)
    ended(address, run)
  }
}

const wakeOf = (state: PeerState, run: GuestRun, now: number): number | null => {
  const { stage, until } = run
  if (stage.kind === 'held') return Math.min(until, Math.max(now, patientUntil(state, now)))
  const repeats = repeatAt(run.sent, stage.kind === 'opened')
  if (stage.kind !== 'proving' || stage.flow4 === null) return earliest(until, repeats)
  const looked = run.proof === 'verifier' ? levelAllowedAt(state, now) : ownLevelAllowedAt(state, now)
  return earliest(until, repeats, looked)
}

export const wakeAtGuests = (state: PeerState, now: number): number | null =>
  earliest(...[...state.admission.guests.values()].map((run) => wakeOf(state, run, now)))
