import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { type Bytes, concat } from '../../codec/index.ts'
import type { AeadEngine } from '../aead.ts'
import { CryptoError } from '../error.ts'
import { type Engines, nodeHkdf, type Secret } from '../index.ts'
import type { DhEngine } from '../x25519.ts'

const cipher = 'aes-256-gcm'
const tagBytes = 16

/** Node's own AES-GCM: five times as fast as its Web Crypto, which leaves the thread for every call. */
const aead: AeadEngine = {
  seal: ({ key, nonce, aad }, plaintext) => {
    const sealing = createCipheriv(cipher, key, nonce).setAAD(aad)
    return concat(sealing.update(plaintext), sealing.final(), sealing.getAuthTag())
  },
  open: ({ key, nonce, aad }, ciphertext) => {
    const end = ciphertext.length - tagBytes
    if (end < 0) return null
    const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
    opening.setAAD(aad).setAuthTag(ciphertext.subarray(end))
    try {
      return concat(opening.update(ciphertext.subarray(0, end)), opening.final())
    } catch {
      return null
    }
  },
}

/** Keys as JSON: the only raw form that Node reads without OpenSSL's search through all of its decoders. */
const base64 = (raw: Uint8Array): string => Buffer.from(raw).toString('base64url')
const jwk = { kty: 'OKP', crv: 'X25519' } as const
const publicOf = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: { ...jwk, x: base64(raw) }, format: 'jwk' })

const imported = new WeakMap<Secret, KeyObject>()
const privateOf = (key: Secret): KeyObject => {
  const d = base64(key.expose())
  // `x` has to be there, and is not looked at.
  const known = imported.get(key) ?? createPrivateKey({ key: { ...jwk, d, x: d }, format: 'jwk' })
  imported.set(key, known)
  return known
}
const basePoint = publicOf(Uint8Array.of(9, ...new Uint8Array(31)))
const agree = (privateKey: Secret, publicKey: KeyObject): Bytes =>
  new Uint8Array(diffieHellman({ privateKey: privateOf(privateKey), publicKey }))

const dh: DhEngine = {
  publicKey: async (privateKey) => agree(privateKey, basePoint),
  agree: async (privateKey, publicKey) => {
    try {
      const shared = agree(privateKey, publicOf(publicKey))
      if (shared.some((byte) => byte !== 0)) return shared
    } catch {
      // Falls through: OpenSSL refuses a zero result, as we do.
    }
    throw new CryptoError('crypto/invalid-public-key')
  },
}

/** The same primitives as Node's own crypto gives them: for simulations and benchmarks there. */
export const nodeEngines: Engines = { hkdf: await nodeHkdf(), aead, dh }
