/**
 * Padding that hides lengths. Sealed contents are padded inside the seal: the 4-byte length travels encrypted, the
 * zeros after it are checked.
 */

import { type Bytes, DecodeError } from './codec.ts'

/**
 * Padmé: rounds a length up so that only its magnitude and a few leading bits show, at most 12 % more.
 * Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", §4.
 *
 * @param length - bytes
 * @returns the padded length in bytes
 */
export const padmeLength = (length: number): number => {
  if (length < 2) return length
  const exponent = Math.floor(Math.log2(length))
  const mantissa = Math.floor(Math.log2(exponent)) + 1
  const step = 2 ** Math.max(0, exponent - mantissa)
  return Math.ceil(length / step) * step
}

/**
 * @param data - content
 * @param total - bytes of the result, at least 4 more than the content has
 * @returns 4-byte length, content, zeros
 * @throws RangeError where it does not fit
 */
export const pad = (data: Uint8Array, total: number): Bytes => {
  if (total < data.length + 4) throw new RangeError('padding is too short')
  const padded = new Uint8Array(total)
  new DataView(padded.buffer).setUint32(0, data.length)
  padded.set(data, 4)
  return padded
}

/**
 * @param padded - result of `pad`, untrusted
 * @returns the content, as a copy
 * @throws DecodeError on a length that does not fit or padding that is not zero
 */
export const unpad = (padded: Uint8Array): Bytes => {
  const view = new DataView(padded.buffer, padded.byteOffset, padded.byteLength)
  const end = padded.length < 4 ? -1 : 4 + view.getUint32(0)
  if (end < 4 || end > padded.length) throw new DecodeError('bad padded length', 'padding', 0)
  let rest = 0
  for (let at = end; at < padded.length; at++) rest |= padded[at]!
  if (rest !== 0) throw new DecodeError('padding is not zero', 'padding', end)
  return new Uint8Array(padded.subarray(4, end))
}
