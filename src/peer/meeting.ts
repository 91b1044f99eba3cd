/**
 * Two members who hold each other's entry make a session: when a handshake is due, how it is repeated, and what is done
 * with flows of members that are not known yet.
 *
 *   due ──flow 1──> open ──flow 2──> next (pairs.ts) ──first frame of the other side──> session
 *    ^               └──20 s──> waiting (20 s, 60 s, doubled up to an hour; anything that opens resets it)
 *    └────────────────────────────┘
 *
 * Due with everybody present that is not within reach, and after three frames in a row that did not open.
 * Where both open one, the run of the greater id goes on.
 */
import { type Bytes, equal } from '../codec/index.ts'
import {
  type Address,
  finishHandshake,
  initiateHandshake,
  type MemberId,
  respondHandshake,
  runOf,
  secretsOfInitiator,
} from '../identity/index.ts'
import type { Control } from './controls.ts'
import { meetRemoved } from './farewell.ts'
import { encodeFrame, type Frame } from './frames.ts'
import { entryOf, isRemoved, otherMembers } from './members.ts'
import { adoptCandidate, adoptInitiated, hasSession, pairOf } from './pairs.ts'
import { needsMending, noteMending } from './pairs-opening.ts'
import type { Meeting, PairsState } from './pairs-state.ts'
import { heartbeat, isWithinReach, silentAt } from './reach.ts'
import { isPresent, sendBytes } from './room.ts'
import type { PeerState } from './state.ts'
import { earliest, Rejection, type Transaction, write } from './transaction.ts'

/** Flow 1 goes again with the same bytes after these times from its first sending. */
const repeatsMs = [2_000, 5_000] as const
const runMs = 20_000
/** A flow 1 that crossed the own run is on its way no longer than this: then its sender has repeated it for the last time. */
const crossingMs = 5_000
/** The wait before a new run: this long, then from `secondWaitMs` doubled up to `lastWaitMs`. */
const firstWaitMs = 20_000
const secondWaitMs = 60_000
const lastWaitMs = 60 * 60_000
/** New runs that a member may open here. */
const answerEveryMs = 1_000
const maxStrangers = 64

type HandshakeFrame = Extract<Frame, { kind: 'handshake' }>

const set = (tx: Transaction, change: Partial<PairsState>): void =>
  write(tx, 'pairs', { ...tx.state.pairs, ...change })

const setMeeting = (tx: Transaction, member: MemberId, meeting: Meeting | null): void => {
  const meetings = new Map(tx.state.pairs.meetings)
  const before = meetings.get(member)
  if (meeting === null) meetings.delete(member)
  else meetings.set(member, meeting)
  if (before !== undefined && before.state !== meeting?.state)
    tx.stale.push(...secretsOfInitiator(before.state)) // FS
  set(tx, { meetings })
}

const parties = (tx: Transaction, peer: NonNullable<ReturnType<typeof entryOf>>) => ({
  groupId: tx.state.groupId,
  self: tx.state.self,
  peer,
  psk: null,
})

const waitAgain = (tx: Transaction, member: MemberId): void => {
  const before = tx.state.pairs.backoff.get(member)
  const waitMs = before === undefined ? firstWaitMs : before.waitMs
  const next = before === undefined ? secondWaitMs : Math.min(lastWaitMs, 2 * before.waitMs)
  set(tx, {
    backoff: new Map(tx.state.pairs.backoff).set(member, { nextAt: tx.now + waitMs, waitMs: next }),
  })
}

/** Opens a handshake with `member`. */
const openMeeting = async (tx: Transaction, member: MemberId): Promise<void> => {
  const peer = entryOf(tx.state, member)
  if (peer === null) return
  noteMending(tx, member)
  waitAgain(tx, member)
  const { state, flow1 } = await initiateHandshake(tx.ports.crypto, parties(tx, peer))
  const { address } = peer.entry
  const frame = encodeFrame({ kind: 'handshake', from: tx.state.self.id, to: member, flow: 1, body: flow1 })
  const run = runOf(flow1)!
  const until = tx.now + runMs
  setMeeting(tx, member, { address, state, run, frame, resendAt: tx.now + repeatsMs[0], tries: 1, until })
  sendBytes(tx, address, frame)
}

const isDue = ({ state, now }: Transaction, member: MemberId): boolean => {
  const { pairs } = state
  if (pairs.meetings.has(member) || pairOf(state, member)?.next) return false
  const entry = entryOf(state, member)
  if (entry === null || !isPresent(state, entry.entry.address)) return false
  if (needsMending(state, member, now)) return true
  const isProved = !state.asleep.unproved.has(member)
  if (isProved && isWithinReach(state, member, now) && hasSession(state, member)) return false
  return now >= (pairs.backoff.get(member)?.nextAt ?? 0)
}

const repeat = (tx: Transaction, member: MemberId, meeting: Meeting): void => {
  sendBytes(tx, meeting.address, meeting.frame)
  const started = meeting.until - runMs
  const wait = repeatsMs[meeting.tries]
  const resendAt = wait === undefined ? null : started + wait
  setMeeting(tx, member, { ...meeting, resendAt, tries: meeting.tries + 1 })
}

/** Ends runs, repeats flows, opens what is due. */
export const tickMeetings = async (tx: Transaction): Promise<void> => {
  for (const [member, meeting] of tx.state.pairs.meetings) {
    const isKnown = entryOf(tx.state, member) !== null
    if (!isKnown || tx.now >= meeting.until) setMeeting(tx, member, null)
    else if (meeting.resendAt !== null && tx.now >= meeting.resendAt) repeat(tx, member, meeting)
  }
  if (tx.state.phase.kind !== 'joined') return
  for (const { id } of otherMembers(tx.state)) if (isDue(tx, id)) await openMeeting(tx, id)
}

