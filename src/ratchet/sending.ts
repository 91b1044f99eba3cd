/**
 * Sealing a message, with a turn of the sender first where one is due. The only place that makes turns.
 */

import { type Bytes, concat } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import { encodeFrame } from './frame.ts'
import { sealHeader } from './header.ts'
import { fingerprints } from './keys.ts'
import {
  bodyKeyOf,
  type MessageChain,
  messageKeyOf,
  nextChainKey,
  saltBytes,
  sealBody,
} from './message-chain.ts'
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

/** The peer has new keys and no own turn is under way: so the receiver is never more than one root step behind. */
const isTurnDue = ({ sending, receiving }: Session): boolean =>
  receiving.rootChain.turn >= sending.freshFrom && sending.acked === sending.rootChain.turn

const turn = async (crypto: Crypto, session: Session): Promise<Session> => {
  const { sending, receiving, peerKeys: keys } = session
  const index = receiving.rootChain.turn
  const made = await makeTurn(crypto, sending.rootChain, sendingRoute(session), { index, keys })
  return {
    ...session,
    sending: {
      rootChain: made.rootChain, // FS: the old root goes
      acked: sending.acked,
      freshFrom: index + 1,
      chain: { headerKey: sending.rootChain.nextHeaderKey, key: made.chainKey, next: 0 },
      previous: sending.chain?.next ?? 0,
      block: made.block,
    },
    keySets: [...session.keySets, { index: made.rootChain.turn, keys: made.keys }],
    seen: { ...session.seen, own: remember(session.seen.own, fingerprints(made.block.keys)) },
  }
}

/**
 * Seals a message, making a turn first where one is due. With a turn block, a short `message` gives a frame of 2,644
 * bytes, a short `control` one of 4,436.
 *
 * @param session - stays as it is
 * @param plaintext - up to 32 KiB
 * @param padding - how its length is hidden
 * @returns the new session and the frame
 * @throws RangeError on more than 32 KiB
 */
export const seal = async (
  crypto: Crypto,
  session: Session,
  plaintext: Uint8Array,
  padding: Padding,
): Promise<Sealed> => {
  const padded = pad(plaintext, padding)
  const turned = isTurnDue(session) ? await turn(crypto, session) : session
  const { sending, receiving } = turned
  const chain = sending.chain as MessageChain
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
