/**
 * The handshake after an answer to a pre-key: the one who slept begins it, under the root of the answer.
 *
 *   sleeper   both here ──A2──> again after 2 and 5 s ──A3──> A4: rosters meet
 *   newcomer                  A2 ──> A3, as in a merge: both sides have a roster
 *
 * A newcomer that is not here when its sleeper wakes is met when both are.
 */
import { type Bytes, DecodeError, equal } from '../codec/index.ts'
import {
  type Address,
  finishHandshake,
  type Identified,
  identify,
  respondHandshake,
  runOf,
  secretsOfInitiator,
  unpadEntry,
} from '../identity/index.ts'
import { openAdmission } from '../pake/index.ts'
import { makeA2 } from './admission/a2.ts'
import { putPreKeyed } from './asleep-sessions.ts'
import { type PreKeyed, setAsleep, type Welcome } from './asleep-state.ts'
import { setOutbox, withoutRecipient } from './delivery/copies.ts'
import { encodeFrame, type Frame } from './frames.ts'
import { entryOf, isRemoved, membersAt } from './members.ts'
import { mergeWith } from './membership.ts'
import { adoptCandidate, hasSession, pairOf } from './pairs.ts'
import { pathTo, sendBytes, sendFrame } from './room.ts'
import type { PeerState } from './state.ts'
import { earliest, Rejection, type Transaction } from './transaction.ts'

/** A2 goes again with the same bytes after these times; then a new run after `againMs`. */
const repeatsMs = [2_000, 5_000] as const
const againMs = 60_000
/** A newcomer that was never met is forgotten, with its session. */
const longMs = 30 * 86_400_000

const putWelcome = (tx: Transaction, address: Address, welcome: Welcome | null): void => {
  const welcomes = new Map(tx.state.asleep.welcomes)
  const before = welcomes.get(address)
  if (welcome === null) welcomes.delete(address)
  else welcomes.set(address, welcome)
  if (before !== undefined && before.state !== welcome?.state)
    tx.stale.push(...secretsOfInitiator(before.state)) // FS
  setAsleep(tx, { welcomes })
}

/** The psk of a run is wiped with the run; that of the answer outlives it, since a run may be begun again. */
const copyOfPsk = ({ psk }: PreKeyed) => psk.slice(0, psk.length)

const beginWelcome = async (
  tx: Transaction,
  address: Address,
  met: PreKeyed,
  guest: Identified,
): Promise<void> => {
  const keys = { a2: met.a2, psk: copyOfPsk(met) }
  const { frame, handshake: state } = await makeA2(tx, met.id, guest, keys)
  const bytes = encodeFrame(frame)
  if (!sendBytes(tx, address, bytes, { path: 'relay' })) {
    tx.stale.push(...secretsOfInitiator(state)) // FS
    return
  }
  const resendAt = tx.now + repeatsMs[0]
  putWelcome(tx, address, { state, frame: bytes, startedAt: tx.now, tries: 1, resendAt, answered: false })
}

const repeat = (tx: Transaction, address: Address, welcome: Welcome): void => {
  sendBytes(tx, address, welcome.frame, { path: 'relay' })
  const wait = repeatsMs[welcome.tries]
  const resendAt = wait === undefined ? null : welcome.startedAt + wait
  putWelcome(tx, address, { ...welcome, tries: welcome.tries + 1, resendAt })
}

/** Begins, repeats and ends these handshakes. */
export const tickWelcomes = async (tx: Transaction): Promise<void> => {
  for (const [address, met] of tx.state.asleep.preKeyed) {
    if (wasRemoved(tx.state, address)) {
      // Nothing more is sealed for one that was removed, by whatever name it is known here.
      putWelcome(tx, address, null)
      putPreKeyed(tx, address, null)
      setOutbox(tx, withoutRecipient(tx.state.delivery.outbox, address))
      continue
    }
    if (isOver(tx, address, met)) {
      putWelcome(tx, address, null)
      putPreKeyed(tx, address, null)
      continue
    }
    if (met.role !== 'sleeper' || met.member === null) continue
    const guest = entryOf(tx.state, met.member)
    const welcome = tx.state.asleep.welcomes.get(address)
    if (guest === null || pathTo(tx.state, address) === null) continue
    if (welcome === undefined || tx.now >= welcome.startedAt + againMs)
      await beginWelcome(tx, address, met, guest)
    else if (welcome.resendAt !== null && tx.now >= welcome.resendAt) repeat(tx, address, welcome)
  }
}

