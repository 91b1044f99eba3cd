import { type Bytes, concat } from '../codec/index.ts'
import type { Crypto, Encapsulation, KeyPair, Secret } from '../crypto/index.ts'
import { vectorDecode, vectorEncode } from './kemeleon.ts'
import { Nrho, type Suite } from './suite.ts'

/**
 * ML-BUA-sKEM (draft-vos-cfrg-pqpake §5): ML-KEM whose public key is a uniform byte string `ut || ρ`.
 * ρ, the matrix seed, is independent of the secret key and is treated as public throughout, so that the
 * variable-time expansion of the matrix depends on nothing secret.
 */
export const split = (suite: Suite, upk: Uint8Array): { readonly ut: Bytes; readonly rho: Bytes } => ({
  ut: new Uint8Array(upk.subarray(0, suite.vectorBytes)),
  rho: new Uint8Array(upk.subarray(suite.vectorBytes, suite.vectorBytes + Nrho)),
})

/** A key pair whose public key has `vectorBytes + 32` bytes. `seed`: 64 bytes. */
export const deriveKeyPair = async (crypto: Crypto, suite: Suite, seed: Secret): Promise<KeyPair> => {
  const { publicKey, privateKey } = await crypto.kemGenerate(suite.kem, seed)
  const vector = publicKey.subarray(0, publicKey.length - Nrho)
  const rho = publicKey.subarray(publicKey.length - Nrho)
  return { publicKey: concat(vectorEncode(vector, suite.vectorBytes, crypto.random), rho), privateKey }
}

export const encapsulate = (crypto: Crypto, suite: Suite, upk: Uint8Array): Promise<Encapsulation> => {
  const { ut, rho } = split(suite, upk)
  return crypto.kemEncapsulate(concat(vectorDecode(ut, suite.kem.k), rho), suite.kem)
}

export const decapsulate = (
  crypto: Crypto,
  suite: Suite,
  key: Secret,
  ciphertext: Uint8Array,
): Promise<Secret> => crypto.kemDecapsulate(key, ciphertext, suite.kem)
