/**
 * All primitives behind one object. The core gets it as an argument, so randomness, clock and engines are the
 * caller's choice, and every call leaves one record of its cost: sizes and time, never bytes.
 */

import { sha256, sha512 } from '@noble/hashes/sha2.js'
import type { Bytes } from '../codec/index.ts'
import { measure, type Recorder } from '../metrics/index.ts'
import { type AeadEngine, webAead } from './aead.ts'
import { CryptoError } from './error.ts'
import { type HashEngine, loadHash } from './hash.ts'
import { expandWith, type HkdfEngine, webHkdf } from './kdf.ts'
import { checkedKem, type KemEngine, type KemParameters, kemSeedBytes, mlKem768, portableKem } from './kem.ts'
import { deriveElement, multiplyElement } from './ristretto255.ts'
import { expose, type Material, Secret } from './secret.ts'
import { type StretchProfile, stretchWith } from './stretch.ts'
import type { WebCrypto } from './web-crypto.ts'
import { type DhEngine, loadDh } from './x25519.ts'

/** `count` fresh uniform bytes. Injected: the core has no source of randomness of its own. */
export type Rng = (count: number) => Bytes

export interface KeyPair {
  readonly publicKey: Bytes
  readonly privateKey: Secret
}

export interface Encapsulation {
  readonly ciphertext: Bytes
  /** 32 bytes. */
  readonly secret: Secret
}

/** The named primitives. Every call leaves one record in the recorder given to `createCrypto`. */
export interface Crypto {
  readonly random: Rng
  /** SHA3-256 over the concatenation of `parts`: 32 bytes. */
  hash(...parts: readonly Uint8Array[]): Bytes
  /** SHA-256, the relay's hash of addresses: 32 bytes. */
  sha256(message: Uint8Array): Bytes
  /** SHA-512, CPace's hash: 64 bytes. */
  sha512(message: Material): Secret
  /** HMAC-SHA-256: 32 bytes. */
  mac(key: Material, message: Material): Promise<Bytes>
  /** HKDF-Extract (RFC 5869 §2.2): 32 bytes. */
  extract(salt: Material, ikm: Material): Promise<Secret>
  /** HKDF-Expand (RFC 5869 §2.3): up to 8,160 bytes. */
  expand(prk: Material, info: Uint8Array, length: number): Promise<Secret>
  /** HKDF-SHA-256, both halves. */
  derive(salt: Material, ikm: Material, info: Uint8Array, length: number): Promise<Secret>
  /** AES-256-GCM: 32-byte key, 12-byte nonce; the result is 16 bytes longer than the plaintext. */
  seal(key: Material, nonce: Material, aad: Uint8Array, plaintext: Uint8Array): Promise<Bytes>
  /** Throws CryptoError `crypto/open-failed`. */
  open(key: Material, nonce: Material, aad: Uint8Array, ciphertext: Uint8Array): Promise<Bytes>
  /** Where one of several keys may fit: `null`, and no error in the records, when this is another's. */
  tryOpen(key: Material, nonce: Material, aad: Uint8Array, ciphertext: Uint8Array): Promise<Bytes | null>
  /** X25519 (RFC 7748): keys and shared secret have 32 bytes. */
  dhGenerate(): Promise<KeyPair>
  /** Throws CryptoError `crypto/invalid-public-key` on a small-order key. */
  dhAgree(privateKey: Secret, publicKey: Uint8Array): Promise<Secret>
  /** FIPS 203 §7.1. The private key is a copy of its seed `d || z`: 64 bytes, fresh ones when left out; RangeError on another length. */
  kemGenerate(parameters?: KemParameters, seed?: Secret): Promise<KeyPair>
  /** FIPS 203 §7.2. Throws CryptoError `crypto/invalid-public-key`. */
  kemEncapsulate(publicKey: Uint8Array, parameters?: KemParameters): Promise<Encapsulation>
  /**
   * FIPS 203 §7.3, with a seed or a long private key. A ciphertext made for another key gives an unrelated secret, not
   * an error. Throws CryptoError `crypto/invalid-ciphertext` on another length of ciphertext, RangeError on one of key.
   */
  kemDecapsulate(privateKey: Secret, ciphertext: Uint8Array, parameters?: KemParameters): Promise<Secret>
  /** ristretto255 (RFC 9496), see `ristretto255.ts`. */
  deriveElement(uniform: Secret): Secret
  multiplyElement(scalar: Secret, element: Material): Secret
  /** Password stretching, `length` bytes. Slow on purpose. */
  stretch(profile: StretchProfile, message: Secret, salt: Uint8Array, length: number): Promise<Secret>
}

/** What computes. Left out: WebAssembly or JavaScript for hashes, Web Crypto for HKDF and AES-GCM, `mlkem` for the KEM. */
export interface Engines {
  readonly hash?: HashEngine
  readonly hkdf?: HkdfEngine
  readonly aead?: AeadEngine
  readonly dh?: DhEngine
  /** One that draws its own randomness (the browser's) is no choice where results must repeat. */
  readonly kem?: (parameters: KemParameters) => Promise<KemEngine>
}

export interface CryptoPorts {
  readonly subtle: WebCrypto
  readonly random: Rng
  readonly recorder: Recorder
  readonly engines?: Engines
}

/**
 * @param ports - Web Crypto, randomness, the recorder of costs, and engines that replace the default ones
 * @returns the primitives; ML-KEM-768 and the hashes are loaded by then
 */
