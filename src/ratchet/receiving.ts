/**
 * Opening a frame: find the header key, check the header, derive on a copy, verify the body, and only then hand out
 * the copy as the new session. Every path that ends earlier leaves the session as it was.
 */

import { type Bytes, concat, DecodeError, equal } from '../codec/index.ts'
import { type Crypto, CryptoError, type Secret } from '../crypto/index.ts'
import { arePlausible } from '../identity/index.ts'
import { addAuth } from './auth.ts'
import { decodeFrame, type Frame } from './frame.ts'
import { type Header, longHeader, openHeader, type TurnBlock } from './header.ts'
import { fingerprints } from './keys.ts'
import { bodyKeyOf, type MessageChain, messageKeyOf, nextChainKey, openBody } from './message-chain.ts'
import { unpad } from './padding.ts'
import { followTurn } from './root-chain.ts'
import {
  associatedData,
  expire,
  type Receiving,
  receivingRoute,
  remember,
  retired,
  type Session,
} from './session.ts'
import { findSkipped, limitSkipped, maxJump, type SkippedKey, skipTo } from './skipped-keys.ts'

export type RejectionCode =
  /** Not a frame, or an authentic one whose content is not canonical. */
  | 'ratchet/malformed'
  /** Forged, replayed, too old, or from a forked session: nothing tells these apart. */
  | 'ratchet/unreadable'
  /** Authentic header, more than 2,048 messages ahead. */
  | 'ratchet/jump'
  /** A turn whose keys no honest side sends. */
  | 'ratchet/bad-keys'

export type OpenOutcome =
  | {
      readonly kind: 'opened'
      /** To be stored before the message counts as received. */
      readonly session: Session
      readonly plaintext: Bytes
      /** The peer made a turn: to be answered within a second, so that its new key for tags comes into use. */
      readonly turned: boolean
      /** It acknowledged an own turn: own tags use the key of that turn from now on. */
      readonly acked: boolean
      /** Secrets of the old session that the new one lacks, to be wiped once the new one is stored. */
      readonly stale: readonly Secret[]
    }
  /** The session given stands, unchanged. */
  | { readonly kind: 'rejected'; readonly code: RejectionCode }

class Rejection extends Error {
  readonly code: RejectionCode
  constructor(code: RejectionCode) {
    super(code)
    this.code = code
  }
}

/** The session as it will be if the body opens, and the key to try. */
interface Candidate {
  readonly session: Session
  readonly messageKey: Secret
}

type Found = { readonly header: Header } & (
  | { readonly kind: 'current' | 'next' }
  | { readonly kind: 'closed'; readonly turn: number }
)

/** Finds the header key in at most 10 trials: current chain and next turn, then the closed chains, newest first. */
const findHeader = async (crypto: Crypto, session: Session, sealed: Bytes): Promise<Found> => {
  const { rootChain, chain, skipped } = session.receiving
  const aad = associatedData(receivingRoute(session))
  const read = (key: Secret) => openHeader(crypto, key, aad, sealed)
  const newest = [
    ...(chain === null ? [] : [{ kind: 'current', key: chain.headerKey } as const]),
    { kind: 'next', key: rootChain.nextHeaderKey } as const,
  ]
  // A peer that was given new keys turns in its next frame with a block: then that key is the likelier one.
  const isTurnLikely = sealed.length === longHeader && session.sending.freshFrom > rootChain.turn
  for (const { kind, key } of isTurnLikely ? newest.reverse() : newest) {
    const header = await read(key)
    if (header) return { kind, header }
  }
  for (const { turn, headerKey } of skipped.closed.toReversed()) {
    const header = await read(headerKey)
    if (header) return { kind: 'closed', header, turn }
  }
  throw new Rejection('ratchet/unreadable')
}

