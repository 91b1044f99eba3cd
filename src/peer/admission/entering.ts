/**
 * A2 to A4 at the guest, and the end of the password there.
 *
 *   shown ──A2: entry of this address, of the inviter where the link names it──> A3 ──A4──> roster
 *
 *   in ──a second member met · nobody else here · 60 s──> seed wiped
 */
import { type Bytes, DecodeError, equal } from '../../codec/index.ts'
import type { Secret } from '../../crypto/index.ts'
import { removalOf } from '../../group/index.ts'
import {
  type Address,
  type Identified,
  identify,
  type MemberId,
  memberIdOf,
  respondHandshake,
  runOf,
  unpadEntry,
} from '../../identity/index.ts'
import { openAdmission } from '../../pake/index.ts'
import type { Frame } from '../frames.ts'
import { isMember, isRemoved, otherMembers } from '../members.ts'
import { mergeWith } from '../membership.ts'
import { adoptCandidate, hasSession } from '../pairs.ts'
import { withinReach } from '../reach.ts'
import { isPresent } from '../room.ts'
import type { PeerState } from '../state.ts'
import { notice, Rejection, type Transaction } from '../transaction.ts'
import { noteMergeFailed, refuse } from './guest.ts'
import { receiveA3 } from './letting-in.ts'
import { answerAgain, sendFlow, setAdmission, setGuest, setJoining } from './slice.ts'
import type { AdmissionState, GuestRun, Refusal } from './state.ts'

/** The seed is kept no longer than this, in case the doorkeeper leads nowhere. */
const keepSeedMs = 60_000

type AdmitFrame = Extract<Frame, { kind: 'admit' }>