/** Flow 2 once more, when flow 1 comes again. */
const repeatAnswer = (tx: Transaction, from: Address, member: MemberId, run: Bytes): boolean => {
  const next = pairOf(tx.state, member)?.next
  if (next?.role !== 'responder' || !equal(next.run, run)) return false
  sendBytes(tx, from, next.frame)
  return true
}

/** The last flow 1 of an address whose entry may still be on its way. */
const keepStranger = (tx: Transaction, from: Address, { from: member, body }: HandshakeFrame): void => {
  const strangers = new Map(tx.state.pairs.strangers)
  strangers.delete(from)
  strangers.set(from, { from: member, body })
  for (const oldest of strangers.keys()) {
    if (strangers.size <= maxStrangers) break
    strangers.delete(oldest)
  }
  set(tx, { strangers })
}

/** The own run of the greater id ended well, and the other side has yet to speak in the session that came of it. */
const isCrossing = (tx: Transaction, member: MemberId): boolean => {
  const next = pairOf(tx.state, member)?.next
  return next?.role === 'initiator' && tx.state.self.id > member && tx.now - next.since < crossingMs
}

const answerFlow1 = async (tx: Transaction, from: Address, member: MemberId, body: Bytes): Promise<void> => {
  const peer = entryOf(tx.state, member)
  const run = runOf(body)
  if (run === null || peer === null || peer.entry.address !== from) throw new Rejection('frame/unexpected')
  if (repeatAnswer(tx, from, member, run)) return
  const { meetings, answeredAt } = tx.state.pairs
  if ((meetings.has(member) && tx.state.self.id > member) || isCrossing(tx, member)) return
  if (tx.now - (answeredAt.get(member) ?? Number.NEGATIVE_INFINITY) < answerEveryMs)
    throw new Rejection('frame/unexpected')
  const answer = await respondHandshake(tx.ports.crypto, parties(tx, peer), body)
  if (answer.kind === 'rejected') throw new Rejection(answer.code)
  tx.stale.push(...answer.stale) // FS
  setMeeting(tx, member, null)
  set(tx, { answeredAt: new Map(tx.state.pairs.answeredAt).set(member, tx.now) })
  const frame = encodeFrame({
    kind: 'handshake',
    from: tx.state.self.id,
    to: member,
    flow: 2,
    body: answer.flow2,
  })
  await adoptCandidate(tx, { member, address: from, run, start: answer.start }, frame)
  sendBytes(tx, from, frame)
}

const takeFlow2 = async (
  tx: Transaction,
  from: Address,
  { from: member, body }: HandshakeFrame,
): Promise<void> => {
  const meeting = tx.state.pairs.meetings.get(member)
  const run = runOf(body)
  if (meeting === undefined || meeting.address !== from || run === null || !equal(run, meeting.run))
    throw new Rejection('frame/unexpected')
  const finish = await finishHandshake(tx.ports.crypto, meeting.state, body)
  if (finish.kind === 'rejected') throw new Rejection(finish.code)
  tx.stale.push(...finish.stale) // FS
  setMeeting(tx, member, null)
  const first: Control = heartbeat(tx)
  await adoptInitiated(tx, { member, address: from, run, start: finish.start }, first)
}

/** Flow 1 or 2 of a handshake between members. */
export const receiveHandshake = async (
  tx: Transaction,
  from: Address,
  frame: HandshakeFrame,
): Promise<void> => {
  if (frame.to !== tx.state.self.id || frame.from === tx.state.self.id)
    throw new Rejection('frame/unexpected')
  if (isRemoved(tx.state, frame.from)) return meetRemoved(tx, from, frame)
  if (frame.flow === 2) return takeFlow2(tx, from, frame)
  if (entryOf(tx.state, frame.from) === null) return keepStranger(tx, from, frame)
  return answerFlow1(tx, from, frame.from, frame.body)
}

/** An entry came: a flow 1 that waited for it is answered now. */
export const entryKnown = async (tx: Transaction, member: MemberId): Promise<void> => {
  const address = entryOf(tx.state, member)?.entry.address
  const waiting = address === undefined ? undefined : tx.state.pairs.strangers.get(address)
  if (address === undefined || waiting?.from !== member) return
  const strangers = new Map(tx.state.pairs.strangers)
  strangers.delete(address)
  set(tx, { strangers })
  await answerFlow1(tx, address, member, waiting.body)
}

/** A member is gone: no run of it goes on. */
export const endMeeting = (tx: Transaction, member: MemberId): void => {
  if (tx.state.pairs.meetings.has(member)) setMeeting(tx, member, null)
  const [backoff, answeredAt] = [new Map(tx.state.pairs.backoff), new Map(tx.state.pairs.answeredAt)]
  backoff.delete(member)
  answeredAt.delete(member)
  set(tx, { backoff, answeredAt })
}

export const wakeAtMeetings = (state: PeerState, now: number): number | null => {
  const runs = [...state.pairs.meetings.values()].flatMap(({ resendAt, until }) => [resendAt, until])
  const due: (number | null)[] = []
  if (state.phase.kind === 'joined')
    for (const { id, entry } of otherMembers(state)) {
      if (state.pairs.meetings.has(id) || pairOf(state, id)?.next || !isPresent(state, entry.address))
        continue
      const since = state.asleep.unproved.has(id) ? now : (silentAt(state, id) ?? now)
      due.push(Math.max(since, state.pairs.backoff.get(id)?.nextAt ?? 0))
    }
  return earliest(...runs, ...due)
}
