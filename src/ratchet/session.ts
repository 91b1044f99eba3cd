/**
 * The state of one side of a pair session, how it begins and which secrets it holds. Its two halves move independently:
 *
 *   sending
 *     silent ─── seal ───► turn unacknowledged ─── its ack opens ───► turn acknowledged
 *       ▲                       ▲     every header carries the block          │
 *       │                       └── seal, where a turn is due and allowed ────┘
 *       └ the responder stays here until it has opened a frame: before that it has no keys to turn to
 *
 *   receiving
 *     silent ─── first turn opens ───► chain ─── message opens ───► chain, further on
 *                                        │ └─── messages passed over: their keys are kept as skipped
 *                                        └───── next turn opens ───► new chain; the old one is closed
 *     closed ─── last skipped key used, displaced or 24 h old ───► gone
 *
 * `sending.ts` and `receiving.ts` make these moves. A frame that does not open makes none.
 */

import { type Bytes, concat, equal, utf8 } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import {
  arePlausible,
  type KeyPairs,
  type PublicKeys,
  publicKeysOf,
  type SessionStart,
} from '../identity/index.ts'
import { authsExpireAt, confirmNewest, expireAuths, type ReceivingAuth, type ReceivingAuths } from './auth.ts'
import type { TurnBlock } from './header.ts'
import { fingerprints } from './keys.ts'
import type { MessageChain } from './message-chain.ts'
import type { RootChain, Route } from './root-chain.ts'
import { expireSkipped, noSkippedKeys, type SkippedKeys, skippedExpireAt } from './skipped-keys.ts'

export const version = 2

/** Of the handshake from which the session came. */
export type Role = SessionStart['role']

/** Own keys by the number of the turn that made them; 0 for those of the responder's flow. */
export interface KeySet {
  readonly index: number
  readonly keys: KeyPairs
}

export interface Sending {
  readonly rootChain: RootChain
  /** Highest own turn that the peer has processed. At most one behind `rootChain.turn`. */
  readonly acked: number
  /** The lowest index of peer keys that no own turn has used. */
  readonly freshFrom: number
  /** When the last own turn was made, in milliseconds; 0 before the first. */
  readonly turnedAt: number
  /** `null` before the first turn. */
  readonly chain: MessageChain | null
  /** Length of the chain before. */
  readonly previous: number
  /** `null` once acknowledged. */
  readonly block: TurnBlock | null
  /** For own tags: of the turn `acked`. */
  readonly auth: Secret
  /** Of the turn that awaits its acknowledgement. */
  readonly nextAuth: Secret | null
}

export interface Receiving {
  readonly rootChain: RootChain
  /** `null` before the peer's first turn. */
  readonly chain: MessageChain | null
  readonly skipped: SkippedKeys
  /** For the peer's tags. */
  readonly auths: ReceivingAuths
}

/** One side of a pair session. Immutable: every operation returns another. */
export interface Session {
  readonly role: Role
  readonly groupId: Bytes
  readonly self: Bytes
  readonly peer: Bytes
  readonly sending: Sending
  readonly receiving: Receiving
  /** The set that the peer's next turn will use: that of the last own turn. None between its turn and the next own one. */
  readonly keySets: readonly KeySet[]
  /** The peer's latest keys. Their index is the number of its last turn. `null` before the initiator's first one. */
  readonly peerKeys: PublicKeys | null
  /** Fingerprints of the last two key sets of each side, which no turn may bring again. */
  readonly seen: { readonly own: readonly Bytes[]; readonly peer: readonly Bytes[] }
}

export interface SessionInput {
  /**
   * What the handshake gave. The caller may wipe its `key` afterwards; the responder's `keys` belong to the session
   * from now on, as key set 0.
   */
  readonly start: SessionStart
  /** Ids of 16 bytes. */
  readonly groupId: Bytes
  readonly self: Bytes
  readonly peer: Bytes
}

const label = utf8('mlwe-pake v2 pair')
/** Root, next header key and auth of one direction. */
const directionBytes = 96

const checkInput = ({ start, groupId, self, peer }: SessionInput): void => {
  const { role, key, transcript, keys, peerKeys } = start
  if (key.length !== 32 || transcript.length !== 32) throw new RangeError('key and transcript have 32 bytes')
  if ([groupId, self, peer].some((id) => id.length !== 16)) throw new RangeError('ids have 16 bytes')
  if (equal(self, peer)) throw new RangeError('a session needs two ids')
  const isInitiator = role === 'initiator'
  if ((keys === null) !== isInitiator || (peerKeys !== null) !== isInitiator) {
    throw new RangeError('only the responder begins with keys of its own')
  }
  if (peerKeys !== null && !arePlausible(peerKeys)) throw new RangeError('not public keys')
}

/**
 * @param input - what the handshake gave, and who speaks to whom
 * @returns the session before anything was sent or received
 * @throws RangeError on wrong sizes, a peer with the own id, or keys that do not fit the role
 */
