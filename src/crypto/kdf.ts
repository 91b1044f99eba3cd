/** HKDF-SHA-256 (RFC 5869), whole or its Expand step alone. */

import { type Bytes, concat } from '../codec/index.ts'
import type { HashEngine } from './hash.ts'
import { toBytes, type WebCrypto } from './web-crypto.ts'

/**
 * RFC 5869 §2.3 Expand.
 *
 * @param engine - HMAC-SHA-256
 * @param prk - pseudorandom key, 32 bytes
 * @param info - context
 * @param length - bytes wanted, at most 8,160
 * @returns that many bytes
 * @throws RangeError above the limit
 */
export const expandWith = (
  { hmac }: HashEngine,
  prk: Uint8Array,
  info: Uint8Array,
  length: number,
): Bytes => {
  if (length > 255 * 32) throw new RangeError('HKDF-Expand gives at most 8,160 bytes')
  const output = new Uint8Array(length)
  let previous: Bytes = new Uint8Array(0)
  for (let i = 1; (i - 1) * 32 < length; i++) {
    previous = hmac(prk, concat(previous, info, Uint8Array.of(i)))
    output.set(previous.subarray(0, length - (i - 1) * 32), (i - 1) * 32)
  }
  previous.fill(0)
  return output
}

/** HKDF-SHA-256 whole: RFC 5869 Extract, then Expand. */
export type HkdfEngine = (input: HkdfInput, length: number) => Promise<Bytes> | Bytes

export interface HkdfInput {
  readonly salt: Uint8Array
  readonly ikm: Uint8Array
  readonly info: Uint8Array
}

/**
 * What the app runs.
 *
 * @param subtle - Web Crypto
 * @returns HKDF by Web Crypto
 */
export const webHkdf =
  (subtle: WebCrypto): HkdfEngine =>
  async ({ salt, ikm, info }, length) => {
    const key = await subtle.importKey('raw', ikm, 'HKDF', false, ['deriveBits'])
    return toBytes(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, 8 * length))
  }

/**
 * The synchronous twin, for Node, where each call of Web Crypto costs a change of thread.
 *
 * @param engine - HMAC-SHA-256
 * @returns HKDF by that engine
 */
export const hashHkdf =
  (engine: HashEngine): HkdfEngine =>
  ({ salt, ikm, info }, length) => {
    const prk = engine.hmac(salt, ikm)
    const output = expandWith(engine, prk, info, length)
    prk.fill(0)
    return output
  }
