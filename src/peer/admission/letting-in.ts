/**
 * From flow 5 to the roster, at the doorkeeper.
 *
 *   confirming ──flow 5 right, A1 opens──> A2 ──> meeting ──A3 right──> on the roster, A4 ──> admitted
 *        └── wrong ──> over                                   └── removed, or another's keys ──> a refusal in place of A4
 *
 * Before A3 is right it sends nothing but its own entry; an entry whose keys are not proved is never listed.
 */
import { type Bytes, DecodeError, equal } from '../../codec/index.ts'
import { removalOf } from '../../group/index.ts'
import {
  type Address,
  finishHandshake,
  type Identified,
  identify,
  type MemberId,
  runOf,
  unpadEntry,
} from '../../identity/index.ts'
import { admissionKeys, openAdmission, type RunResult, step } from '../../pake/index.ts'
import { encodeFrame, type Frame } from '../frames.ts'
import { isMember } from '../members.ts'
import { admit, type Finished, mergeWith } from '../membership.ts'
import { adoptInitiated, endPair, pairOf } from '../pairs.ts'
import type { PeerState } from '../state.ts'
import { earliest, notice, Rejection, type Transaction } from '../transaction.ts'
import { makeA2 } from './a2.ts'
import { noteBurst } from './bursts.ts'
import { noteMergeFailed, type PakeFrame } from './guest.ts'
import { confirmLevel } from './ledger.ts'
import { inSpan, recordRun } from './run-span.ts'
import { answerAgain, repeatAt, repeatIfDue, runMs, sendFlow, setAdmission, setDoorRun } from './slice.ts'
import type { DoorRun } from './state.ts'

/** From A2 to A3: later than this, somebody looked at an entry. */
const lookedMs = 10_000

