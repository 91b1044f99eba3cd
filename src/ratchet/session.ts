/**
 * The state of one side of a pair session, how it begins and which secrets it holds. Its two halves move independently:
 *
 *   sending
 *     silent ─── seal ───► turn unacknowledged ─── its ack opens ───► turn acknowledged
 *                               ▲     every header carries the block          │
 *                               └──── seal, the peer having sent new keys ────┘
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
import type { TurnBlock } from './header.ts'
import { fingerprints, type PublicKeys, publicKeysOf, type RatchetKeys } from './keys.ts'
import type { MessageChain } from './message-chain.ts'
import type { RootChain, Route } from './root-chain.ts'
import { expireSkipped, noSkippedKeys, type SkippedKeys } from './skipped-keys.ts'

export const version = 1

/** Own keys by the number of the turn that made them; 0 for those exchanged in the PAKE. */
export interface KeySet {
  readonly index: number
  readonly keys: RatchetKeys
}

export interface Sending {
  readonly rootChain: RootChain
  /** Highest own turn that the peer has processed. At most one behind `rootChain.turn`. */
  readonly acked: number
  /** The lowest index of peer keys that no own turn has used. */
  readonly freshFrom: number
  /** `null` before the first turn. */
  readonly chain: MessageChain | null
  /** Length of the chain before. */
  readonly previous: number
  /** `null` once acknowledged. */
  readonly block: TurnBlock | null
}

export interface Receiving {
  readonly rootChain: RootChain
  /** `null` before the peer's first turn. */
  readonly chain: MessageChain | null
  readonly skipped: SkippedKeys
}

/** One side of a pair session. Immutable: every operation returns another. */
export interface Session {
  readonly groupId: Bytes
  readonly self: Bytes
  readonly peer: Bytes
  /** `pair/auth`: 32 bytes, the same on both sides, for tags that only this pair can make or check. */
  readonly auth: Secret
  /** 32 bytes behind the safety number, the same on both sides. */
  readonly safety: Bytes
  readonly sending: Sending
  readonly receiving: Receiving
  /** Those that the peer may still use, oldest first: one, or two while a turn awaits its acknowledgement. */
  readonly keySets: readonly KeySet[]
  /** The peer's latest keys. Their index is the number of its last turn. */
  readonly peerKeys: PublicKeys
  /** Fingerprints of the last two key sets of each side, which no turn may bring again. */
  readonly seen: { readonly own: readonly Bytes[]; readonly peer: readonly Bytes[] }
}

export interface SessionInput {
  /** 32 bytes from the PAKE. The caller may wipe it afterwards. */
  readonly key: Secret
  /** 32 bytes. */
  readonly transcript: Bytes
  /** Ids of 16 bytes. */
  readonly groupId: Bytes
  readonly self: Bytes
  readonly peer: Bytes
  /** Those whose public half rode in the PAKE. They belong to the session from now on. */
  readonly keys: RatchetKeys
  readonly peerKeys: PublicKeys
}

const label = utf8('mlwe-pake pair')

const isLower = (a: Bytes, b: Bytes): boolean => {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at >= 0 && a[at]! < b[at]!
}

/**
 * @param input - see `SessionInput`
 * @returns the session before anything was sent or received
 * @throws RangeError on wrong sizes and on a peer with the own id
 */
export const createSession = async (crypto: Crypto, input: SessionInput): Promise<Session> => {
  const { key, transcript, groupId, self, peer, keys, peerKeys } = input
  if (key.length !== 32 || transcript.length !== 32) throw new RangeError('key and transcript have 32 bytes')
  if ([groupId, self, peer].some((id) => id.length !== 16)) throw new RangeError('ids have 16 bytes')
  if (equal(self, peer)) throw new RangeError('a session needs two ids')
  const lower = isLower(self, peer)
  const info = concat(label, groupId, ...(lower ? [self, peer] : [peer, self]))
  const output = await crypto.derive(transcript, key, info, 192)
  const rootChain = (at: number): RootChain => ({
    root: output.slice(at, at + 32),
    nextHeaderKey: output.slice(at + 32, at + 64),
    turn: 0,
  })
  const session: Session = {
    groupId,
    self,
    peer,
    auth: output.slice(128, 160),
    safety: output.expose().slice(160, 192),
    sending: {
      rootChain: rootChain(lower ? 0 : 64),
      acked: 0,
      freshFrom: 0,
      chain: null,
      previous: 0,
      block: null,
    },
    receiving: { rootChain: rootChain(lower ? 64 : 0), chain: null, skipped: noSkippedKeys },
    keySets: [{ index: 0, keys }],
    peerKeys,
    seen: { own: fingerprints(publicKeysOf(keys)), peer: fingerprints(peerKeys) },
  }
  output.wipe() // FS
  return session
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
export const secretsOf = ({ auth, sending, receiving, keySets }: Session): readonly Secret[] => {
  const secrets = [auth]
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
 * Drops skipped keys older than 24 h.
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
  if (skipped === receiving.skipped) return { session, stale: [] }
  const next: Session = { ...session, receiving: { ...receiving, skipped } }
  return { session: next, stale: retired(session, next) }
}

/** Counters to show; no key, no id. */
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