export const createSession = async (crypto: Crypto, input: SessionInput): Promise<Session> => {
  checkInput(input)
  const { start, groupId, self, peer } = input
  const { role, key, transcript, keys, peerKeys } = start
  const isInitiator = role === 'initiator'
  const info = concat(label, groupId, ...(isInitiator ? [self, peer] : [peer, self]))
  const output = await crypto.derive(transcript, key, info, 2 * directionBytes)
  const rootChain = (at: number): RootChain => ({
    root: output.slice(at, at + 32),
    nextHeaderKey: output.slice(at + 32, at + 64),
    turn: 0,
  })
  const auth = (at: number): Secret => output.slice(at + 64, at + 96)
  const [toPeer, fromPeer] = isInitiator ? [0, directionBytes] : [directionBytes, 0]
  const session: Session = {
    role,
    groupId,
    self,
    peer,
    sending: {
      rootChain: rootChain(toPeer),
      acked: 0,
      freshFrom: isInitiator ? 0 : 1,
      turnedAt: 0,
      chain: null,
      previous: 0,
      block: null,
      auth: auth(toPeer),
      nextAuth: null,
    },
    receiving: {
      rootChain: rootChain(fromPeer),
      chain: null,
      skipped: noSkippedKeys,
      auths: { held: [{ turn: 0, auth: auth(fromPeer) }], confirmedAt: null },
    },
    keySets: keys === null ? [] : [{ index: 0, keys }],
    peerKeys,
    seen: {
      own: keys === null ? [] : fingerprints(publicKeysOf(keys)),
      peer: peerKeys === null ? [] : fingerprints(peerKeys),
    },
  }
  output.wipe() // FS
  return session
}

/** @returns false for a responder that has not opened a frame of its peer yet: it has no keys to turn to */
export const canSeal = ({ peerKeys }: Session): boolean => peerKeys !== null

/** @returns the key for own tags: that of the newest own turn that the peer has acknowledged */
export const sendingAuth = ({ sending }: Session): Secret => sending.auth

/** @returns the keys that may have made a tag of the peer, the newest first: one or two */
export const receivingAuths = ({ receiving }: Session): readonly ReceivingAuth[] => receiving.auths.held

/**
 * To be called when a tag of the peer verified. The older key then goes 30 s later, in `expire` or `open`.
 *
 * @param session - stays as it is
 * @param turn - of the key under which the tag verified
 * @param now - milliseconds
 * @returns the session to go on with, the same object where nothing changes
 */
export const confirmAuth = (session: Session, turn: number, now: number): Session => {
  const { receiving } = session
  const auths = confirmNewest(receiving.auths, turn, now)
  return auths === receiving.auths ? session : { ...session, receiving: { ...receiving, auths } }
}

/** @returns the route of own frames */
export const sendingRoute = ({ groupId, self, peer }: Session): Route => ({
  groupId,
  sender: self,
  receiver: peer,
})
/** @returns the route of the peer's frames */
export const receivingRoute = ({ groupId, self, peer }: Session): Route => ({
  groupId,
  sender: peer,
  receiver: self,
})

/** @returns version, group, sender, receiver: 49 bytes, the associated data of headers; that of bodies starts with it */
export const associatedData = ({ groupId, sender, receiver }: Route): Bytes =>
  concat(Uint8Array.of(version), groupId, sender, receiver)

/** @returns the fingerprints of a side's last two key sets, two each */
export const remember = (seen: readonly Bytes[], added: readonly Bytes[]): readonly Bytes[] =>
  [...seen, ...added].slice(-4)

/** @returns everything to wipe when a session ends */
export const secretsOf = ({ sending, receiving, keySets }: Session): readonly Secret[] => {
  const secrets = [sending.auth]
  if (sending.nextAuth !== null) secrets.push(sending.nextAuth)
  for (const { auth } of receiving.auths.held) secrets.push(auth)
  for (const { rootChain, chain } of [sending, receiving]) {
    secrets.push(rootChain.root, rootChain.nextHeaderKey)
    if (chain !== null) secrets.push(chain.headerKey, chain.key)
  }
  for (const { keys } of keySets) secrets.push(keys.dh.privateKey, keys.kem.privateKey)
  for (const { headerKey } of receiving.skipped.closed) secrets.push(headerKey)
  for (const { key } of receiving.skipped.keys) secrets.push(key)
  return secrets
}

/** @returns what `before` holds and `after` does not: being a difference, it includes every secret that a step dropped */
export const retired = (before: Session, after: Session): readonly Secret[] => {
  const kept = secretsOf(after)
  // As most steps leave most secrets where they were, looking there first spares a search.
  return secretsOf(before).filter((secret, i) => kept[i] !== secret && !kept.includes(secret))
}

/**
 * Drops skipped keys older than 24 h, and the older key for tags 30 s after the newer one was confirmed.
 *
 * @param now - milliseconds
 * @returns the session, the same object where nothing expired, and what it lost
 */
export const expire = (
  session: Session,
  now: number,
): { readonly session: Session; readonly stale: readonly Secret[] } => {
  const { receiving } = session
  const skipped = expireSkipped(receiving.skipped, receiving.rootChain.turn, now)
  const auths = expireAuths(receiving.auths, now)
  if (skipped === receiving.skipped && auths === receiving.auths) return { session, stale: [] }
  const next: Session = { ...session, receiving: { ...receiving, skipped, auths } }
  return { session: next, stale: retired(session, next) }
}

/** @returns the time from which `expire` has something to drop, in milliseconds, or `null` */
export const expiresAt = ({ receiving }: Session): number | null => {
  const times = [skippedExpireAt(receiving.skipped), authsExpireAt(receiving.auths)]
  const due = times.filter((at) => at !== null)
  return due.length === 0 ? null : Math.min(...due)
}

/** Counters for a dashboard; no key, no id. */
export interface SessionView {
  readonly turnsSent: number
  readonly turnsReceived: number
  /** Messages sent and received up to, in the current chain of each direction. */
  readonly sent: number
  readonly received: number
  readonly skipped: number
  /** The last own turn is not acknowledged yet: headers carry it. */
  readonly awaitingAck: boolean
}

/** @returns the counters of a session */
export const sessionView = ({ sending, receiving }: Session): SessionView => ({
  turnsSent: sending.rootChain.turn,
  turnsReceived: receiving.rootChain.turn,
  sent: sending.chain?.next ?? 0,
  received: receiving.chain?.next ?? 0,
  skipped: receiving.skipped.keys.length,
  awaitingAck: sending.block !== null,
})