/** Whether the entry of this address was removed, and no other has taken its place. */
const wasRemoved = (state: PeerState, address: Address): boolean =>
  membersAt(state, address).length === 0 &&
  [...state.group.roster.kept.values()].some(({ entry }) => entry.address === address)

/** Met, gone, or never met. The newcomer's side ends when its partner is on the roster with a session. */
const isOver = (tx: Transaction, address: Address, { role, member, at }: PreKeyed): boolean => {
  if (tx.now >= at + longMs) return true
  if (member !== null && (entryOf(tx.state, member) === null || isMet(tx.state, member))) return true
  const sleeper = role === 'newcomer' ? tx.state.asleep.sleepers.get(address) : undefined
  return sleeper !== undefined && entryOf(tx.state, sleeper) !== null && isMet(tx.state, sleeper)
}

const isMet = (state: PeerState, member: Parameters<typeof pairOf>[1]): boolean =>
  hasSession(state, member) && pairOf(state, member)?.session !== null

type AdmitFrame = Extract<Frame, { kind: 'admit' }>

const entryFrom = (tx: Transaction, padded: Bytes | null, from: Address): Identified | null => {
  if (padded === null) return null
  try {
    const entry = unpadEntry(padded)
    return entry.address === from ? identify(tx.ports.crypto, tx.state.groupId, entry) : null
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

/**
 * A2 of a sleeper whose pre-key this member answered.
 *
 * @returns false where it belongs to no such answer
 */
export const receiveWelcome = async (
  tx: Transaction,
  from: Address,
  { run, entry, flow1 }: AdmitFrame,
): Promise<boolean> => {
  const met = tx.state.asleep.preKeyed.get(from)
  if (met?.role !== 'newcomer' || !equal(met.id, run)) return false
  const { crypto } = tx.ports
  const { groupId, self } = tx.state
  const sleeper = entryFrom(tx, await openAdmission(crypto, met.a2, entry), from)
  const handshakeRun = runOf(flow1)
  if (sleeper === null || handshakeRun === null || sleeper.id === self.id || isRemoved(tx.state, sleeper.id))
    throw new Rejection('prekey/failed')
  const next = pairOf(tx.state, sleeper.id)?.next
  if (next?.role === 'responder' && equal(next.run, handshakeRun)) {
    sendBytes(tx, from, next.frame, { path: 'relay' })
    return true
  }
  const psk = copyOfPsk(met)
  const answer = await respondHandshake(crypto, { groupId, self, peer: sleeper, psk }, flow1)
  if (answer.kind === 'rejected') throw new Rejection(answer.code)
  tx.stale.push(...answer.stale) // FS
  const reply: Frame = { kind: 'enter', run, flow2: answer.flow2 }
  const finished = { member: sleeper.id, address: from, run: handshakeRun, start: answer.start }
  await adoptCandidate(tx, finished, encodeFrame(reply))
  sendFrame(tx, from, reply, { path: 'relay' })
  // What the sleeper then says counts, although it is on no roster here yet.
  await mergeWith(tx, sleeper, null)
  setAsleep(tx, { sleepers: new Map(tx.state.asleep.sleepers).set(from, sleeper.id) })
  return true
}

/**
 * A3 of a newcomer that answered a pre-key of this member.
 *
 * @returns false where it belongs to no such run
 */
export const receiveWelcomed = async (
  tx: Transaction,
  from: Address,
  { run, flow2 }: Extract<Frame, { kind: 'enter' }>,
): Promise<boolean> => {
  const met = tx.state.asleep.preKeyed.get(from)
  const welcome = tx.state.asleep.welcomes.get(from)
  if (met?.role !== 'sleeper' || met.member === null || welcome === undefined || !equal(met.id, run))
    return false
  const guest = entryOf(tx.state, met.member)
  const handshakeRun = runOf(welcome.state.flow1)
  if (guest === null || handshakeRun === null) return false
  if (welcome.answered) return true
  const finish = await finishHandshake(tx.ports.crypto, welcome.state, flow2)
  if (finish.kind === 'rejected') throw new Rejection(finish.code)
  tx.stale.push(...finish.stale) // FS
  putWelcome(tx, from, { ...welcome, answered: true, resendAt: null })
  await mergeWith(tx, guest, { member: guest.id, address: from, run: handshakeRun, start: finish.start })
  return true
}

export const wakeAtWelcomes = ({ asleep, room }: PeerState): number | null => {
  if (!room.online) return null
  return earliest(
    ...[...asleep.welcomes]
      .filter(([address]) => room.present.has(address))
      .flatMap(([, { resendAt, startedAt }]) => [resendAt, startedAt + againMs]),
  )
}
