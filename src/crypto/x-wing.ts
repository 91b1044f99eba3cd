/**
 * X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 behind one KEM whose secret holds while either
 * does. Public key 1,216 bytes, ciphertext 1,120, secret 32; the private key is its 32-byte seed.
 */

import { shake256 } from '@noble/hashes/sha3.js'
import { type Bytes, concat, fromHex } from '../codec/index.ts'
import type { Crypto, Encapsulation, KeyPair } from './crypto.ts'
import { CryptoError } from './error.ts'
import { mlKem768 } from './kem.ts'
import { Secret } from './secret.ts'

/** Sizes in bytes. */
export const xWing = { seed: 32, publicKey: 1216, ciphertext: 1120 } as const

/** `\./` over `/^\`. */
const xWingLabel = fromHex('5c2e2f2f5e5c')
const basePoint = Uint8Array.of(9, ...new Uint8Array(31))

interface ExpandedKey {
  readonly kem: KeyPair
  readonly dh: KeyPair
}

/** `expandDecapsulationKey` (§5.2): 96 bytes of SHAKE256 are the ML-KEM seed `d || z` and the X25519 key. */
const expandKey = async (crypto: Crypto, seed: Secret): Promise<ExpandedKey> => {
  if (seed.length !== xWing.seed) throw new RangeError('an X-Wing seed has 32 bytes')
  const expanded = new Secret(shake256(seed.expose(), { dkLen: 96 }) as Bytes)
  const privateKey = expanded.slice(64, 96)
  const kem = await crypto.kemGenerate(mlKem768, expanded.slice(0, 64))
  const publicKey = (await crypto.dhAgree(privateKey, basePoint)).expose()
  expanded.wipe()
  return { kem, dh: { publicKey, privateKey } }
}

const combine = (crypto: Crypto, parts: readonly [kem: Secret, dh: Secret, ct: Bytes, pk: Bytes]): Secret => {
  const [kem, dh, ciphertext, publicKey] = parts
  return new Secret(crypto.hash(kem.expose(), dh.expose(), ciphertext, publicKey, xWingLabel))
}

/** X25519 as the draft uses it: a low-order key gives zeros, which the combiner takes like any other secret. */
const agree = async (crypto: Crypto, privateKey: Secret, publicKey: Bytes): Promise<Secret> => {
  try {
    return await crypto.dhAgree(privateKey, publicKey)
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    return new Secret(new Uint8Array(32))
  }
}

/**
 * @param crypto - primitives
 * @param seed - private key, 32 bytes
 * @returns its public key, 1,216 bytes
 * @throws RangeError on a seed of another length
 */
export const generateXWing = async (crypto: Crypto, seed: Secret): Promise<Bytes> => {
  const { kem, dh } = await expandKey(crypto, seed)
  return concat(kem.publicKey, dh.publicKey)
}

/**
 * Draws 32 bytes for ML-KEM, then 32 for X25519.
 *
 * @param crypto - primitives
 * @param publicKey - 1,216 bytes
 * @returns ciphertext (1,120 bytes) and secret (32)
 * @throws CryptoError `crypto/invalid-public-key`
 */
export const encapsulateXWing = async (crypto: Crypto, publicKey: Uint8Array): Promise<Encapsulation> => {
  if (publicKey.length !== xWing.publicKey) throw new CryptoError('crypto/invalid-public-key')
  const kemKey = publicKey.slice(0, mlKem768.encapsulationKey)
  const dhKey = publicKey.slice(mlKem768.encapsulationKey) as Bytes
  const kem = await crypto.kemEncapsulate(kemKey, mlKem768)
  const own = await crypto.dhGenerate()
  const shared = await agree(crypto, own.privateKey, dhKey)
  const secret = combine(crypto, [kem.secret, shared, own.publicKey, dhKey])
  return { ciphertext: concat(kem.ciphertext, own.publicKey), secret }
}

/**
 * Never fails on a ciphertext of the right size.
 *
 * @param crypto - primitives
 * @param seed - private key, 32 bytes
 * @param ciphertext - 1,120 bytes
 * @returns the secret, 32 bytes
 * @throws CryptoError `crypto/invalid-ciphertext` on another size
 */
export const decapsulateXWing = async (
  crypto: Crypto,
  seed: Secret,
  ciphertext: Uint8Array,
): Promise<Secret> => {
  if (ciphertext.length !== xWing.ciphertext) throw new CryptoError('crypto/invalid-ciphertext')
  const { kem, dh } = await expandKey(crypto, seed)
  const dhShare = ciphertext.slice(mlKem768.ciphertext) as Bytes
  const secret = await crypto.kemDecapsulate(
    kem.privateKey,
    ciphertext.slice(0, mlKem768.ciphertext),
    mlKem768,
  )
  const shared = await agree(crypto, dh.privateKey, dhShare)
  return combine(crypto, [secret, shared, dhShare, dh.publicKey])
}