const decodeEntry = (padded: Bytes) => {
  try {
    return unpadEntry(padded)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

/** The entry of A1; `null` where it does not open, is none, or is not of this address. */
const entryIn = async (
  tx: Transaction,
  from: Address,
  key: RunResultKeys['a1'],
  sealed: Bytes,
): Promise<Identified | null> => {
  const padded = await openAdmission(tx.ports.crypto, key, sealed)
  const entry = padded === null ? null : decodeEntry(padded)
  if (entry === null || entry.address !== from) return null
  const guest = identify(tx.ports.crypto, tx.state.groupId, entry)
  return guest.id === tx.state.self.id ? null : guest
}

type RunResultKeys = Awaited<ReturnType<typeof admissionKeys>>

/** A wrong password, and all that is treated like one: the charge stays. */
const fail = (tx: Transaction, from: Address, run: DoorRun): void => {
  setDoorRun(tx, from, { ...run, since: tx.now, slotUntil: tx.now, stage: { kind: 'over' } })
  if (run.proof === 'verifier') return noteMergeFailed(tx, from)
  noteBurst(tx, 'wrong-password')
  const { untold } = tx.state.admission
  setAdmission(tx, { untold: { ...untold, count: untold.count + 1 } })
}

/** A2: the own entry, and flow 1 of the handshake that proves the guest's keys. */
const sendA2 = async (
  tx: Transaction,
  to: Address,
  run: DoorRun,
  guest: Identified,
  keys: RunResultKeys,
): Promise<void> => {
  const { frame, handshake } = await makeA2(tx, run.run, guest, keys)
  tx.stale.push(keys.a2) // FS
  const sent = sendFlow(tx, to, frame)
  const stage = { kind: 'meeting', guest, handshake, noted: false } as const
  setDoorRun(tx, to, { ...run, since: tx.now, slotUntil: tx.now, charged: false, stage, sent })
}

const confirm = async (
  tx: Transaction,
  from: Address,
  run: DoorRun,
  result: RunResult,
  sealed: Bytes,
): Promise<void> => {
  const keys = await admissionKeys(tx.ports.crypto, result)
  const guest = await entryIn(tx, from, keys.a1, sealed)
  tx.stale.push(result.key, keys.a1) // FS
  if (guest === null) {
    tx.stale.push(keys.a2, keys.psk) // FS
    return fail(tx, from, run)
  }
  if (run.charged) confirmLevel(tx)
  await sendA2(tx, from, run, guest, keys)
}

/** Flow 5, with A1. */
export const receiveFlow5 = async (tx: Transaction, from: Address, frame: PakeFrame): Promise<void> => {
  const run = tx.state.admission.door.runs.get(from)
  if (run === undefined || run.proof !== frame.proof || !equal(run.run, frame.run))
    throw new Rejection('pake/unexpected')
  if (run.stage.kind === 'meeting')
    return setDoorRun(tx, from, { ...run, sent: answerAgain(tx, from, run.sent) })
  if (run.stage.kind !== 'confirming') throw new Rejection('pake/unexpected')
  const { state } = run.stage
  const outcome = await inSpan(tx, run.span, () => step(tx.ports.crypto, state, frame.body))
  recordRun(tx, run.span, run.proof, outcome.kind === 'done' ? null : 'pake/failed')
  tx.stale.push(...outcome.stale) // FS
  if (outcome.kind === 'done') return confirm(tx, from, run, outcome.result, frame.beside)
  fail(tx, from, run)
}

type EnterFrame = Extract<Frame, { kind: 'enter' }>

/** Lists the entry, and sends A4. False where the group refuses it: it is removed, another's, or there is no place. */
const list = async (
  tx: Transaction,
  { proof }: DoorRun,
  guest: Identified,
  finished: Finished,
): Promise<boolean> => {
  const before = tx.state
  const [effects, stale] = [tx.effects.length, tx.stale.length]
  try {
    await (proof === 'password' ? admit(tx, guest, finished) : mergeWith(tx, guest, finished))
    return true
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    tx.state = before
    tx.effects.length = effects
    tx.stale.length = stale
    tx.effects.push({ kind: 'reject', code: error.code })
    return false
  }
}

/** In place of A4. Only here, so that nobody learns who is on the roster without keys that were proved. */
const turnDown = async (tx: Transaction, guest: Identified, finished: Finished): Promise<Bytes> => {
  const removal = removalOf(tx.state.group, guest.id)
  const { by, reason } = removal ?? { by: null, reason: 'evicted' }
  const live = pairOf(tx.state, guest.id)
  const body = await adoptInitiated(tx, finished, { kind: 'removed', by, reason, live: 0 })
  // One that is on the roster under this very id keeps its session.
  if (live === null) endPair(tx, guest.id)
  return encodeFrame({ kind: 'pair', body })
}

/** A4 as its session keeps it, until the guest spoke in it. */
const a4 = (state: PeerState, guest: Identified): Bytes | null => pairOf(state, guest.id)?.next?.frame ?? null

/** A3 again: A4 may have been lost. One that was removed since is told nothing but that, elsewhere. */
const repeatA4 = (tx: Transaction, from: Address, run: DoorRun, listed: MemberId | null): void =>
  setDoorRun(
    tx,
    from,
    listed !== null && !isMember(tx.state, listed) ? null : { ...run, sent: answerAgain(tx, from, run.sent) },
  )

/** A3. False where it belongs to no run of this door. */
export const receiveA3 = async (
  tx: Transaction,
  from: Address,
  { run: id, flow2 }: EnterFrame,
): Promise<boolean> => {
  const run = tx.state.admission.door.runs.get(from)
  if (run === undefined || !equal(run.run, id)) return false
  if (run.stage.kind === 'admitted') repeatA4(tx, from, run, run.stage.listed)
  if (run.stage.kind !== 'meeting') return true
  const { guest, handshake } = run.stage
  const finish = await finishHandshake(tx.ports.crypto, handshake, flow2)
  const handshakeRun = runOf(handshake.flow1)
  if (finish.kind === 'rejected' || handshakeRun === null)
    throw new Rejection(finish.kind === 'rejected' ? finish.code : 'handshake/malformed')
  tx.stale.push(...finish.stale) // FS
  const finished = { member: guest.id, address: from, run: handshakeRun, start: finish.start }
  const isListed = await list(tx, run, guest, finished)
  const bytes = isListed ? a4(tx.state, guest) : await turnDown(tx, guest, finished)
  const sent = bytes === null ? run.sent : { bytes, at: tx.now, last: tx.now, times: 0 }
  setDoorRun(tx, from, {
    ...run,
    since: tx.now,
    stage: { kind: 'admitted', listed: isListed ? guest.id : null },
    sent,
  })
  if (isListed && run.proof === 'verifier') notice(tx, 'merged', { member: guest.id, name: guest.entry.name })
  return true
}

/** A4 is repeated by its session. */
const repeats = ({ stage: { kind } }: DoorRun): boolean => kind === 'confirming' || kind === 'meeting'

const tickRun = (tx: Transaction, address: Address, run: DoorRun): void => {
  const { stage } = run
  if (tx.now >= run.startedAt + runMs) {
    if (stage.kind === 'confirming') {
      recordRun(tx, run.span, run.proof, 'pake/expired')
      noteBurst(tx, 'disturbed')
    }
    return setDoorRun(tx, address, null)
  }
  const sent = repeats(run) ? repeatIfDue(tx, address, run.sent, false) : run.sent
  if (stage.kind === 'meeting' && !stage.noted && tx.now >= run.since + lookedMs) {
    noteBurst(tx, 'looked-at-entry')
    return setDoorRun(tx, address, { ...run, sent, stage: { ...stage, noted: true } })
  }
  if (sent !== run.sent) setDoorRun(tx, address, { ...run, sent })
}

/** Repeats flows, shows who only looked, ends what takes too long. */
export const tickLettingIn = (tx: Transaction): void => {
  for (const [address, run] of tx.state.admission.door.runs) tickRun(tx, address, run)
}

const wakeOf = (run: DoorRun): number | null =>
  earliest(
    run.startedAt + runMs,
    run.stage.kind === 'meeting' && !run.stage.noted ? run.since + lookedMs : null,
    repeats(run) ? repeatAt(run.sent, false) : null,
  )

export const wakeAtLettingIn = ({ admission }: PeerState): number | null =>
  earliest(...[...admission.door.runs.values()].map(wakeOf))
