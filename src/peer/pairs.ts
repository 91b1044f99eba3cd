/**
 * Seals to members and opens what they sealed. A frame is tried in the session, in the one that is to follow, and in the
 * one before; nothing changes unless all of it verifies.
 */
import { type Bytes, DecodeError, decode, encode, fromHex } from '../codec/index.ts'
import { equalSecrets } from '../crypto/index.ts'
import { nextAuthor, tagFor } from '../group/index.ts'
import type { Address, MemberId, SessionStart } from '../identity/index.ts'
import { measure, measureWhole } from '../metrics/index.ts'
import {
  canSeal,
  confirmAuth,
  createSession,
  expire,
  open,
  type Padding,
  receivingAuths,
  retired,
  type Sealed,
  type Session,
  seal,
  secretsOf,
  sendingAuth,
  type TurnPolicy,
} from '../ratchet/index.ts'
import { noteUnproved } from './asleep-state.ts'
import { type Control, control } from './controls.ts'
import { encodeFrame } from './frames.ts'
import { isLinked } from './links.ts'
import { nameOf } from './members.ts'
import type { NextSession, Pair, PairsState } from './pairs-state.ts'
import { isWithinReach, noteOpened, noteSealed, owe, surroundingsOf } from './reach.ts'
import { pathTo, sendBytes, sendFrame } from './room.ts'
import type { Path, PeerState } from './state.ts'
import { earliest, notice, Rejection, type Transaction, write } from './transaction.ts'

/** What was still on its way in a session that was replaced. */
const formerMs = 2 * 60_000
/** A session in which the other side never spoke. */
const nextMs = 30_000
/** The initiator's first frame goes again these after its first sending. */
const repeatsMs = [1_000, 2_000, 4_000] as const
/** This many frames in a row that do not open cause a request for a handshake, at most once a minute. */
const maxUnopened = 3
const mendMs = 60_000

const setPairs = (tx: Transaction, change: Partial<PairsState>): void =>
  write(tx, 'pairs', { ...tx.state.pairs, ...change })

const setPair = (tx: Transaction, member: MemberId, pair: Pair): void =>
  setPairs(tx, { pairs: new Map(tx.state.pairs.pairs).set(member, pair) })

export const pairOf = (state: PeerState, member: MemberId): Pair | null =>
  state.pairs.pairs.get(member) ?? null

const emptyPair = (address: Address): Pair => ({
  address,
  session: null,
  next: null,
  former: null,
  unopened: 0,
  mendedAt: null,
})

/** The session that new things go into: the next one only where there is no other. */
const speaking = (pair: Pair): Session | null => {
  if (pair.session !== null) return pair.session
  return pair.next !== null && canSeal(pair.next.session) ? pair.next.session : null
}

/** Whether something can be sealed for `member`. */
export const hasSession = (state: PeerState, member: MemberId): boolean => {
  const pair = state.pairs.pairs.get(member)
  return pair !== undefined && speaking(pair) !== null
}

const withSpeaking = (pair: Pair, session: Session): Pair =>
  pair.session === null && pair.next !== null
    ? { ...pair, next: { ...pair.next, session } }
    : { ...pair, session }

/** Before an epoch is renewed, who will make it and each other member turn to keys that no former copy has. */
const isRenewalNear = ({ state, now }: Transaction, to: MemberId): boolean => {
  const author = nextAuthor(state.group, surroundingsOf(state, now))
  return author === to || author === state.self.id
}

/** What heals a conversation is carried by a fresh turn; small talk hardly makes one. */
const turnOf = (tx: Transaction, to: MemberId, message: Control): TurnPolicy => {
  if (message.kind === 'heartbeat') return isRenewalNear(tx, to) ? 'minute' : 'never'
  if (message.kind === 'receipt') return isRenewalNear(tx, to) ? 'minute' : 'seldom'
  // They carry keys.
  if (message.kind === 'password') return 'due'
  if (message.kind === 'file' && message.message.kind === 'offer') return 'due'
  if (message.kind !== 'group') return 'minute'
  return message.message.kind === 'epoch' || message.message.kind === 'ack' ? 'due' : 'minute'
}

const paddingOf = ({ kind }: Control): Padding => (kind === 'said' ? 'message' : 'control')

export interface Letter {
  readonly to: MemberId
  readonly message: Control
}

const record = { operation: 'pair_seal', algorithm: 'hybrid double ratchet', bytesIn: 0 } as const

