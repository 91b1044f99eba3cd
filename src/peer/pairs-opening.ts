/**
 * Opens what others sealed. A frame is tried in the session, in the one that is to follow, and in the one before; nothing
 * changes unless all of it verifies.
 */
import { type Bytes, DecodeError, decode } from '../codec/index.ts'
import { equalSecrets } from '../crypto/index.ts'
import { tagFor } from '../group/index.ts'
import type { Address, MemberId } from '../identity/index.ts'
import { measureWhole } from '../metrics/index.ts'
import { canSeal, confirmAuth, open, receivingAuths, type Session, secretsOf } from '../ratchet/index.ts'
import { noteUnproved } from './asleep-state.ts'
import { type Control, control } from './controls.ts'
import { isLinked } from './links.ts'
import { nameOf } from './members.ts'
import { formerMs, pairsAt, setPair, setPairs } from './pairs.ts'
import type { Pair } from './pairs-state.ts'
import { isWithinReach, noteOpened, owe } from './reach.ts'
import type { Path, PeerState } from './state.ts'
import { notice, Rejection, type Transaction } from './transaction.ts'

/** This many frames in a row that do not open cause a request for a handshake, at most once a minute. */
const maxUnopened = 3
const mendMs = 60_000

/** The other side spoke in the next session: it takes the place of the one before. */
const promote = (tx: Transaction, member: MemberId, pair: Pair, session: Session): Pair => {
  if (pair.former !== null) tx.stale.push(...secretsOf(pair.former.session)) // FS
  // Frames of the one before were still opening.
  const wasLive = pair.session !== null && isWithinReach(tx.state, member, tx.now)
  if (wasLive) notice(tx, 'session-replaced', { member, name: nameOf(tx.state, member) })
  // Both sides have proved their keys by now, whatever the session before rested on.
  noteUnproved(tx, member, false)
  const former = pair.session === null ? null : { session: pair.session, until: tx.now + formerMs }
  // Flow 3, and an answer to it, are answered at once.
  if (pair.next?.role === 'responder') owe(tx, member, 0)
  const { address } = pair
  if (!tx.state.room.direct.has(address) && isLinked(tx.state, member))
    tx.effects.push({ kind: 'connect', address, initiator: tx.state.self.id > member })
  return { ...pair, session, next: null, former, unopened: 0 }
}

type Slot = 'session' | 'next' | 'former'
const slots: readonly Slot[] = ['session', 'next', 'former']

const sessionIn = (pair: Pair, slot: Slot): Session | null =>
  slot === 'session' ? pair.session : (pair[slot]?.session ?? null)

const store = (tx: Transaction, member: MemberId, pair: Pair, slot: Slot, session: Session): Pair => {
  // A tag alone does not open it: the side that answers the handshake still waits for the other side's turn.
  if (slot === 'next' && pair.next !== null && !canSeal(session))
    return { ...pair, next: { ...pair.next, session } }
  if (slot === 'next') return promote(tx, member, pair, session)
  if (slot === 'session') return { ...pair, session, unopened: 0 }
  return { ...pair, former: pair.former && { ...pair.former, session }, unopened: 0 }
}

export interface Opened {
  readonly member: MemberId
  readonly control: Control
}

const decodeControl = (plaintext: Bytes): Control => {
  try {
    return decode(control, plaintext)
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('pair/malformed')
    throw error
  }
}

/**
 * Opens a `pair` frame.
 *
 * @returns who sealed it and what it says; `null` where it opens in no session of that address, which is counted
 * @throws Rejection `pair/none` where there is no session at all, `pair/malformed` on an authentic frame of another form
 */
export const openPair = async (
  tx: Transaction,
  from: Address,
  body: Bytes,
  path: Path,
): Promise<Opened | null> => {
  const candidates = pairsAt(tx.state, from)
  if (candidates.length === 0) throw new Rejection('pair/none')
  const { crypto, recorder } = tx.ports
  for (const [member, pair] of candidates) {
    for (const slot of slots) {
      const session = sessionIn(pair, slot)
      if (session === null) continue
      const outcome = await measureWhole(
        recorder,
        { operation: 'pair_open', algorithm: 'hybrid double ratchet', bytesIn: body.length },
        () => open(crypto, session, body, tx.now),
        () => 0,
      )
      if (outcome.kind === 'rejected') continue
      const message = decodeControl(outcome.plaintext)
      tx.stale.push(...outcome.stale) // FS
      setPair(tx, member, store(tx, member, pair, slot, outcome.session))
      // A letter says nothing of where its writer is now.
      if (path !== 'mail') noteOpened(tx, member)
      resetBackoff(tx, member)
      if (outcome.turned) owe(tx, member)
      return { member, control: message }
    }
  }
  countUnopened(
    tx,
    candidates.map(([member]) => member),
  )
  return null
}

const resetBackoff = (tx: Transaction, member: MemberId): void => {
  if (!tx.state.pairs.backoff.has(member)) return
  const backoff = new Map(tx.state.pairs.backoff)
  backoff.delete(member)
  setPairs(tx, { backoff })
}

const countUnopened = (tx: Transaction, members: readonly MemberId[]): void => {
  const pairs = new Map(tx.state.pairs.pairs)
  for (const member of members) {
    const pair = pairs.get(member)!
    pairs.set(member, { ...pair, unopened: Math.min(pair.unopened + 1, maxUnopened) })
  }
  setPairs(tx, { pairs })
}

/** Whether a row of frames that did not open asks for a handshake now. */
export const needsMending = ({ pairs }: PeerState, member: MemberId, now: number): boolean => {
  const pair = pairs.pairs.get(member)
  if (pair === undefined || pair.unopened < maxUnopened) return false
  return pair.mendedAt === null || now - pair.mendedAt >= mendMs
}

export const noteMending = (tx: Transaction, member: MemberId): void => {
  const pair = tx.state.pairs.pairs.get(member)
  if (pair !== undefined) setPair(tx, member, { ...pair, unopened: 0, mendedAt: tx.now })
}

/** Who of an address made the tag; `null` where none did, which counts as a frame that does not open. */
export const checkTag = async (
  tx: Transaction,
  from: Address,
  bytes: Bytes,
  tag: Bytes,
): Promise<MemberId | null> => {
  const candidates = pairsAt(tx.state, from)
  if (candidates.length === 0) throw new Rejection('pair/none')
  for (const [member, pair] of candidates) {
    for (const slot of slots) {
      const session = sessionIn(pair, slot)
      if (session === null) continue
      for (const { turn, auth } of receivingAuths(session)) {
        const ids = { sender: member, recipient: tx.state.self.id }
        const expected = await tagFor(tx.ports.crypto, auth, ids, bytes)
        if (!equalSecrets(expected, tag)) continue
        const confirmed = confirmAuth(session, turn, tx.now)
        setPair(tx, member, store(tx, member, pair, slot, confirmed))
        noteOpened(tx, member)
        return member
      }
    }
  }
  countUnopened(
    tx,
    candidates.map(([member]) => member),
  )
  return null
}
