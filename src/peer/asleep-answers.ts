/**
 * Joining while everybody sleeps: a newcomer answers pre-keys by password, two at most, and begins its room.
 *
 *   newcomer  take-prekey ──> answer, entry sealed, first frame ──> mailbox          says things into it
 *   sleeper   awake, letters read, door open ──> answer opened: the pre-key is burnt first
 *                └──a frame under its key opens──> newcomer listed ──A2──> A3 ──A4──> one room
 *
 * Until A3 the two share a session of the pre-key, and the newcomer shows the sleeper by its address.
 */

import { type Bytes, equal } from '../codec/index.ts'
import { type Address, identify, type MemberId } from '../identity/index.ts'
import { acceptAnswer, answerPreKey, preKeyIdOf, takeOnce } from '../prekeys/index.ts'
import { open, secretsOf } from '../ratchet/index.ts'
import { noteBurst } from './admission/bursts.ts'
import { isDoorOpen } from './admission/door-open.ts'
import { foundRoom } from './admission/found.ts'
import {
  chargeLevel,
  chargeOwnLevel,
  confirmLevel,
  levelAllowedAt,
  levelAllows,
  ownLevelAllows,
} from './admission/ledger.ts'
import { dropHeld, firstHeld, heldBy, holdFrame, isHeld } from './asleep-held.ts'
import { openPreKeyed, preKeyedSession, putPreKeyed, sealFirst, shortOf } from './asleep-sessions.ts'
import { noteUnproved, setAsleep } from './asleep-state.ts'
import { noteUsed, ownerOf, rootsToTell } from './asleep-stock.ts'
import type { Control } from './controls.ts'
import { hearSaid } from './delivery/incoming.ts'
import { postFrame } from './delivery/mail.ts'
import type { Frame } from './frames.ts'
import { admit } from './membership.ts'
import { pairsAt } from './pairs.ts'
import { sendFrame } from './room.ts'
import type { Path, PeerEvent, PeerState } from './state.ts'
import { earliest, notice, orReject, Rejection, type Transaction } from './transaction.ts'

/** Answers by password that a newcomer makes. */
const maxAnswers = 2
/** The relay has told who is here by then. */
const settleMs = 1_000
/** An answer to `take-prekey` is not waited for any longer. */
const askedMs = 15_000
/** The hint "used" is said this often to one address. */
const hintEveryMs = 60_000
const maxHints = 256

type AnswerFrame = Extract<Frame, { kind: 'answer' }>

/** Whether this newcomer may let sleepers let it in: nobody is here, and somebody has a mailbox. */
const isAloneAmongSleepers = ({ admission, room, phase, self }: PeerState, now: number): boolean => {
  const { joining } = admission
  if (phase.kind !== 'joining' || joining === null || joining.inSince !== null) return false
  if (joining.refused.size > 0 || !room.online || room.owners === null) return false
  if (room.openedAt === null || now < room.openedAt + settleMs || room.present.size > 0) return false
  return [...room.owners.keys()].some((address) => address !== self.entry.address)
}

/** Owners to ask: the inviter first, then those with the most pre-keys left. */
const candidates = ({ room, asleep, admission, self }: PeerState): readonly Address[] => {
  const inviter = admission.joining?.invitation?.address
  return [...(room.owners ?? [])]
    .filter(([address, stock]) => stock > 0 && address !== self.entry.address && !asleep.asked.has(address))
    .sort(([a, stockOfA], [b, stockOfB]) => {
      if (a === inviter || b === inviter) return a === inviter ? -1 : 1
      return stockOfB - stockOfA || (a < b ? -1 : 1)
    })
    .map(([address]) => address)
}

/** One pre-key at a time; with two answers, or nobody left to ask, the room begins. */
export const tickAnswers = async (tx: Transaction): Promise<void> => {
  const { asleep } = tx.state
  if (!isAloneAmongSleepers(tx.state, tx.now)) return
  if (asleep.asking !== null && tx.now < asleep.asking.at + askedMs) return
  const [next] = candidates(tx.state)
  if (asleep.answers >= maxAnswers || next === undefined || !ownLevelAllows(tx.state, tx.now)) {
    if (asleep.answers > 0) await foundRoom(tx)
    return
  }
  const asked = new Map(asleep.asked).set(next, tx.now)
  setAsleep(tx, { asked, asking: { address: next, at: tx.now } })
  tx.effects.push({ kind: 'take-prekey', address: next })
}