/** Seals each for its member, all at once; two for one member in their order. */
const sealAll = async (tx: Transaction, letters: readonly Letter[]): Promise<readonly (Bytes | null)[]> => {
  const { crypto, recorder } = tx.ports
  // Side by side, what a session records cannot be told from what its neighbour does.
  const measured = letters.length === 1 ? measureWhole : measure
  const latest = new Map<MemberId, Promise<Sealed>>()
  const sealed = await Promise.all(
    letters.map(({ to, message }) => {
      const pair = tx.state.pairs.pairs.get(to)
      const session = pair === undefined ? null : speaking(pair)
      if (session === null) return null
      const sealIn = (in_: Session): Promise<Sealed> =>
        measured(
          recorder,
          record,
          () =>
            seal(crypto, in_, encode(control, message), {
              padding: paddingOf(message),
              turn: turnOf(tx, to, message),
              now: tx.now,
            }),
          ({ bytes }) => bytes.length,
        )
      const made = latest.get(to)?.then((before) => sealIn(before.session)) ?? sealIn(session)
      latest.set(to, made)
      return made
    }),
  )
  const pairs = new Map(tx.state.pairs.pairs)
  for (const [i, { to }] of letters.entries()) {
    const one = sealed[i]
    if (!one) continue
    tx.stale.push(...one.stale) // FS
    pairs.set(to, withSpeaking(pairs.get(to)!, one.session))
  }
  setPairs(tx, { pairs })
  return sealed.map((one) => one?.bytes ?? null)
}

/** Seals and sends, where there is a session and a way. */
export const sendControls = async (tx: Transaction, letters: readonly Letter[]): Promise<void> => {
  const sendable = letters.filter(({ to }) => {
    const pair = tx.state.pairs.pairs.get(to)
    return pair !== undefined && speaking(pair) !== null && pathTo(tx.state, pair.address) !== null
  })
  if (sendable.length === 0) return
  const bodies = await sealAll(tx, sendable)
  for (const [i, { to, message }] of sendable.entries()) {
    const body = bodies[i]
    if (body == null) continue
    sendFrame(tx, tx.state.pairs.pairs.get(to)!.address, { kind: 'pair', body }, { inside: message })
    noteSealed(tx, to, message)
  }
}

/** False where there is no session with `to`, or no way to it now. */
export const sendControl = async (tx: Transaction, to: MemberId, message: Control): Promise<boolean> => {
  const pair = tx.state.pairs.pairs.get(to)
  if (pair === undefined || speaking(pair) === null || pathTo(tx.state, pair.address) === null) return false
  await sendControls(tx, [{ to, message }])
  return true
}

/** Seals for a mailbox: the body of a `pair` frame, `null` without a session. */
export const sealLetter = async (tx: Transaction, to: MemberId, message: Control): Promise<Bytes | null> =>
  (await sealAll(tx, [{ to, message }]))[0] ?? null

const newSession = (tx: Transaction, member: MemberId, start: SessionStart): Promise<Session> =>
  createSession(tx.ports.crypto, {
    start,
    groupId: tx.state.groupId,
    self: fromHex(tx.state.self.id),
    peer: fromHex(member),
  })

const setNext = (tx: Transaction, member: MemberId, address: Address, next: NextSession): void => {
  const pair = tx.state.pairs.pairs.get(member) ?? emptyPair(address)
  if (pair.next !== null) tx.stale.push(...secretsOf(pair.next.session)) // FS
  setPair(tx, member, { ...pair, next })
}

/**
 * This member opened the handshake, and flow 2 was right: `first` is its first frame, which is flow 3. Nothing else
 * goes into the session before the other side spoke in it, unless there is no other session.
 */
export const adoptInitiated = async (
  tx: Transaction,
  { member, address, run, start }: { member: MemberId; address: Address; run: Bytes; start: SessionStart },
  first: Control,
): Promise<Bytes> => {
  const session = await newSession(tx, member, start)
  tx.stale.push(start.key) // FS
  const made = await seal(tx.ports.crypto, session, encode(control, first), {
    padding: paddingOf(first),
    turn: 'due',
    now: tx.now,
  })
  tx.stale.push(...made.stale) // FS
  const next: NextSession = {
    role: 'initiator',
    session: made.session,
    run,
    frame: encodeFrame({ kind: 'pair', body: made.bytes }),
    until: tx.now + nextMs,
    resendAt: tx.now + repeatsMs[0],
    tries: 1,
  }
  setNext(tx, member, address, next)
  sendFrame(tx, address, { kind: 'pair', body: made.bytes }, { inside: first })
  return made.bytes
}

