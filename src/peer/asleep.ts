/**
 * Coming back, and those who sleep: the events and chores of the slice `asleep`, in one place.
 *
 *   asleep-stock     own pre-keys, roots over everybody's
 *   asleep-letters   a member's letters to sleepers           asleep-runs      handshakes by mail
 *   asleep-answers   a newcomer among sleepers                asleep-welcome   the handshake when its sleeper wakes
 */

import type { Bytes } from '../codec/index.ts'
import type { Address, MemberId } from '../identity/index.ts'
import { noteLettersRead } from './admission/door-open.ts'
import {
  answerTo,
  type MetFrame,
  openMet,
  tickAnswers,
  tickHeldAnswers,
  wakeAtAnswers,
} from './asleep-answers.ts'
import { expireHeld, heldBy, releaseHeld } from './asleep-held.ts'
import { readLetter, tickLetters, wakeAtLetters, writeTo } from './asleep-letters.ts'
import { openLongCandidate, tickLongRuns } from './asleep-runs.ts'
import { type HeldFrame, setAsleep } from './asleep-state.ts'
import { announceRoots, hearRoots, restock } from './asleep-stock.ts'
import { tickWelcomes, wakeAtWelcomes } from './asleep-welcome.ts'
import { unnamedSleepers } from './delivery/people.ts'
import { noteWake } from './delivery/receipts.ts'
import type { Frame } from './frames.ts'
import { entryOf, isMember, membersAt } from './members.ts'
import type { Path, PeerEvent, PeerState } from './state.ts'
import { earliest, Rejection, type Transaction } from './transaction.ts'

export { receiveAnswer, receiveUsed } from './asleep-answers.ts'
export { hearLetterNamed } from './asleep-letters.ts'
export { receiveLongFlow } from './asleep-runs.ts'
export { type AsleepState, nobodyAsleep } from './asleep-state.ts'
export { hearRoots, notePublished } from './asleep-stock.ts'
export { receiveWelcome, receiveWelcomed } from './asleep-welcome.ts'

/** A pre-key that was asked for: for a newcomer's answer, or for a member's letter. */
export const takePreKey = async (
  tx: Transaction,
  event: Extract<PeerEvent, { kind: 'prekey' }>,
): Promise<void> => {
  if (tx.state.phase.kind === 'joining') return answerTo(tx, event)
  const [member] = membersAt(tx.state, event.address)
  const peer = member === undefined ? null : entryOf(tx.state, member)
  if (peer === null || !tx.state.asleep.asked.has(event.address)) throw new Rejection('prekey/unexpected')
  await writeTo(tx, peer, event.published)
}

/** A member's letter. What it says first are roots; messages follow in its session. */
export const receiveLetter = async (
  tx: Transaction,
  from: Address,
  letter: Extract<Frame, { kind: 'letter' }>,
): Promise<void> => {
  const opened = await readLetter(tx, from, letter)
  if (opened?.control.kind === 'roots') hearRoots(tx, opened.member, opened.control.roots)
}

/** Letters, and flows by mail, whose writers are known by now, with what they sealed after: to be received once more. */
export const releaseLetters = (tx: Transaction): readonly HeldFrame[] =>
  [...heldBy(tx.state, 'letter'), ...(tx.state.room.owners === null ? [] : heldBy(tx.state, 'handshake'))]
    .filter((from) => membersAt(tx.state, from).length > 0)
    .flatMap((from) => releaseHeld(tx, from))

/**
 * A sealed frame of somebody that this member shares no pair session with, but met by a pre-key or by mail.
 *
 * @returns what it says and who says it; `held` where there is nothing more to do; `null` where it is not such a frame
 */
export const openAsleep = async (
  tx: Transaction,
  from: Address,
  body: Bytes,
  path: Path,
): Promise<MetFrame> => (await openMet(tx, from, body, path)) ?? (await openLongCandidate(tx, from, body))

/** All letters have been read. */
export const noteMailRead = (tx: Transaction): void => {
  if (!tx.state.asleep.mailRead) noteWake(tx)
  setAsleep(tx, { mailRead: true })
  noteLettersRead(tx)
}

/** What is due for pre-keys, letters, and those who were met by them. */
export const tickAsleep = async (tx: Transaction): Promise<void> => {
  await tickAnswers(tx)
  if (tx.state.phase.kind !== 'joined') return
  forgetMembers(tx)
  await restock(tx)
  await announceRoots(tx)
  expireHeld(tx)
  await tickHeldAnswers(tx)
  await tickWelcomes(tx)
  await tickLetters(tx)
  tickLongRuns(tx)
}

/** Nothing is kept of one that is no member any more. */
const forgetMembers = (tx: Transaction): void => {
  const { roots, written, read, unproved, told } = tx.state.asleep
  const isGone = (id: MemberId): boolean => !isMember(tx.state, id)
  const without = <T>(map: ReadonlyMap<MemberId, T>): ReadonlyMap<MemberId, T> =>
    [...map.keys()].some(isGone) ? new Map([...map].filter(([id]) => !isGone(id))) : map
  const withoutIds = (ids: ReadonlySet<MemberId>): ReadonlySet<MemberId> =>
    [...ids].some(isGone) ? new Set([...ids].filter((id) => !isGone(id))) : ids
  const kept = {
    roots: without(roots),
    written: without(written),
    read: without(read),
    unproved: withoutIds(unproved),
    told: withoutIds(told),
  }
  const isSame =
    kept.roots === roots &&
    kept.written === written &&
    kept.read === read &&
    kept.unproved === unproved &&
    kept.told === told
  if (!isSame) setAsleep(tx, kept)
}

/** Those met by a pre-key alone, whose names are not known yet. */
export const sleepers = (state: PeerState): { readonly addresses: readonly Address[] } => ({
  addresses: unnamedSleepers(state),
})

export const wakeAtAsleep = (state: PeerState, now: number): number | null =>
  earliest(wakeAtAnswers(state, now), wakeAtWelcomes(state), ...wakeAtLetters(state, now))
