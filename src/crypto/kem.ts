import { sha3_256 } from '@noble/hashes/sha3.js'
import { createMlKem512, createMlKem768, createMlKem1024 } from 'mlkem'
import type { Bytes } from '../codec/index.ts'
import { CryptoError } from './error.ts'
import { equalSecrets } from './secret.ts'

/** FIPS 203 parameter sets in use. Sizes in bytes. */
export interface KemParameters {
  readonly name: 'ML-KEM-512' | 'ML-KEM-768' | 'ML-KEM-1024'
  /** Rank of the module: a public key holds 256·k coefficients. */
  readonly k: 2 | 3 | 4
  readonly encapsulationKey: number
  readonly ciphertext: number
}

/** In no suite: for public vectors. */
export const mlKem512: KemParameters = { name: 'ML-KEM-512', k: 2, encapsulationKey: 800, ciphertext: 768 }
export const mlKem768: KemParameters = { name: 'ML-KEM-768', k: 3, encapsulationKey: 1184, ciphertext: 1088 }
export const mlKem1024: KemParameters = {
  name: 'ML-KEM-1024',
  k: 4,
  encapsulationKey: 1568,
  ciphertext: 1568,
}

const makers = {
  'ML-KEM-512': createMlKem512,
  'ML-KEM-768': createMlKem768,
  'ML-KEM-1024': createMlKem1024,
} as const

/** What computes ML-KEM, on raw bytes. */
export interface KemEngine {
  /** FIPS 203 §7.1 from its 64 bytes of randomness `d || z`. */
  keyGen(seed: Uint8Array): { readonly ek: Bytes; readonly dk: Bytes }
  /** FIPS 203 §7.2, with its input checks. `randomness`: 32 bytes. */
  encaps(ek: Uint8Array, randomness: Uint8Array): { readonly ciphertext: Bytes; readonly secret: Bytes }
  /** FIPS 203 §7.3, with its input checks and implicit rejection. */
  decaps(dk: Uint8Array, ciphertext: Uint8Array): Bytes
}

/**
 * FIPS 203 §7.3, hash check: a private key carries its public key and that key's hash, before the last 32
 * bytes. The package leaves it out. A key that fails it was damaged in storage: misuse, not a peer's input.
 */
const checkPrivateKey = ({ k, encapsulationKey }: KemParameters, dk: Uint8Array): void => {
  const ekAt = 384 * k
  const hashAt = ekAt + encapsulationKey
  if (dk.length !== hashAt + 64) throw new RangeError('a private key of the wrong size')
  const hash = sha3_256(dk.subarray(ekAt, hashAt))
  if (!equalSecrets(hash, dk.subarray(hashAt, hashAt + 32))) throw new RangeError('a damaged private key')
}

/** The `mlkem` package. It keeps work buffers per instance, so one instance serves one call at a time: calls are synchronous. */
export const loadKem = async (parameters: KemParameters): Promise<KemEngine> => {
  const kem = await makers[parameters.name]()
  return {
    keyGen(seed) {
      const [ek, dk] = kem.deriveKeyPair(seed)
      return { ek: ek as Bytes, dk: dk as Bytes }
    },
    encaps(ek, randomness) {
      try {
        const [ciphertext, secret] = kem.encap(ek, randomness)
        return { ciphertext: ciphertext as Bytes, secret: secret as Bytes }
      } catch {
        throw new CryptoError('crypto/invalid-public-key')
      }
    },
    decaps(dk, ciphertext) {
      if (ciphertext.length !== parameters.ciphertext) throw new CryptoError('crypto/invalid-ciphertext')
      checkPrivateKey(parameters, dk)
      return kem.decap(ciphertext, dk) as Bytes
    },
  }
}
