/** X25519 (RFC 7748) by Web Crypto where it is there, by noble-curves otherwise. */

import { x25519 } from '@noble/curves/ed25519.js'
import { type Bytes, concat, fromHex } from '../codec/index.ts'
import { CryptoError } from './error.ts'
import { Secret } from './secret.ts'
import { toBytes, type WebCrypto, type WebKey } from './web-crypto.ts'

/** RFC 7748 §5 on raw 32-byte strings. An all-zero result (a small-order public key) is refused: §6.1. */
export interface DhEngine {
  publicKey(privateKey: Secret): Promise<Bytes>
  agree(privateKey: Secret, publicKey: Uint8Array): Promise<Bytes>
}

/** RFC 8410 §7: the PKCS #8 frame around a raw private key, the only raw-like import Web Crypto has. */
const pkcs8Prefix = fromHex('302e020100300506032b656e04220420')
const basePoint = Uint8Array.of(9, ...new Uint8Array(31))

/** Imported private keys are kept as long as their raw form. */
const webDh = (subtle: WebCrypto): DhEngine => {
  const algorithm = { name: 'X25519' }
  const importPrivate = (privateKey: Secret): Promise<WebKey> =>
    privateKey.form(algorithm, (raw) =>
      subtle.importKey('pkcs8', concat(pkcs8Prefix, raw), algorithm, false, ['deriveBits']),
    )
  const agree = async (privateKey: Secret, publicKey: Uint8Array): Promise<Bytes> => {
    const own = await importPrivate(privateKey)
    try {
      const peer = await subtle.importKey('raw', publicKey, algorithm, false, [])
      const shared = toBytes(await subtle.deriveBits({ ...algorithm, public: peer }, own, 256))
      // Not every engine makes the check itself.
      if (shared.every((byte) => byte === 0)) throw new CryptoError('crypto/invalid-public-key')
      return shared
    } catch {
      throw new CryptoError('crypto/invalid-public-key')
    }
  }
  return { publicKey: (privateKey) => agree(privateKey, basePoint), agree }
}

const nobleDh: DhEngine = {
  publicKey: async (privateKey) => x25519.getPublicKey(privateKey.expose()) as Bytes,
  agree: async (privateKey, publicKey) => {
    try {
      return x25519.getSharedSecret(privateKey.expose(), publicKey) as Bytes
    } catch {
      throw new CryptoError('crypto/invalid-public-key')
    }
  },
}

/**
 * @param subtle - Web Crypto
 * @returns its X25519, or the portable one where it has none
 */
export const loadDh = async (subtle: WebCrypto): Promise<DhEngine> => {
  const web = webDh(subtle)
  try {
    await web.publicKey(new Secret(basePoint.slice()))
    return web
  } catch {
    return nobleDh
  }
}
