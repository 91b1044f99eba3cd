/**
 * Handshakes with somebody who is never there at the same time: flow 1 waits in its mailbox, flow 2 in mine.
 *
 *   no pre-key left ──flow 1──> run, 30 days ──flow 2──> session: what was said is posted
 *                    flow 1 read ──> candidate, 30 days ──a frame opens in it──> session
 */
import { type Bytes, equal } from '../codec/index.ts'
import {
  type Address,
  finishHandshake,
  type Identified,
  initiateHandshake,
  type MemberId,
  respondHandshake,
  runOf,
} from '../identity/index.ts'
import { open, secretsOf } from '../ratchet/index.ts'
import { holdFrame } from './asleep-held.ts'
import { decodeControl, memberSession, sealFirst } from './asleep-sessions.ts'
import { type LongCandidate, type LongRun, secretsOfLongRun, setAsleep } from './asleep-state.ts'
import { rootsToTell } from './asleep-stock.ts'
import type { Control } from './controls.ts'
import { noteLetterSession, postFrame } from './delivery/mail.ts'
import { waysTo } from './delivery/people.ts'
import type { Frame } from './frames.ts'
import { entryOf, isRemoved, membersAt } from './members.ts'
import { adoptLetter, hasSession } from './pairs.ts'
import { sendFrame } from './room.ts'
import type { Path } from './state.ts'
import type { Transaction } from './transaction.ts'

const longMs = 30 * 86_400_000

type HandshakeFrame = Extract<Frame, { kind: 'handshake' }>

const putRun = (tx: Transaction, member: MemberId, run: LongRun | null): void => {
  const longRuns = new Map(tx.state.asleep.longRuns)
  if (run === null) longRuns.delete(member)
  else longRuns.set(member, run)
  setAsleep(tx, { longRuns })
}

const putCandidate = (tx: Transaction, member: MemberId, candidate: LongCandidate | null): void => {
  const candidates = new Map(tx.state.asleep.candidates)
  if (candidate === null) candidates.delete(member)
  else candidates.set(member, candidate)
  setAsleep(tx, { candidates })
}

const partiesWith = ({ state }: Transaction, peer: Identified) => ({
  groupId: state.groupId,
  self: state.self,
  peer,
  psk: null,
})

/** No pre-key can be used: an ordinary flow 1 waits in the mailbox, one a peer. */
export const beginLongRun = async (tx: Transaction, peer: Identified): Promise<void> => {
  const { self, asleep } = tx.state
  if (asleep.longRuns.has(peer.id) || waysTo(tx.state, peer.id)?.mailbox !== true) return
  const { state, flow1 } = await initiateHandshake(tx.ports.crypto, partiesWith(tx, peer))
  const frame: Frame = { kind: 'handshake', from: self.id, to: peer.id, flow: 1, body: flow1 }
  if (!postFrame(tx, { kind: 'other', to: peer.id }, frame)) return
  putRun(tx, peer.id, { state, until: tx.now + longMs })
}

/**
 * A flow that concerns a run by mail.
 *
 * @returns false where it is one of a handshake between two who are there
 */
export const receiveLongFlow = async (
  tx: Transaction,
  from: Address,
  path: Path,
  frame: HandshakeFrame,
): Promise<boolean> => {
  const peer = entryOf(tx.state, frame.from)
  if (frame.to !== tx.state.self.id || isRemoved(tx.state, frame.from)) return false
  // Its writer's entry may be in a later letter, and who has a mailbox is known a moment after this member came.
  const isEarly = (peer === null && frame.flow === 1) || tx.state.room.owners === null
  if (isEarly && path === 'mail') {
    holdFrame(tx, from, frame)
    return true
  }
  if (peer === null || peer.entry.address !== from) return false
  if (frame.flow === 1) return path === 'mail' && answerByMail(tx, peer, frame.body)
  return finishByMail(tx, peer, frame.body)
}

