/**
 * The sessions of two who met by a pre-key. Neither has the other on a roster of both yet, so these sessions belong to
 * addresses; they end when the handshake that follows has made a pair session.
 */
import { type Bytes, DecodeError, decode, encode, equal, fromHex } from '../codec/index.ts'
import type { Address, MemberId, SessionStart } from '../identity/index.ts'
import { createSession, open, type Session, seal } from '../ratchet/index.ts'
import { noteUnproved, type PreKeyed, secretsOfPreKeyed, setAsleep } from './asleep-state.ts'
import { type Control, control } from './controls.ts'
import { endPair } from './pairs.ts'
import { Rejection, type Transaction } from './transaction.ts'

/** The first 16 bytes of a relay address: these sessions know no ids. */
export const shortOf = (address: Address): Bytes => fromHex(address.slice(0, 32))

export const preKeyedSession = (tx: Transaction, peer: Address, start: SessionStart): Promise<Session> =>
  createSession(tx.ports.crypto, {
    start,
    groupId: tx.state.groupId,
    self: shortOf(tx.state.self.entry.address),
    peer: shortOf(peer),
  })

export const putPreKeyed = (tx: Transaction, address: Address, met: PreKeyed | null): void => {
  const preKeyed = new Map(tx.state.asleep.preKeyed)
  const before = preKeyed.get(address)
  if (met === null) preKeyed.delete(address)
  else preKeyed.set(address, met)
  if (met === null && before !== undefined) tx.stale.push(...secretsOfPreKeyed(before)) // FS
  setAsleep(tx, { preKeyed })
}

/** Seals for a sleeper that this newcomer met; `null` for anybody else. */
export const sealPreKeyed = async (tx: Transaction, to: Address, message: Control): Promise<Bytes | null> => {
  const met = tx.state.asleep.preKeyed.get(to)
  if (met?.role !== 'newcomer') return null
  const padding = message.kind === 'said' ? 'message' : 'control'
  const options = { padding, turn: 'minute', now: tx.now } as const
  const sealed = await seal(tx.ports.crypto, met.session, encode(control, message), options)
  tx.stale.push(...sealed.stale) // FS
  putPreKeyed(tx, to, { ...met, session: sealed.session })
  return sealed.bytes
}

/** Opens what somebody sealed after its answer. `null`: not in such a session. */
export const openPreKeyed = async (
  tx: Transaction,
  from: Address,
  body: Bytes,
): Promise<{ readonly met: PreKeyed; readonly control: Control } | null> => {
  const met = tx.state.asleep.preKeyed.get(from)
  if (met === undefined) return null
  const opened = await open(tx.ports.crypto, met.session, body, tx.now)
  if (opened.kind === 'rejected') return null
  const message = decodeControl(opened.plaintext)
  tx.stale.push(...opened.stale) // FS
  const heard: PreKeyed = { ...met, session: opened.session, heard: true }
  putPreKeyed(tx, from, heard)
  return { met: heard, control: message }
}

/** A session with a member, by ids. */
export const memberSession = (tx: Transaction, member: MemberId, start: SessionStart): Promise<Session> =>
  createSession(tx.ports.crypto, {
    start,
    groupId: tx.state.groupId,
    self: fromHex(tx.state.self.id),
    peer: fromHex(member),
  })

/** The first frame of a session that this member begins. */
export const sealFirst = async (tx: Transaction, session: Session, first: Control) => {
  const sealed = await seal(tx.ports.crypto, session, encode(control, first), {
    padding: 'control',
    turn: 'due',
    now: tx.now,
  })
  tx.stale.push(...sealed.stale) // FS
  return sealed
}

export const decodeControl = (plaintext: Bytes): Control => {
  try {
    return decode(control, plaintext)
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('pair/malformed')
    throw error
  }
}

/** The mailbox did not take it: nothing can be read in its session. */
export const letterLost = (tx: Transaction, member: MemberId, hash: Bytes): void => {
  const written = (tx.state.asleep.written.get(member) ?? []).filter((one) => !equal(one.hash, hash))
  setAsleep(tx, { written: new Map(tx.state.asleep.written).set(member, written) })
  if (!tx.state.asleep.unproved.has(member)) return
  noteUnproved(tx, member, false)
  endPair(tx, member)
}
