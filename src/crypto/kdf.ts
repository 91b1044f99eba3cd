import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concat } from '../codec/index.ts'
import { toBytes, type WebCrypto } from './web-crypto.ts'

/** HMAC-SHA-256 and HKDF-SHA-256 on raw bytes. All outputs but `derive` have 32 bytes. */
export interface KdfEngine {
  hmac(key: Uint8Array, message: Uint8Array): Promise<Bytes>
  /** RFC 5869 Extract then Expand. */
  derive(salt: Uint8Array, ikm: Uint8Array, info: Uint8Array, length: number): Promise<Bytes>
}

/** Web Crypto: the engine of browsers. */
export const webKdf = (subtle: WebCrypto): KdfEngine => ({
  async hmac(key, message) {
    // RFC 2104 pads short keys with zeros, and Web Crypto refuses empty ones.
    const padded = key.length === 0 ? new Uint8Array(1) : key
    const imported = await subtle.importKey('raw', padded, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    return toBytes(await subtle.sign('HMAC', imported, message))
  },
  async derive(salt, ikm, info, length) {
    const key = await subtle.importKey('raw', ikm, 'HKDF', false, ['deriveBits'])
    return toBytes(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, 8 * length))
  },
})

/** The synchronous twin: faster where a Web Crypto call costs a thread hop per key import (Node). */
export const syncKdf: KdfEngine = {
  async hmac(key, message) {
    return hmac(sha256, key, message) as Bytes
  },
  async derive(salt, ikm, info, length) {
    return hkdf(sha256, ikm, salt, info, length) as Bytes
  },
}

/** RFC 5869 §2.3 Expand, which Web Crypto does not offer alone. At most 8,160 bytes. */
export const expandWith = async (
  engine: KdfEngine,
  prk: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Bytes> => {
  if (length > 255 * 32) throw new RangeError('HKDF-Expand gives at most 8,160 bytes')
  const blocks: Bytes[] = []
  let previous: Bytes = new Uint8Array(0)
  for (let i = 1; (i - 1) * 32 < length; i++) {
    previous = await engine.hmac(prk, concat(previous, info, Uint8Array.of(i)))
    blocks.push(previous)
  }
  return concat(...blocks).slice(0, length)
}