/** Replaces the receiving half. New keys that the limits displace at once are in neither session: wiped here. */
const withReceiving = (session: Session, receiving: Receiving, added: readonly SkippedKey[]): Session => {
  const all = { ...receiving.skipped, keys: [...receiving.skipped.keys, ...added] }
  const skipped = limitSkipped(all, receiving.rootChain.turn)
  for (const key of added) if (!skipped.keys.includes(key)) key.key.wipe() // FS
  return { ...session, receiving: { ...receiving, skipped } }
}

/** Takes the key of message `number` from `chain`, and those before it as skipped. */
const advance = async (
  crypto: Crypto,
  chain: MessageChain,
  { turn, number }: Header,
  now: number,
): Promise<{ chain: MessageChain; messageKey: Secret; skipped: readonly SkippedKey[] }> => {
  const reached = await skipTo(crypto, chain, number, { turn, now })
  const { key } = reached.chain
  const messageKey = await messageKeyOf(crypto, key)
  const next = { ...chain, key: await nextChainKey(crypto, key), next: number + 1 }
  if (key !== chain.key) key.wipe() // FS
  return { chain: next, messageKey, skipped: reached.skipped }
}

const takeSkipped = (session: Session, turn: number, number: number): Candidate => {
  const { receiving } = session
  const found = findSkipped(receiving.skipped, turn, number)
  if (found === null) throw new Rejection('ratchet/unreadable')
  const keys = receiving.skipped.keys.filter((key) => key !== found) // FS
  const skipped = { ...receiving.skipped, keys }
  // A copy: the caller wipes the key that it tried, and this one must survive a forged body.
  const messageKey = found.key.slice(0, 32)
  return { session: withReceiving(session, { ...receiving, skipped }, []), messageKey }
}

const takeCurrent = async (
  crypto: Crypto,
  session: Session,
  header: Header,
  now: number,
): Promise<Candidate> => {
  const { receiving } = session
  const chain = receiving.chain as MessageChain
  if (header.turn !== receiving.rootChain.turn) throw new Rejection('ratchet/unreadable')
  if (header.number < chain.next) return takeSkipped(session, header.turn, header.number)
  if (header.number - chain.next > maxJump) throw new Rejection('ratchet/jump')
  const taken = await advance(crypto, chain, header, now)
  const next = withReceiving(session, { ...receiving, chain: taken.chain }, taken.skipped)
  return { session: next, messageKey: taken.messageKey }
}

/** Refuses implausible keys, keys of this side (a reflection) and keys used before. */
const checkKeys = (session: Session, { keys }: TurnBlock): readonly Bytes[] => {
  const brought = fingerprints(keys)
  const seen = [...session.seen.own, ...session.seen.peer]
  if (!arePlausible(keys) || brought.some((print) => seen.some((known) => equal(known, print)))) {
    throw new Rejection('ratchet/bad-keys')
  }
  return brought
}

const takeTurn = async (
  crypto: Crypto,
  session: Session,
  header: Header,
  now: number,
): Promise<Candidate> => {
  const { receiving } = session
  const { block } = header
  const { turn, nextHeaderKey } = receiving.rootChain
  const own = session.keySets.find(({ index }) => index === block?.peerKeyIndex)
  const received = receiving.chain?.next ?? 0
  const remainder = header.previous - received
  if (header.turn !== turn + 1 || block === null || own === undefined || remainder < 0) {
    throw new Rejection('ratchet/unreadable')
  }
  if (block.peerKeyIndex > header.ack) throw new Rejection('ratchet/unreadable')
  if (remainder + header.number > maxJump) throw new Rejection('ratchet/jump')
  if (receiving.chain === null && remainder > 0) throw new Rejection('ratchet/unreadable')
  const brought = checkKeys(session, block)
  const followed = await followTurn(crypto, receiving.rootChain, receivingRoute(session), {
    block,
    own: own.keys,
  })

  const { chain: ended } = receiving
  const rest = ended && (await skipTo(crypto, ended, header.previous, { turn, now }))
  if (rest && rest.chain.key !== ended.key) rest.chain.key.wipe() // FS
  const begun = { headerKey: nextHeaderKey, key: followed.chainKey, next: 0 }
  const taken = await advance(crypto, begun, header, now)
  begun.key.wipe() // FS
  const closed = ended === null ? [] : [...receiving.skipped.closed, { turn, headerKey: ended.headerKey }]
  const next: Receiving = {
    rootChain: followed.rootChain, // FS: the old root, and the chain key that the peer has left, go
    chain: taken.chain,
    skipped: { ...receiving.skipped, closed },
    auths: addAuth(receiving.auths, { turn: header.turn, auth: followed.auth }),
  }
  const skipped = [...(rest?.skipped ?? []), ...taken.skipped]
  return {
    session: {
      ...withReceiving(session, next, skipped),
      keySets: [], // FS: no turn of the peer uses a set of ours twice
      peerKeys: block.keys,
      seen: { ...session.seen, peer: remember(session.seen.peer, brought) },
    },
    messageKey: taken.messageKey,
  }
}