export const createCrypto = async ({
  subtle,
  random,
  recorder,
  engines = {},
}: CryptoPorts): Promise<Crypto> => {
  const { hash = await loadHash(), hkdf = webHkdf(subtle), aead = webAead(subtle) } = engines
  const dh = engines.dh ?? (await loadDh(subtle))
  const kems = new Map<string, KemEngine>()
  const loadKem = async (parameters: KemParameters): Promise<KemEngine> => {
    const known = kems.get(parameters.name)
    if (known !== undefined) return known
    const loaded = checkedKem(parameters, await (engines.kem ?? portableKem)(parameters))
    kems.set(parameters.name, loaded)
    return loaded
  }
  const sizeOf = (value: Uint8Array | Secret): number => value.length
  const run = <T extends Uint8Array | Secret>(
    operation: string,
    algorithm: string,
    bytesIn: number,
    work: () => Promise<T>,
  ): Promise<T> => measure(recorder, { operation, algorithm, bytesIn }, work, sizeOf)
  const runSync = <T extends Uint8Array | Secret>(
    operation: string,
    algorithm: string,
    bytesIn: number,
    work: () => T,
  ): T => measure(recorder, { operation, algorithm, bytesIn }, work, sizeOf)
  await loadKem(mlKem768)

  return {
    random,
    hash: (...parts) => {
      const bytesIn = parts.reduce((sum, part) => sum + part.length, 0)
      return runSync('hash', 'SHA3-256', bytesIn, () => hash.sha3(parts))
    },
    sha256: (message) => runSync('hash', 'SHA-256', message.length, () => sha256(message) as Bytes),
    sha512: (message) =>
      runSync('hash', 'SHA-512', message.length, () => new Secret(sha512(expose(message)) as Bytes)),
    mac: async (key, message) =>
      runSync('mac', 'HMAC-SHA-256', message.length, () => hash.hmac(expose(key), expose(message))),
    extract: async (salt, ikm) =>
      runSync(
        'kdf_extract',
        'HKDF-SHA-256',
        ikm.length,
        () => new Secret(hash.hmac(expose(salt), expose(ikm))),
      ),
    expand: async (prk, info, length) =>
      runSync(
        'kdf_expand',
        'HKDF-SHA-256',
        info.length,
        () => new Secret(expandWith(hash, expose(prk), info, length)),
      ),
    derive: (salt, ikm, info, length) =>
      run(
        'kdf_derive',
        'HKDF-SHA-256',
        ikm.length,
        async () => new Secret(await hkdf({ salt: expose(salt), ikm: expose(ikm), info }, length)),
      ),
    seal: (key, nonce, aad, plaintext) =>
      run('aead_seal', 'AES-256-GCM', plaintext.length, async () =>
        aead.seal({ key: expose(key), nonce: expose(nonce), aad }, plaintext),
      ),
    open: (key, nonce, aad, ciphertext) =>
      run('aead_open', 'AES-256-GCM', ciphertext.length, async () => {
        const opened = await aead.open({ key: expose(key), nonce: expose(nonce), aad }, ciphertext)
        if (opened === null) throw new CryptoError('crypto/open-failed')
        return opened
      }),
    tryOpen: (key, nonce, aad, ciphertext) =>
      measure(
        recorder,
        { operation: 'aead_trial', algorithm: 'AES-256-GCM', bytesIn: ciphertext.length },
        async () => aead.open({ key: expose(key), nonce: expose(nonce), aad }, ciphertext),
        (opened) => opened?.length ?? 0,
      ),
    dhGenerate: async () => {
      const privateKey = new Secret(random(32))
      const publicKey = await run('dh_key_generation', 'X25519', 0, () => dh.publicKey(privateKey))
      return { publicKey, privateKey }
    },
    dhAgree: (privateKey, publicKey) =>
      run(
        'dh_agree',
        'X25519',
        publicKey.length,
        async () => new Secret(await dh.agree(privateKey, publicKey)),
      ),
    kemGenerate: async (parameters = mlKem768, seed) => {
      const kem = kems.get(parameters.name) ?? (await loadKem(parameters))
      if (kem.generate !== undefined && seed === undefined) {
        return measure(
          recorder,
          { operation: 'kem_key_generation', algorithm: parameters.name, bytesIn: 0 },
          kem.generate,
          ({ publicKey }) => publicKey.length,
        )
      }
      const privateKey = seed?.slice(0, seed.length) ?? new Secret(random(kemSeedBytes))
      const publicKey = await run('kem_key_generation', parameters.name, 0, () => kem.publicKey(privateKey))
      return { publicKey, privateKey }
    },
    kemEncapsulate: async (publicKey, parameters = mlKem768) => {
      const kem = kems.get(parameters.name) ?? (await loadKem(parameters))
      const made = await measure(
        recorder,
        { operation: 'kem_encapsulation', algorithm: parameters.name, bytesIn: publicKey.length },
        () => kem.encaps(publicKey, random),
        ({ ciphertext }) => ciphertext.length,
      )
      return { ciphertext: made.ciphertext, secret: new Secret(made.secret) }
    },
    kemDecapsulate: async (privateKey, ciphertext, parameters = mlKem768) => {
      const kem = kems.get(parameters.name) ?? (await loadKem(parameters))
      return run(
        'kem_decapsulation',
        parameters.name,
        ciphertext.length,
        async () => new Secret(await kem.decaps(privateKey, ciphertext)),
      )
    },
    deriveElement: (uniform) =>
      runSync(
        'element_derivation',
        'ristretto255',
        uniform.length,
        () => new Secret(deriveElement(uniform.expose())),
      ),
    multiplyElement: (scalar, element) =>
      runSync(
        'element_multiplication',
        'ristretto255',
        element.length,
        () => new Secret(multiplyElement(scalar.expose(), expose(element))),
      ),
    stretch: (profile, message, salt, length) =>
      run(
        'password_stretch',
        profile.name,
        0,
        async () => new Secret(await stretchWith(subtle, profile, message.expose(), salt, length)),
      ),
  }
}
