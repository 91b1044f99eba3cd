/**
 * A scripted exchange from which the vectors are made and against which they are checked.
 */

import { equal, toHex, utf8 } from '../../codec/index.ts'
import { type Crypto, Secret, type WebCrypto } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import {
  createSession,
  decodePublicKeys,
  encodePublicKeys,
  encodeSession,
  generateRatchetKeys,
  open,
  type Session,
  safetyNumber,
  seal,
} from '../index.ts'

/**
 * A scripted exchange. All randomness is `seededRng(seed)` (block i is SHA-256(seed || u32 i), cut to the length
 * asked for), drawn in the order: keys of side 0, keys of side 1, then per frame: if it turns, X25519 private key 32,
 * ML-KEM seed 64, encapsulation 32; header nonce 12; salt 16.
 */
const script = [
  { from: 0, text: 'first from 0', padding: 'message', lost: true },
  { from: 1, text: 'first from 1, crossing', padding: 'control', lost: false },
  { from: 0, text: 'second from 0', padding: 'message', lost: false },
  { from: 1, text: 'answer', padding: 'message', lost: false },
  { from: 0, text: 'third from 0', padding: 'control', lost: false },
] as const

const digest = (crypto: Crypto, session: Session): string => toHex(crypto.hash(encodeSession(session)))

/** Throws where a side refuses or misreads a frame. */
export const playExchange = async (subtle: WebCrypto, seed: string) => {
  const { crypto } = await seededCrypto(seed, subtle)
  const keys = [await generateRatchetKeys(crypto), await generateRatchetKeys(crypto)] as const
  const ids = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)] as const
  const create = (self: 0 | 1, peer: 0 | 1) =>
    createSession(crypto, {
      key: new Secret(new Uint8Array(32).fill(3)),
      transcript: new Uint8Array(32).fill(4),
      groupId: new Uint8Array(16).fill(5),
      self: ids[self],
      peer: ids[peer],
      keys: keys[self],
      peerKeys: decodePublicKeys(encodePublicKeys(keys[peer])),
    })
  const sessions: [Session, Session] = [await create(0, 1), await create(1, 0)]
  const created = sessions.map((session) => digest(crypto, session))
  const frames = []
  for (const { from, text, padding, lost } of script) {
    const to = from === 0 ? 1 : 0
    const sealed = await seal(crypto, sessions[from], utf8(text), padding)
    sessions[from] = sealed.session
    if (!lost) {
      const outcome = await open(crypto, sessions[to], sealed.bytes, 1000)
      if (outcome.kind === 'rejected') throw new Error(outcome.code)
      if (!equal(outcome.plaintext, utf8(text))) throw new Error('another plaintext')
      sessions[to] = outcome.session
    }
    const states = sessions.map((session) => digest(crypto, session))
    frames.push({ from, text, padding, lost, bytes: toHex(sealed.bytes), states })
  }
  return {
    source:
      'MLWE-PAKE, src/ratchet/simulation/scripted-exchange.ts; states are SHA3-256 of encodeSession for sides 0 and 1',
    seed,
    publicKeys: keys.map((one) => toHex(encodePublicKeys(one))),
    auth: toHex(sessions[0].auth.expose()),
    safetyNumber: await safetyNumber(crypto, sessions[0]),
    created,
    frames,
  }
}