const decodeEntry = (padded: Bytes) => {
  try {
    return unpadEntry(padded)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

/** Why this doorkeeper is none for this guest; `null` where it is. */
const objectionTo = (tx: Transaction, from: Address, doorkeeper: Identified | null): Refusal | null => {
  const { self, admission } = tx.state
  if (doorkeeper === null || doorkeeper.entry.address !== from || doorkeeper.id === self.id) return 'entry'
  const invitation = admission.joining?.invitation
  if (invitation?.address === from && invitation.entryHash !== doorkeeper.hash) return 'not-inviter'
  return isRemoved(tx.state, doorkeeper.id) ? 'entry' : null
}

const sendA3 = async (
  tx: Transaction,
  to: Address,
  run: GuestRun,
  {
    psk,
    doorkeeper,
    flow1,
  }: { readonly psk: Secret; readonly doorkeeper: Identified; readonly flow1: Bytes },
): Promise<void> => {
  const { groupId, self } = tx.state
  const answer = await respondHandshake(tx.ports.crypto, { groupId, self, peer: doorkeeper, psk }, flow1)
  const handshakeRun = runOf(flow1)
  // The relay may have changed flow 1, which no seal covers: the right one comes again.
  if (answer.kind === 'rejected') throw new Rejection(answer.code)
  if (handshakeRun === null) throw new Rejection('handshake/malformed')
  tx.stale.push(...answer.stale) // FS
  const sent = sendFlow(tx, to, { kind: 'enter', run: run.run, flow2: answer.flow2 })
  setGuest(tx, to, { ...run, sent, since: tx.now, stage: { kind: 'entering', doorkeeper, flow1 } })
  await adoptCandidate(
    tx,
    { member: doorkeeper.id, address: to, run: handshakeRun, start: answer.start },
    sent.bytes,
  )
  // What the partner then says counts, although it is on no roster here yet.
  if (run.proof === 'verifier') await mergeWith(tx, doorkeeper, null)
}

const takeA2 = async (
  tx: Transaction,
  from: Address,
  run: GuestRun,
  { entry, flow1 }: AdmitFrame,
): Promise<void> => {
  const { stage } = run
  if (stage.kind === 'entering' && equal(stage.flow1, flow1))
    return setGuest(tx, from, { ...run, sent: answerAgain(tx, from, run.sent) })
  if (stage.kind !== 'shown') throw new Rejection('pake/unexpected')
  const padded = await openAdmission(tx.ports.crypto, stage.keys.a2, entry)
  if (padded === null) throw new Rejection('pake/failed')
  const shown = decodeEntry(padded)
  const doorkeeper = shown === null ? null : identify(tx.ports.crypto, tx.state.groupId, shown)
  const objection = objectionTo(tx, from, doorkeeper)
  if (objection !== null || doorkeeper === null) {
    setGuest(tx, from, null)
    // One that was removed here does not become a partner by asking once more.
    return run.proof === 'password' ? refuse(tx, from, objection ?? 'entry') : noteMergeFailed(tx, from)
  }
  await sendA3(tx, from, run, { psk: stage.keys.psk, doorkeeper, flow1 })
  tx.stale.push(stage.keys.a2) // FS
}

/** A2. */
export const receiveAdmit = async (tx: Transaction, from: Address, frame: AdmitFrame): Promise<void> => {
  const run = tx.state.admission.guests.get(from)
  if (run === undefined || !equal(run.run, frame.run)) throw new Rejection('pake/unexpected')
  return takeA2(tx, from, run, frame)
}

/** A3. */
export const receiveEnter = async (
  tx: Transaction,
  from: Address,
  frame: Extract<Frame, { kind: 'enter' }>,
): Promise<void> => {
  if (!(await receiveA3(tx, from, frame))) throw new Rejection('pake/unexpected')
}

/** The roster of a doorkeeper was taken: this newcomer is in. */
export const noteRoster = (tx: Transaction): void => {
  for (const [address, { proof, stage }] of tx.state.admission.guests) {
    if (proof !== 'password' || stage.kind !== 'entering' || !isMember(tx.state, stage.doorkeeper.id))
      continue
    if (tx.state.admission.joining?.inSince === null)
      setJoining(tx, { inSince: tx.now, doorkeeper: stage.doorkeeper.id })
    setGuest(tx, address, null)
  }
}

/** A doorkeeper let the entry be proved, and says that it is removed or another's: not again there. */
export const hearRefusal = (tx: Transaction, doorkeeper: Identified): void => {
  const { address } = doorkeeper.entry
  setGuest(tx, address, null)
  refuse(tx, address, 'entry')
}

/** The password is no longer needed: its seed goes, and all runs that prove it. */
export const finishJoining = (tx: Transaction): void => {
  const { joining, guests } = tx.state.admission
  if (joining === null) return
  for (const [address, { proof }] of guests) if (proof === 'password') setGuest(tx, address, null)
  tx.stale.push(joining.seed) // FS
  setAdmission(tx, { joining: null })
}

/** Entries that the doorkeeper listed and that have yet to come. */
const isExpecting = ({ group }: PeerState, doorkeeper: MemberId | null): boolean => {
  const listed = doorkeeper === null ? undefined : group.expected.get(doorkeeper)
  return [...(listed ?? [])].some((hash) => {
    const id = memberIdOf(hash)
    return !group.roster.entries.has(id) && removalOf(group, id) === null
  })
}

/** Somebody else is here, and no second member finished a handshake: the doorkeeper may lead nowhere. */
const isSeedNeeded = (state: PeerState, doorkeeper: MemberId | null, now: number): boolean => {
  const others = otherMembers(state).filter(({ id }) => id !== doorkeeper)
  const near = withinReach(state, now)
  if (others.some(({ id }) => near.has(id) && hasSession(state, id))) return false
  return isExpecting(state, doorkeeper) || others.some(({ entry }) => isPresent(state, entry.address))
}

/** Whether a flow 4 may still come, or A2 to be answered: its sender was charged, and waits for flow 5. */
const isOwing = ({ guests }: AdmissionState): boolean =>
  [...guests.values()].some(({ proof, stage }) => proof === 'password' && stage.kind === 'proving')

export const tickEntering = async (tx: Transaction): Promise<void> => {
  const { joining } = tx.state.admission
  if (joining !== null && joining.inSince !== null) {
    const isLate = tx.now >= joining.inSince + keepSeedMs
    const isNeeded = isSeedNeeded(tx.state, joining.doorkeeper, tx.now) || isOwing(tx.state.admission)
    if (isLate || !isNeeded) finishJoining(tx)
  }
  await tickMerged(tx)
}

/** The other side of a merge spoke in its session: it gets this side's roster. */
const tickMerged = async (tx: Transaction): Promise<void> => {
  for (const [address, { proof, stage }] of tx.state.admission.guests) {
    if (proof !== 'verifier' || stage.kind !== 'entering' || !hasSession(tx.state, stage.doorkeeper.id))
      continue
    setGuest(tx, address, null)
    await mergeWith(tx, stage.doorkeeper, null)
    notice(tx, 'merged', { member: stage.doorkeeper.id, name: stage.doorkeeper.entry.name })
  }
}

export const wakeAtEntering = ({ admission: { joining } }: PeerState): number | null =>
  joining?.inSince == null ? null : joining.inSince + keepSeedMs
