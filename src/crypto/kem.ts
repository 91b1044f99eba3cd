import { createMlKem768, createMlKem1024 } from 'mlkem'
import type { Bytes } from '../codec/index.ts'
import { CryptoError } from './error.ts'

/** FIPS 203 parameter sets in use. Sizes in bytes. */
export interface KemParameters {
  readonly name: 'ML-KEM-768' | 'ML-KEM-1024'
  /** Rank of the module: a public key holds 256·k coefficients. */
  readonly k: 3 | 4
  readonly encapsulationKey: number
  readonly ciphertext: number
}

export const mlKem768: KemParameters = { name: 'ML-KEM-768', k: 3, encapsulationKey: 1184, ciphertext: 1088 }
export const mlKem1024: KemParameters = {
  name: 'ML-KEM-1024',
  k: 4,
  encapsulationKey: 1568,
  ciphertext: 1568,
}

/** What computes ML-KEM, on raw bytes. */
export interface KemEngine {
  /** FIPS 203 §7.1 from its 64 bytes of randomness `d || z`. */
  keyGen(seed: Uint8Array): { readonly ek: Bytes; readonly dk: Bytes }
  /** FIPS 203 §7.2, with its input checks. `randomness`: 32 bytes. */
  encaps(ek: Uint8Array, randomness: Uint8Array): { readonly ciphertext: Bytes; readonly secret: Bytes }
  /** FIPS 203 §7.3, with its input checks and implicit rejection. */
  decaps(dk: Uint8Array, ciphertext: Uint8Array): Bytes
}

/** The `mlkem` package. It keeps work buffers per instance, so one instance serves one call at a time: calls are synchronous. */
export const loadKem = async (parameters: KemParameters): Promise<KemEngine> => {
  const kem = await (parameters.name === 'ML-KEM-768' ? createMlKem768() : createMlKem1024())
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
      return kem.decap(ciphertext, dk) as Bytes
    },
  }
}