/** A pre-key for this newcomer came, or there is none. */
export const answerTo = async (
  tx: Transaction,
  { address, published }: Extract<PeerEvent, { kind: 'prekey' }>,
): Promise<void> => {
  const { asleep, self } = tx.state
  if (asleep.asking?.address !== address) throw new Rejection('prekey/unexpected')
  setAsleep(tx, { asking: null })
  if (published === null) return
  if (asleep.answers >= maxAnswers || !ownLevelAllows(tx.state, tx.now)) return
  const made = await answerPreKey(tx.ports.crypto, ownerOf(tx.state, address), self, published)
  if (made === null) {
    tx.effects.push({ kind: 'reject', code: 'prekey/malformed' })
    return
  }
  // The author of a made-up pre-key can test one guess with what leaves now.
  chargeOwnLevel(tx)
  const first: Control = { kind: 'roots', roots: rootsToTell(tx.state) }
  const sealed = await sealFirst(tx, await preKeyedSession(tx, address, made.start), first)
  tx.stale.push(made.start.key) // FS
  const answer: AnswerFrame = { kind: 'answer', answer: made.answer, first: sealed.bytes }
  setAsleep(tx, { answers: asleep.answers + 1 })
  if (!postFrame(tx, { kind: 'other', to: address }, answer, first)) {
    tx.stale.push(made.a2, made.psk, ...secretsOf(sealed.session)) // FS
    return
  }
  const { id, a2, psk } = made
  const { session } = sealed
  putPreKeyed(tx, address, { role: 'newcomer', member: null, session, a2, psk, id, at: tx.now, heard: false })
}

/** "That pre-key was used before": a hint that anybody can make up. It is shown, and changes nothing. */
export const receiveUsed = (
  tx: Transaction,
  from: Address,
  { id }: Extract<Frame, { kind: 'used' }>,
): void => {
  const met = tx.state.asleep.preKeyed.get(from)
  if (met?.role !== 'newcomer' || met.heard || !equal(met.id, id)) throw new Rejection('prekey/unexpected')
  const saidAt = tx.state.asleep.hints.get(from)
  if (saidAt !== undefined && tx.now - saidAt < hintEveryMs) return
  noteHint(tx, from)
  notice(tx, 'prekey-used', {})
}

const noteHint = (tx: Transaction, address: Address): void => {
  const hints = [...tx.state.asleep.hints].filter(([known]) => known !== address)
  setAsleep(tx, { hints: new Map([...hints, [address, tx.now] as const].slice(-maxHints)) })
}

/** An answer to a pre-key of mine: kept until the door may open. */
export const receiveAnswer = (tx: Transaction, from: Address, answer: AnswerFrame): void => {
  if (preKeyIdOf(answer.answer) === null) throw new Rejection('prekey/malformed')
  if (!tx.state.asleep.stored) throw new Rejection('prekey/unexpected')
  holdFrame(tx, from, answer)
}

/** Opens what waits, as far as door and ledger allow: one answer after the other, each with what came after it. */
export const tickHeldAnswers = async (tx: Transaction): Promise<void> => {
  if (tx.state.asleep.held.length === 0 || !isDoorOpen(tx.state, tx.now)) return
  for (const from of heldBy(tx.state, 'answer'))
    while (true) {
      const next = firstHeld(tx.state, from)
      if (next === null || (next.message.kind === 'answer' && !levelAllows(tx.state, tx.now))) break
      dropHeld(tx, next.held)
      if (next.message.kind === 'answer') await openAnswer(tx, from, next.message)
      else if (next.message.kind === 'pair') await hearHeld(tx, from, next.message.body)
    }
}

const hearHeld = async (tx: Transaction, from: Address, body: Bytes): Promise<void> => {
  const opened = await openPreKeyed(tx, from, body)
  const member = opened?.met.member ?? null
  if (opened !== null && member !== null) await orReject(tx, () => hearNewcomer(tx, member, opened.control))
}