/** The other side opened the handshake: it speaks first. `frame`: the one that carries flow 2. */
export const adoptCandidate = async (
  tx: Transaction,
  { member, address, run, start }: { member: MemberId; address: Address; run: Bytes; start: SessionStart },
  frame: Bytes,
): Promise<void> => {
  const session = await newSession(tx, member, start)
  tx.stale.push(start.key) // FS
  const times = { until: tx.now + nextMs, resendAt: null, tries: 1 }
  setNext(tx, member, address, { role: 'responder', session, run, frame, ...times })
}

/** A letter's session at its reader: in use at once unless a live one is. */
export const adoptLetter = (tx: Transaction, member: MemberId, address: Address, session: Session): void => {
  const pair = tx.state.pairs.pairs.get(member) ?? emptyPair(address)
  if (pair.session === null) return setPair(tx, member, { ...pair, session })
  if (pair.former !== null) tx.stale.push(...retired(pair.former.session, session)) // FS
  setPair(tx, member, { ...pair, former: { session, until: tx.now + formerMs } })
}

/** A member that is gone has no session here any more. */
export const endPair = (tx: Transaction, member: MemberId): void => {
  const pair = tx.state.pairs.pairs.get(member)
  if (pair === undefined) return
  const pairs = new Map(tx.state.pairs.pairs)
  pairs.delete(member)
  setPairs(tx, { pairs })
  for (const session of [pair.session, pair.next?.session, pair.former?.session])
    if (session) tx.stale.push(...secretsOf(session)) // FS
}

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

/** Members whose sessions belong to an address: one, or two while an entry follows another. */
export const pairsAt = ({ pairs }: PeerState, address: Address): readonly (readonly [MemberId, Pair])[] =>
  [...pairs.pairs].filter(([, pair]) => pair.address === address)

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

/** The tag of a group message for `to`: 16 bytes, `null` without a session. */
export const sealTag = async (tx: Transaction, to: MemberId, bytes: Bytes): Promise<Bytes | null> => {
  const pair = tx.state.pairs.pairs.get(to)
  const session = pair === undefined ? null : speaking(pair)
  if (session === null) return null
  return tagFor(tx.ports.crypto, sendingAuth(session), { sender: tx.state.self.id, recipient: to }, bytes)
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

/** What is past its time: former sessions, next ones in which nobody spoke, old skipped and authentication keys. */
const expirePair = (tx: Transaction, pair: Pair): Pair => {
  let { session, next, former } = pair
  if (former !== null && tx.now >= former.until) {
    tx.stale.push(...secretsOf(former.session)) // FS
    former = null
  }
  if (next !== null && tx.now >= next.until) {
    tx.stale.push(...secretsOf(next.session)) // FS
    next = null
  }
  if (session !== null) {
    const kept = expire(session, tx.now)
    tx.stale.push(...kept.stale) // FS
    session = kept.session
  }
  const isSame = session === pair.session && next === pair.next && former === pair.former
  return isSame ? pair : { ...pair, session, next, former }
}

const repeatFirst = (tx: Transaction, pair: Pair): Pair => {
  const { next } = pair
  if (next?.resendAt == null || tx.now < next.resendAt) return pair
  sendBytes(tx, pair.address, next.frame)
  const again = repeatsMs[next.tries]
  return {
    ...pair,
    next: {
      ...next,
      tries: next.tries + 1,
      resendAt: again === undefined ? null : next.until - nextMs + again,
    },
  }
}

export const tickPairs = (tx: Transaction): void => {
  let changed = false
  const pairs = new Map(tx.state.pairs.pairs)
  for (const [member, pair] of pairs) {
    const kept = repeatFirst(tx, expirePair(tx, pair))
    if (kept === pair) continue
    changed = true
    if (kept.session === null && kept.next === null && kept.former === null) pairs.delete(member)
    else pairs.set(member, kept)
  }
  if (changed) setPairs(tx, { pairs })
}

export const wakeAtPairs = ({ pairs }: PeerState): number | null =>
  earliest(
    ...[...pairs.pairs.values()].flatMap(({ next, former }) => [
      next?.until ?? null,
      next?.resendAt ?? null,
      former?.until ?? null,
    ]),
  )
