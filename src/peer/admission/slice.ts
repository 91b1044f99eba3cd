/**
 * The small changes of the admission slice, and flows that are sent again with the same bytes.
 */
import { type Bytes, fromHex } from '../../codec/index.ts'
import type { Address } from '../../identity/index.ts'
import { encodeFrame, type Frame } from '../frames.ts'
import { sendBytes } from '../room.ts'
import { type Transaction, write } from '../transaction.ts'
import { dropSpan } from './run-span.ts'
import {
  type AdmissionState,
  type DoorRun,
  type DoorState,
  type GuestRun,
  isUndecided,
  type Joining,
  type Sent,
  secretsOfDoorRun,
  secretsOfGuest,
} from './state.ts'

/** Every flow goes again with the same bytes after these times from its first sending. */
const repeatsMs: readonly number[] = [2_000, 5_000]
/** Flow 1, to which perhaps nobody listens yet: pauses of 2, 4, 8, 16 s. */
const openingsMs: readonly number[] = [2_000, 6_000, 14_000, 30_000]
/** A flow that comes again is answered with the same bytes, this often at most. */
const answerAgainMs = 500
/** Every run ends then. */
export const runMs = 60_000

export const setAdmission = (tx: Transaction, change: Partial<AdmissionState>): void =>
  write(tx, 'admission', { ...tx.state.admission, ...change })

export const setJoining = (tx: Transaction, change: Partial<Joining>): void => {
  const { joining } = tx.state.admission
  if (joining !== null) setAdmission(tx, { joining: { ...joining, ...change } })
}

export const setDoor = (tx: Transaction, change: Partial<DoorState>): void =>
  setAdmission(tx, { door: { ...tx.state.admission.door, ...change } })

/** `null` ends the run, and what it kept secret. */
export const setGuest = (tx: Transaction, address: Address, run: GuestRun | null): void => {
  const guests = new Map(tx.state.admission.guests)
  const before = guests.get(address)
  if (run === null) guests.delete(address)
  else guests.set(address, run)
  if (run === null && before !== undefined) {
    tx.stale.push(...secretsOfGuest(before)) // FS
    if (isUndecided(before)) dropSpan(tx, before.span)
  }
  setAdmission(tx, { guests })
}

export const setDoorRun = (tx: Transaction, address: Address, run: DoorRun | null): void => {
  const runs = new Map(tx.state.admission.door.runs)
  const before = runs.get(address)
  if (run === null) runs.delete(address)
  else runs.set(address, run)
  if (run === null && before !== undefined) {
    tx.stale.push(...secretsOfDoorRun(before)) // FS
    if (before.stage.kind === 'confirming') dropSpan(tx, before.span)
  }
  setDoor(tx, { runs })
}

/** The draft's `U` and `S`: the first 16 bytes of the two relay addresses. */
export const idsOf = (initiator: Address, responder: Address): { initiator: Bytes; responder: Bytes } => ({
  initiator: fromHex(initiator.slice(0, 32)),
  responder: fromHex(responder.slice(0, 32)),
})

/** Flows of a run go by the relay only: nothing about who is let in depends on a link. */
export const sendFlow = (tx: Transaction, to: Address, message: Frame): Sent => {
  const bytes = encodeFrame(message)
  sendBytes(tx, to, bytes, { path: 'relay' })
  return { bytes, at: tx.now, last: tx.now, times: 0 }
}

const scheduleOf = (isOpening: boolean): readonly number[] => (isOpening ? openingsMs : repeatsMs)

/** When the flow goes again by itself; `null`: no more. */
export const repeatAt = ({ at, times }: Sent, isOpening: boolean): number | null => {
  const after = scheduleOf(isOpening)[times]
  return after === undefined ? null : at + after
}

/** Sends it again, if that is due. */
export const repeatIfDue = (tx: Transaction, to: Address, sent: Sent, isOpening: boolean): Sent => {
  const due = repeatAt(sent, isOpening)
  if (due === null || tx.now < due) return sent
  sendBytes(tx, to, sent.bytes, { path: 'relay' })
  let { times } = sent
  // After a sleep of this machine one repeat stands for those that were missed.
  for (
    let next: number | null = due;
    next !== null && next <= tx.now;
    next = repeatAt({ ...sent, times }, isOpening)
  )
    times += 1
  return { ...sent, times, last: tx.now }
}

/** The other side sent its flow once more, so the answer may have been lost. */
export const answerAgain = (tx: Transaction, to: Address, sent: Sent): Sent => {
  if (tx.now - sent.last < answerAgainMs) return sent
  sendBytes(tx, to, sent.bytes, { path: 'relay' })
  return { ...sent, last: tx.now }
}