/** All that a newcomer says before its keys are proved by a handshake: messages. */
const hearNewcomer = (tx: Transaction, from: MemberId, message: Control): void => {
  if (message.kind === 'said') hearSaid(tx, from, message.message)
}

/** One guess at most: its pre-key is burnt before it is looked at, and no second answer finds it. */
const openAnswer = async (tx: Transaction, from: Address, { answer, first }: AnswerFrame): Promise<void> => {
  const { crypto } = tx.ports
  const id = preKeyIdOf(answer)
  const taken = id === null ? null : takeOnce(tx.state.asleep.stock, id)
  if (id === null || taken === null) return sayUsed(tx, from, id)
  const isCharged = chargeLevel(tx)
  noteUsed(tx, taken.stock)
  tx.stale.push(...taken.stale) // FS
  const owner = ownerOf(tx.state, tx.state.self.entry.address)
  const given = { newcomer: shortOf(from), answer }
  const accepted = await acceptAnswer(crypto, owner, taken.preKey, given)
  if (accepted.kind === 'failed' || accepted.entry.address !== from) return failAnswer(tx)
  const session = await preKeyedSession(tx, from, accepted.start)
  const opened = await open(crypto, session, first, tx.now)
  tx.stale.push(accepted.start.key) // FS
  if (opened.kind === 'rejected') return failAnswer(tx)
  if (isCharged) confirmLevel(tx)
  tx.stale.push(...opened.stale) // FS
  const { entry, a2, psk } = accepted
  const member = identify(crypto, tx.state.groupId, entry)
  await orReject(tx, async () => {
    await admit(tx, member, null)
    const met = { role: 'sleeper', member: member.id, session: opened.session, a2, psk, id } as const
    putPreKeyed(tx, from, { ...met, at: tx.now, heard: true })
    noteUnproved(tx, member.id, true)
  })
}

const failAnswer = (tx: Transaction): void => {
  tx.effects.push({ kind: 'reject', code: 'prekey/failed' })
  noteBurst(tx, 'wrong-password')
}

const sayUsed = (tx: Transaction, from: Address, id: Bytes | null): void => {
  tx.effects.push({ kind: 'reject', code: 'prekey/unknown' })
  const saidAt = tx.state.asleep.hints.get(from)
  const isSoon = saidAt !== undefined && tx.now - saidAt < hintEveryMs
  if (id === null || isSoon || tx.state.asleep.preKeyed.has(from)) return
  if (sendFrame(tx, from, { kind: 'used', id }, { path: 'relay' })) noteHint(tx, from)
}

/** `held`: it waits behind an answer. */
export type MetFrame = 'held' | { readonly member: MemberId; readonly control: Control } | null

/** A sealed frame from an address that shares a session of a pre-key with this member, or will. */
export const openMet = async (tx: Transaction, from: Address, body: Bytes, path: Path): Promise<MetFrame> => {
  // What is held may wait for an entry that only a frame of the pair session, said here and now, brings.
  const isForPair = path !== 'mail' && pairsAt(tx.state, from).length > 0
  if (isHeld(tx.state, from) && !isForPair) {
    holdFrame(tx, from, { kind: 'pair', body })
    return 'held'
  }
  const opened = await openPreKeyed(tx, from, body)
  if (opened === null || opened.met.member === null) return null
  // Nothing but messages counts before the handshake.
  if (opened.control.kind !== 'said') return 'held'
  return { member: opened.met.member, control: opened.control }
}

export const wakeAtAnswers = (state: PeerState, now: number): number | null => {
  const { asleep, room } = state
  const isHolding = heldBy(state, 'answer').length > 0 && isDoorOpen(state, now)
  const heldAt = isHolding ? levelAllowedAt(state, now) : null
  const { asking } = asleep
  const isJoining = state.phase.kind === 'joining' && room.openedAt !== null
  const settledAt =
    isJoining && room.openedAt !== null && now < room.openedAt + settleMs ? room.openedAt + settleMs : null
  return earliest(heldAt, asking === null ? null : asking.at + askedMs, settledAt)
}
