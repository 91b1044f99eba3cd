/**
 * ML-KEM (FIPS 203). Private keys are held as their 64-byte seed `d || z`; the engine is the `mlkem` package unless
 * another one is chosen.
 */

import { sha3_256 } from '@noble/hashes/sha3.js'
import { createMlKem512, createMlKem768, createMlKem1024 } from 'mlkem'
import type { Bytes } from '../codec/index.ts'
import { CryptoError } from './error.ts'
import { equalSecrets, type Secret } from './secret.ts'

/** FIPS 203 parameter sets in use. Sizes in bytes. */
export interface KemParameters {
  readonly name: 'ML-KEM-512' | 'ML-KEM-768' | 'ML-KEM-1024'
  /** Rank of the module: a public key holds 256·k coefficients. */
  readonly k: 2 | 3 | 4
  readonly encapsulationKey: number
  readonly ciphertext: number
}

/** Not used by the protocol: for public vectors. */
export const mlKem512: KemParameters = { name: 'ML-KEM-512', k: 2, encapsulationKey: 800, ciphertext: 768 }
export const mlKem768: KemParameters = { name: 'ML-KEM-768', k: 3, encapsulationKey: 1184, ciphertext: 1088 }
export const mlKem1024: KemParameters = {
  name: 'ML-KEM-1024',
  k: 4,
  encapsulationKey: 1568,
  ciphertext: 1568,
}

/** `d || z` of FIPS 203 §7.1: the form in which private keys are held and stored. */
export const kemSeedBytes = 64

/** What computes ML-KEM. */
export interface KemEngine {
  /** FIPS 203 §7.1: the public key of a seed of 64 bytes. */
  publicKey(seed: Secret): Promise<Bytes>
  /** A fresh pair, seed and public key, by an engine that draws randomness itself and has it cheaper than from a seed. */
  generate?(): Promise<{ readonly publicKey: Bytes; readonly privateKey: Secret }>
  /** FIPS 203 §7.2, with its input checks. An engine of the browser draws its randomness itself. */
  encaps(
    ek: Uint8Array,
    random: (count: number) => Bytes,
  ): Promise<{ readonly ciphertext: Bytes; readonly secret: Bytes }>
  /** FIPS 203 §7.3, with its input checks and implicit rejection. `key`: a seed, or the long form. */
  decaps(key: Secret, ciphertext: Uint8Array): Promise<Bytes>
}

const makers = {
  'ML-KEM-512': createMlKem512,
  'ML-KEM-768': createMlKem768,
  'ML-KEM-1024': createMlKem1024,
} as const

/**
 * FIPS 203 §7.3, hash check: a private key in its long form carries its public key and that key's hash, before
 * the last 32 bytes. The package leaves it out. A key that fails it was damaged in storage: misuse, not input.
 */
const checkPrivateKey = ({ k, encapsulationKey }: KemParameters, dk: Uint8Array): void => {
  const ekAt = 384 * k
  const hashAt = ekAt + encapsulationKey
  if (dk.length !== hashAt + 64) throw new RangeError('a private key of the wrong size')
  const hash = sha3_256(dk.subarray(ekAt, hashAt))
  if (!equalSecrets(hash, dk.subarray(hashAt, hashAt + 32))) throw new RangeError('a damaged private key')
}

/**
 * `engine` behind the length checks of FIPS 203 §7. Engines differ in the lengths they let pass, so no caller relies
 * on theirs.
 *
 * @param parameters - parameter set of the engine
 * @param engine - what computes; it sees inputs of the right lengths only
 * @returns the same engine. `publicKey` and `decaps` throw RangeError on a private key of another length (misuse: keys
 * are our own); `encaps` throws CryptoError `crypto/invalid-public-key`, `decaps` `crypto/invalid-ciphertext`
 */
export const checkedKem = (parameters: KemParameters, engine: KemEngine): KemEngine => {
  const { k, encapsulationKey, ciphertext: ciphertextBytes } = parameters
  const longKeyBytes = 384 * k + encapsulationKey + 64
  return {
    ...engine,
    publicKey: async (seed) => {
      if (seed.length !== kemSeedBytes) throw new RangeError('an ML-KEM seed has 64 bytes')
      return engine.publicKey(seed)
    },
    encaps: async (ek, random) => {
      if (ek.length !== encapsulationKey) throw new CryptoError('crypto/invalid-public-key')
      return engine.encaps(ek, random)
    },
    decaps: async (key, ciphertext) => {
      if (key.length !== kemSeedBytes && key.length !== longKeyBytes)
        throw new RangeError('a private key of the wrong size')
      if (ciphertext.length !== ciphertextBytes) throw new CryptoError('crypto/invalid-ciphertext')
      return engine.decaps(key, ciphertext)
    },
  }
}

export interface PortableKem extends KemEngine {
  /** FIPS 203 §7.1, both keys; the private one in its long form of 768·k + 96 bytes. */
  keyPair(seed: Uint8Array): { readonly ek: Bytes; readonly dk: Bytes }
}

/**
 * The `mlkem` package. It keeps work buffers per instance, which serves one call at a time: its calls are
 * synchronous. The long form of a seed is made once and wiped with it.
 *
 * @param parameters - parameter set
 * @returns its engine; it takes randomness from the caller, so results repeat
 */
export const portableKem = async (parameters: KemParameters): Promise<PortableKem> => {
  const kem = await makers[parameters.name]()
  const keyPair = (seed: Uint8Array) => {
    const [ek, dk] = kem.deriveKeyPair(seed)
    return { ek: ek as Bytes, dk: dk as Bytes }
  }
  const longForm = (key: Secret): Uint8Array => {
    if (key.length === kemSeedBytes) return key.derived(() => keyPair(key.expose()).dk).expose()
    checkPrivateKey(parameters, key.expose())
    return key.expose()
  }
  return {
    keyPair,
    publicKey: async (seed) => {
      const ekAt = 384 * parameters.k
      return longForm(seed).slice(ekAt, ekAt + parameters.encapsulationKey) as Bytes
    },
    encaps: async (ek, random) => {
      try {
        const [ciphertext, secret] = kem.encap(ek, random(32))
        return { ciphertext: ciphertext as Bytes, secret: secret as Bytes }
      } catch {
        throw new CryptoError('crypto/invalid-public-key')
      }
    },
    decaps: async (key, ciphertext) => {
      if (ciphertext.length !== parameters.ciphertext) throw new CryptoError('crypto/invalid-ciphertext')
      return kem.decap(ciphertext, longForm(key)) as Bytes
    },
  }
}
