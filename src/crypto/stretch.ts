/** Password stretching: PBKDF2 (RFC 8018) by Web Crypto, Argon2id (RFC 9106) in WebAssembly. */

import { argon2id as argon2idWith } from 'hash-wasm'
import type { Bytes } from '../codec/index.ts'
import { toBytes, type WebCrypto } from './web-crypto.ts'

/** How a password is hardened. */
export type StretchProfile =
  /** RFC 8018 §5.2 with HMAC-SHA-256. */
  | { readonly name: 'PBKDF2-HMAC-SHA-256'; readonly iterations: number }
  /** RFC 9106, version 0x13, without secret and associated data. */
  | {
      readonly name: 'Argon2id'
      /** Blocks of 1,024 bytes: `m`. */
      readonly memoryKiB: number
      /** Passes: `t`. */
      readonly iterations: number
      /** Lanes: `p`. */
      readonly lanes: number
    }

/** OWASP's figure for this function. */
export const pbkdf2: StretchProfile = { name: 'PBKDF2-HMAC-SHA-256', iterations: 600_000 }

/** RFC 9106 §4, second recommended option with one lane: a browser tab has one thread here. */
export const argon2id: StretchProfile = { name: 'Argon2id', memoryKiB: 65_536, iterations: 3, lanes: 1 }

/**
 * Argon2id runs in WebAssembly on the calling thread, which does nothing else until it is done and learns nothing
 * about its progress.
 *
 * @param subtle - Web Crypto
 * @param profile - function and cost
 * @param message - what to stretch
 * @param salt - at least 8 bytes
 * @param length - bytes wanted
 * @returns that many bytes
 */
export const stretchWith = async (
  subtle: WebCrypto,
  profile: StretchProfile,
  message: Uint8Array,
  salt: Uint8Array,
  length: number,
): Promise<Bytes> => {
  if (profile.name === 'Argon2id') {
    const { memoryKiB: memorySize, iterations, lanes: parallelism } = profile
    const cost = { memorySize, iterations, parallelism, hashLength: length }
    return (await argon2idWith({ password: message, salt, ...cost, outputType: 'binary' })) as Bytes
  }
  const key = await subtle.importKey('raw', message, 'PBKDF2', false, ['deriveBits'])
  return toBytes(
    await subtle.deriveBits(
      { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: profile.iterations },
      key,
      8 * length,
    ),
  )
}
