/**
 * ML-BUA-sKEM (draft-vos-cfrg-pqpake §5): ML-KEM whose public key is a uniform byte string `ut || ρ`. ρ, the matrix
 * seed, is independent of the secret key and is treated as public throughout, so that the variable-time expansion
 * of the matrix depends on nothing secret.
 */

import { type Bytes, concat } from '../codec/index.ts'
import type { Crypto, Encapsulation, KeyPair, Secret } from '../crypto/index.ts'
import { vectorDecode, vectorEncode } from './kemeleon.ts'
import { Nrho, type Suite } from './suite.ts'

/**
 * @param suite - sizes
 * @param upk - uniform public key
 * @returns its vector `ut` and the matrix seed ρ, 32 bytes, as copies
 */
export const split = (suite: Suite, upk: Uint8Array): { readonly ut: Bytes; readonly rho: Bytes } => ({
  ut: new Uint8Array(upk.subarray(0, suite.vectorBytes)),
  rho: new Uint8Array(upk.subarray(suite.vectorBytes, suite.vectorBytes + Nrho)),
})

/**
 * Draws 72 bytes for the encoding.
 *
 * @param crypto - primitives
 * @param suite - parameter set
 * @param seed - `d || z`, 64 bytes
 * @returns a key pair whose public key has `vectorBytes + 32` bytes and looks uniform
 */
export const deriveKeyPair = async (crypto: Crypto, suite: Suite, seed: Secret): Promise<KeyPair> => {
  const { publicKey, privateKey } = await crypto.kemGenerate(suite.kem, seed)
  const vector = publicKey.subarray(0, publicKey.length - Nrho)
  const rho = publicKey.subarray(publicKey.length - Nrho)
  return { publicKey: concat(vectorEncode(vector, suite.vectorBytes, crypto.random), rho), privateKey }
}

/**
 * @param crypto - primitives
 * @param suite - parameter set
 * @param upk - any bytes of the size of a uniform public key
 * @returns ciphertext and secret (32 bytes)
 */
export const encapsulate = (crypto: Crypto, suite: Suite, upk: Uint8Array): Promise<Encapsulation> => {
  const { ut, rho } = split(suite, upk)
  return crypto.kemEncapsulate(concat(vectorDecode(ut, suite.kem.k), rho), suite.kem)
}

/**
 * @param crypto - primitives
 * @param suite - parameter set
 * @param key - private key, the 64-byte seed
 * @param ciphertext - of the right size
 * @returns the secret, 32 bytes; an unrelated one for a ciphertext of another key
 * @throws CryptoError `crypto/invalid-ciphertext` on another size
 */
export const decapsulate = (
  crypto: Crypto,
  suite: Suite,
  key: Secret,
  ciphertext: Uint8Array,
): Promise<Secret> => crypto.kemDecapsulate(key, ciphertext, suite.kem)
