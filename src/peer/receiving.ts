/**
 * What came from an address: which frame it is, who speaks, and which module hears it.
 *
 *   bytes ──> frame ──> pake · admit · enter · busy        admission/
 *                   ──> handshake                          meeting.ts
 *                   ──> pair ──> control ──> …             the module of its kind
 *                   ──> group                              delivery/
 *                   ──> answer · letter · used             asleep.ts
 */
import { type Bytes, DecodeError, decode } from '../codec/index.ts'
import type { MemberId } from '../identity/index.ts'
import { hearRefusal, noteRoster, receiveAdmit, receiveEnter } from './admission/entering.ts'
import { receiveBusy, receivePake } from './admission/runs.ts'
import { doorkeeperAt } from './admission/state.ts'
import {
  hearLetterNamed,
  hearRoots,
  openAsleep,
  receiveAnswer,
  receiveLetter,
  receiveLongFlow,
  receiveUsed,
  receiveWelcome,
  receiveWelcomed,
} from './asleep.ts'
import type { Control } from './controls.ts'
import { hearGone, hearMissing, hearNotYours, noteShownNumber } from './delivery/gaps.ts'
import { hearSaid, receiveGroupFrame } from './delivery/incoming.ts'
import { hearReceipt } from './delivery/receipts.ts'
import { answerRemoved, hearRemoved } from './farewell.ts'
import { factsOf } from './frame-facts.ts'
import { type Frame, frame } from './frames.ts'
import { receiveHandshake } from './meeting.ts'
import { entryOf, isMember, nameOf } from './members.ts'
import { hearGroup, hearRemoval, inGroup, takeRosterOf } from './membership.ts'
import { pairsAt } from './pairs.ts'
import { openPair } from './pairs-opening.ts'
import { hearPassword, hearPasswordHeld } from './password.ts'
import { hearHeartbeat, withinReach } from './reach.ts'
import { comeBack, hostOf, noteReturned, readmit, receiveReturn } from './returning.ts'
import type { PeerEvent } from './state.ts'
import { notice, orReject, Rejection, type Transaction } from './transaction.ts'

type Received = Omit<Extract<PeerEvent, { kind: 'received' }>, 'kind' | 'now'>

const decodeFrame = (bytes: Bytes): Frame => {
  try {
    return decode(frame, bytes)
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('frame/malformed')
    throw error
  }
}

const relayOnly: readonly Frame['kind'][] = ['pake', 'admit', 'enter', 'busy', 'used']

export const receive = async (tx: Transaction, { from, path, bytes }: Received): Promise<void> => {
  if (from === tx.state.self.entry.address) throw new Rejection('frame/unexpected')
  const message = decodeFrame(bytes)
  if (path === 'direct' && relayOnly.includes(message.kind)) throw new Rejection('frame/unexpected')
  switch (message.kind) {
    case 'pake':
      return receivePake(tx, from, message)
    case 'admit':
      if (await receiveWelcome(tx, from, message)) return
      return receiveAdmit(tx, from, message)
    case 'enter':
      if (await receiveWelcomed(tx, from, message)) return
      return receiveEnter(tx, from, message)
    case 'busy':
      return receiveBusy(tx, from, message)
    case 'handshake':
      if (await receiveReturn(tx, from, message)) return
      if (await receiveLongFlow(tx, from, path, message)) return
      return receiveHandshake(tx, from, message)
    case 'pair':
      return receivePair(tx, { from, path, bytes }, message.body)
    case 'group':
      if (pairsAt(tx.state, from).length === 0 && (await answerRemoved(tx, from))) return
      return receiveGroupFrame(tx, from, message)
    case 'answer':
      return receiveAnswer(tx, from, message)
    case 'letter':
      return receiveLetter(tx, from, message)
    case 'used':
      return receiveUsed(tx, from, message)
    // The host hands those to the transfers.
    case 'chunk':
      throw new Rejection('frame/unexpected')
  }
}

