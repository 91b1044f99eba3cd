/** The sessions of a pair: how they begin, follow one another, and end. */
import { type Bytes, encode, fromHex } from '../codec/index.ts'
import type { Address, MemberId, SessionStart } from '../identity/index.ts'
import { canSeal, createSession, expire, retired, type Session, seal, secretsOf } from '../ratchet/index.ts'
import { type Control, control } from './controls.ts'
import { encodeFrame } from './frames.ts'
import type { NextSession, Pair, PairsState } from './pairs-state.ts'
import { sendBytes, sendFrame } from './room.ts'
import type { PeerState } from './state.ts'
import { earliest, type Transaction, write } from './transaction.ts'

/** What was still on its way in a session that was replaced. */
export const formerMs = 2 * 60_000
/** A session in which the other side never spoke. */
const nextMs = 30_000
/** The initiator's first frame goes again these after its first sending. */
const repeatsMs = [1_000, 2_000, 4_000] as const

export const setPairs = (tx: Transaction, change: Partial<PairsState>): void =>
  write(tx, 'pairs', { ...tx.state.pairs, ...change })

export const setPair = (tx: Transaction, member: MemberId, pair: Pair): void =>
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
export const speaking = (pair: Pair): Session | null => {
  if (pair.session !== null) return pair.session
  return pair.next !== null && canSeal(pair.next.session) ? pair.next.session : null
}

/** Whether something can be sealed for `member`. */
export const hasSession = (state: PeerState, member: MemberId): boolean => {
  const pair = state.pairs.pairs.get(member)
  return pair !== undefined && speaking(pair) !== null
}

/** Members whose sessions belong to an address: one, or two while an entry follows another. */
export const pairsAt = ({ pairs }: PeerState, address: Address): readonly (readonly [MemberId, Pair])[] =>
  [...pairs.pairs].filter(([, pair]) => pair.address === address)

export const withSpeaking = (pair: Pair, session: Session): Pair =>
  pair.session === null && pair.next !== null
    ? { ...pair, next: { ...pair.next, session } }
    : { ...pair, session }

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
    padding: 'control',
    turn: 'due',
    now: tx.now,
  })
  tx.stale.push(...made.stale) // FS
  const next: NextSession = {
    role: 'initiator',
    session: made.session,
    run,
    frame: encodeFrame({ kind: 'pair', body: made.bytes }),
    since: tx.now,
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
  const times = { since: tx.now, until: tx.now + nextMs, resendAt: null, tries: 1 }
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
      resendAt: again === undefined ? null : next.since + again,
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