/** With a session, or with its writer here, an ordinary handshake is the better way: then this does nothing. */
const answerByMail = async (tx: Transaction, peer: Identified, flow1: Bytes): Promise<boolean> => {
  const { id: member } = peer
  const run = runOf(flow1)
  const ways = waysTo(tx.state, member)
  const isGreater = tx.state.self.id > member && tx.state.asleep.longRuns.has(member)
  if (run === null || hasSession(tx.state, member) || isGreater || ways?.absent !== true) return true
  const answer = await respondHandshake(tx.ports.crypto, partiesWith(tx, peer), flow1)
  if (answer.kind === 'rejected') return true
  const frame: Frame = { kind: 'handshake', from: tx.state.self.id, to: member, flow: 2, body: answer.flow2 }
  const session = await memberSession(tx, member, answer.start)
  tx.stale.push(answer.start.key, ...answer.stale) // FS
  if (!postFrame(tx, { kind: 'other', to: member }, frame)) {
    tx.stale.push(...secretsOf(session)) // FS
    return true
  }
  const before = tx.state.asleep.candidates.get(member)
  if (before !== undefined) tx.stale.push(...secretsOf(before.session)) // FS
  putCandidate(tx, member, { session, run, until: tx.now + longMs })
  return true
}

const finishByMail = async (tx: Transaction, peer: Identified, flow2: Bytes): Promise<boolean> => {
  const { id: member } = peer
  const long = tx.state.asleep.longRuns.get(member)
  const run = runOf(flow2)
  if (long === undefined || run === null || !equal(run, runOf(long.state.flow1)!)) return false
  const finish = await finishHandshake(
    tx.ports.crypto,
    { ...long.state, identity: tx.state.self.keys },
    flow2,
  )
  // Forged by the relay: the run goes on.
  if (finish.kind === 'rejected') return true
  putRun(tx, member, null)
  tx.stale.push(finish.start.key, ...finish.stale) // FS
  const first: Control = { kind: 'roots', roots: rootsToTell(tx.state) }
  const made = await sealFirst(tx, await memberSession(tx, member, finish.start), first)
  const frame: Frame = { kind: 'pair', body: made.bytes }
  const isLive = sendFrame(tx, peer.entry.address, frame, { inside: first })
  if (isLive || postFrame(tx, { kind: 'other', to: member }, frame, first)) {
    adoptLetter(tx, member, peer.entry.address, made.session)
    await noteLetterSession(tx, member)
  } else tx.stale.push(...secretsOf(made.session)) // FS
  return true
}

/** Opens the first frame in the session of a run by mail. */
export const openLongCandidate = async (
  tx: Transaction,
  from: Address,
  body: Bytes,
): Promise<{ readonly member: MemberId; readonly control: Control } | null> => {
  for (const member of membersAt(tx.state, from)) {
    const candidate = tx.state.asleep.candidates.get(member)
    if (candidate === undefined) continue
    const opened = await open(tx.ports.crypto, candidate.session, body, tx.now)
    if (opened.kind === 'rejected') continue
    const message = decodeControl(opened.plaintext)
    tx.stale.push(...opened.stale) // FS
    putCandidate(tx, member, null)
    adoptLetter(tx, member, from, opened.session)
    await noteLetterSession(tx, member)
    return { member, control: message }
  }
  return null
}

/** Runs and candidates end after 30 days, with their member, and when another session is there. */
export const tickLongRuns = (tx: Transaction): void => {
  const isOver = (member: MemberId, until: number): boolean =>
    tx.now >= until || entryOf(tx.state, member) === null || hasSession(tx.state, member)
  for (const [member, run] of tx.state.asleep.longRuns)
    if (isOver(member, run.until)) {
      putRun(tx, member, null)
      tx.stale.push(...secretsOfLongRun(run)) // FS
    }
  for (const [member, { session, until }] of tx.state.asleep.candidates)
    if (isOver(member, until)) {
      putCandidate(tx, member, null)
      tx.stale.push(...secretsOf(session)) // FS
    }
}