const receivePair = async (tx: Transaction, { from, path, bytes }: Received, body: Bytes): Promise<void> => {
  // Of somebody who was met while one of both slept: there may be no session of the pair yet.
  const met = await openAsleep(tx, from, body, path)
  if (met === 'held') return
  const isPaired = pairsAt(tx.state, from).length > 0
  const opened = met ?? (isPaired ? await openPair(tx, from, body, path) : null)
  if (opened === null) {
    const removed = await hearRemoved(tx, from, body)
    if (removed.kind === 'returned') return readmit(tx, removed)
    if (removed.kind === 'expired-here') return comeBack(tx, removed.teller)
    if (removed.kind === 'said') return
    if (!isPaired) throw new Rejection('pair/none')
    // Counted: after some of these a handshake is due.
    tx.effects.push({ kind: 'reject', code: 'ratchet/unreadable' })
    return
  }
  const { member, control } = opened
  tx.effects.push({ kind: 'opened', member, facts: factsOf(bytes, control) })
  // The frame opened, so its place in the ratchet is used up even where what it says is refused.
  await orReject(tx, () => hear(tx, member, control))
}

/** What a member says inside the pair session. Only those on the roster count. */
const hear = async (tx: Transaction, from: MemberId, message: Control): Promise<void> => {
  if (!isMember(tx.state, from)) return hearOutsider(tx, from, message)
  switch (message.kind) {
    case 'group':
      return hearGroup(tx, from, message.message)
    case 'signal':
      return hearSignal(tx, from, message.data)
    case 'heartbeat':
      return takeHeartbeat(tx, from, message)
    case 'said':
      return hearSaid(tx, from, message.message)
    case 'receipt':
      return hearReceipt(tx, from, message.numbers)
    case 'missing':
      return hearMissing(tx, from, message.numbers)
    case 'not-yours':
      return hearNotYours(tx, from, message.numbers)
    case 'gone':
      return hearGone(tx, from, message.numbers)
    case 'password':
      return hearPassword(tx, from, message.record)
    case 'password-held':
      return hearPasswordHeld(tx, from, message.hash)
    case 'failed-tries':
      return notice(tx, 'wrong-password-elsewhere', {
        member: from,
        name: nameOf(tx.state, from),
        count: message.count,
      })
    case 'roots':
      return hearRoots(tx, from, message.roots)
    case 'letter-named':
      return hearLetterNamed(tx, from, message.hash)
    case 'returned':
      throw new Rejection('group/not-a-member')
    case 'removed':
      return hearRemoval(tx, from, message)
    case 'file':
      tx.effects.push({ kind: 'file', from, control: message.message })
      return
  }
}

/** Of those on no roster here only a doorkeeper or a merge partner is heard. */
const hearOutsider = async (tx: Transaction, from: MemberId, message: Control): Promise<void> => {
  const doorkeeper = doorkeeperAt(tx.state.admission, from)
  if (doorkeeper !== null && message.kind === 'removed') return hearRefusal(tx, doorkeeper)
  if (message.kind === 'removed') return hearMergeRefused(tx, from, message)
  if (message.kind !== 'group') throw new Rejection('group/not-a-member')
  const host = hostOf(tx.state, from)
  const letIn = doorkeeper ?? host
  if (letIn === null || message.message.kind !== 'roster') return hearGroup(tx, from, message.message)
  await takeRosterOf(tx, letIn, message.message)
  noteRoster(tx)
  noteReturned(tx)
}

/**
 * The other part counts this member as expired. A member alone goes there under a new entry; one in company stays, and
 * the others of its part merge.
 */
const hearMergeRefused = (
  tx: Transaction,
  from: MemberId,
  { reason }: Extract<Control, { kind: 'removed' }>,
): void => {
  const partner = doorkeeperAt(tx.state.admission, from, 'verifier')
  if (partner === null || reason !== 'expired') throw new Rejection('group/not-a-member')
  hearRefusal(tx, partner)
  if (withinReach(tx.state, tx.now).size === 0) comeBack(tx, partner)
}

/** Where a member stands: its epoch and roster are the group's business, its last number is the delivery's. */
const takeHeartbeat = async (
  tx: Transaction,
  from: MemberId,
  message: Extract<Control, { kind: 'heartbeat' }>,
): Promise<void> => {
  const { current, rosterHash, lastNumber } = message.standing
  hearHeartbeat(tx, from, message)
  noteShownNumber(tx, from, lastNumber)
  await inGroup(tx, { kind: 'standing', from, standing: { current, rosterHash } })
}

const hearSignal = (tx: Transaction, from: MemberId, data: Bytes): void => {
  const address = entryOf(tx.state, from)?.entry.address
  if (address !== undefined) tx.effects.push({ kind: 'signal', address, data })
}
