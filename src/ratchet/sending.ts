/**
 * Sealing a message, with a turn of the sender first where one is due. The only place that makes turns.
 */

import { type Bytes, concat } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import { encodeFrame } from './frame.ts'
import { sealHeader } from './header.ts'
import { fingerprints } from './keys.ts'
import { bodyKeyOf, messageKeyOf, nextChainKey, saltBytes, sealBody } from './message-chain.ts'
import { type Padding, pad } from './padding.ts'
import { makeTurn } from './root-chain.ts'
import { associatedData, remember, retired, type Session, sendingRoute } from './session.ts'

export interface Sealed {
  /** To be stored before `bytes` leave. */
  readonly session: Session
  readonly bytes: Bytes
  /** Secrets of the old session that the new one lacks, to be wiped once the new one is stored. */
  readonly stale: readonly Secret[]
}

/** For each policy, how old the own last turn has to be, in milliseconds. */
const spacingMs = { due: 0, minute: 60_000, seldom: 600_000, never: Number.POSITIVE_INFINITY } as const

/**
 * Which frame may carry a turn. What heals a conversation is a new epoch over fresh turns, so the frames that carry
 * one turn whenever they can; for others a turn costs 2.3 KB and an exchange, and hardly heals more.
 *
 * - `due`: wherever a turn is due
 * - `minute`, `seldom`: where one is due and the last is one minute, ten minutes old
 * - `never`: not at all
 *
 * The first frame of each side turns under all of them.
 */
export type TurnPolicy = keyof typeof spacingMs

/** The peer has turned since the last own turn. Its turn used the keys of ours, so ours has arrived: turns alternate. */
const isTurnDue = ({ sending, receiving }: Session): boolean => receiving.rootChain.turn >= sending.freshFrom

/** A clock that went back does not hold a turn back. */
const isTurnAllowed = ({ sending }: Session, policy: TurnPolicy, now: number): boolean => {
  if (sending.rootChain.turn === 0 || policy === 'due') return true
  return policy !== 'never' && (now < sending.turnedAt || now - sending.turnedAt >= spacingMs[policy])
}

const turn = async (crypto: Crypto, session: Session, now: number): Promise<Session> => {
  const { sending, receiving, peerKeys: keys } = session
  if (keys === null) throw new RangeError('the responder speaks second')
  const index = receiving.rootChain.turn
  const made = await makeTurn(crypto, sending.rootChain, sendingRoute(session), { index, keys })
  return {
    ...session,
    sending: {
      rootChain: made.rootChain, // FS: the old root goes
      acked: sending.acked,
      freshFrom: index + 1,
      turnedAt: now,
      chain: { headerKey: sending.rootChain.nextHeaderKey, key: made.chainKey, next: 0 },
      previous: sending.chain?.next ?? 0,
      block: made.block,
      auth: sending.auth,
      nextAuth: made.auth,
    },
    keySets: [...session.keySets, { index: made.rootChain.turn, keys: made.keys }],
    seen: { ...session.seen, own: remember(session.seen.own, fingerprints(made.block.keys)) },
  }
}

export interface SealOptions {
  /** How the length of the plaintext is hidden. */
  readonly padding: Padding
  readonly turn: TurnPolicy
  /** Milliseconds. */
  readonly now: number
}

/**
 * Seals a message, making a turn first where one is due and the policy allows it. A short plaintext gives a frame of
 * 336 bytes, or of 2,644 with a turn block.
 *
 * @param session - stays as it is
 * @param plaintext - up to 32 KiB
 * @param options - padding, turn policy and time
 * @returns the new session and the frame
 * @throws RangeError on more than 32 KiB, and where `canSeal` is false
 */
export const seal = async (
  crypto: Crypto,
  session: Session,
  plaintext: Uint8Array,
  { padding, turn: policy, now }: SealOptions,
): Promise<Sealed> => {
  const padded = pad(plaintext, padding)
  const isTurn = isTurnDue(session) && isTurnAllowed(session, policy, now)
  const turned = isTurn ? await turn(crypto, session, now) : session
  const { sending, receiving } = turned
  const { chain } = sending
  if (chain === null) throw new RangeError('the responder speaks second')
  const aad = associatedData(sendingRoute(turned))
  const messageKey = await messageKeyOf(crypto, chain.key)
  const sealedHeader = sealHeader(crypto, chain.headerKey, aad, {
    turn: sending.rootChain.turn,
    number: chain.next,
    previous: sending.previous,
    ack: receiving.rootChain.turn,
    block: sending.block,
  })
  const salt = crypto.random(saltBytes)
  const [header, key] = await Promise.all([sealedHeader, bodyKeyOf(crypto, messageKey, salt)])
  const body = await sealBody(crypto, key, concat(aad, header), padded)
  messageKey.wipe() // FS
  padded.fill(0)
  const next: Session = {
    ...turned,
    sending: {
      ...sending,
      chain: { ...chain, key: await nextChainKey(crypto, chain.key), next: chain.next + 1 }, // FS
    },
  }
  if (turned !== session) chain.key.wipe() // FS: made and left in this call, so in neither session
  return { session: next, bytes: encodeFrame({ header, salt, body }), stale: retired(session, next) }
}