const acknowledge = (session: Session, ack: number): Session => {
  const { sending } = session
  if (ack <= sending.acked) return session
  return {
    ...session,
    sending: { ...sending, acked: ack, block: null, auth: sending.nextAuth ?? sending.auth, nextAuth: null }, // FS
  }
}

const prepare = async (crypto: Crypto, session: Session, found: Found, now: number): Promise<Candidate> => {
  const { header } = found
  if (header.ack > session.sending.rootChain.turn) throw new Rejection('ratchet/unreadable')
  switch (found.kind) {
    case 'current':
      return takeCurrent(crypto, session, header, now)
    case 'next':
      return takeTurn(crypto, session, header, now)
    case 'closed':
      if (header.turn !== found.turn) throw new Rejection('ratchet/unreadable')
      return takeSkipped(session, header.turn, header.number)
  }
}

const openFrame = async (
  crypto: Crypto,
  session: Session,
  frame: Frame,
  now: number,
): Promise<OpenOutcome> => {
  const current = expire(session, now).session
  const found = await findHeader(crypto, current, frame.header)
  const { session: moved, messageKey } = await prepare(crypto, current, found, now)
  const next = acknowledge(moved, found.header.ack)
  try {
    const aad = concat(associatedData(receivingRoute(session)), frame.header)
    const key = await bodyKeyOf(crypto, messageKey, frame.salt)
    const padded = await openBody(crypto, key, aad, frame.body)
    const plaintext = unpad(padded)
    padded.fill(0)
    return {
      kind: 'opened',
      session: next,
      plaintext,
      turned: found.kind === 'next',
      acked: next.sending.acked > session.sending.acked,
      stale: retired(session, next),
    }
  } catch (error) {
    for (const secret of retired(next, session)) secret.wipe()
    throw error
  } finally {
    messageKey.wipe() // FS
  }
}

/**
 * Opens one frame of the peer. Works on a copy: only a body whose tag verifies moves the session, so a forged or
 * replayed frame uses up nothing.
 *
 * @param session - stays as it is
 * @param bytes - as received
 * @param now - milliseconds
 * @returns the new session with the plaintext, or the code of the refusal
 */
export const open = async (
  crypto: Crypto,
  session: Session,
  bytes: Uint8Array,
  now: number,
): Promise<OpenOutcome> => {
  try {
    return await openFrame(crypto, session, decodeFrame(bytes), now)
  } catch (error) {
    if (error instanceof Rejection) return { kind: 'rejected', code: error.code }
    if (error instanceof DecodeError) return { kind: 'rejected', code: 'ratchet/malformed' }
    if (!(error instanceof CryptoError)) throw error
    const code = error.code === 'crypto/invalid-public-key' ? 'ratchet/bad-keys' : 'ratchet/unreadable'
    return { kind: 'rejected', code }
  }
}
