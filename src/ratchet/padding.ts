/**
 * Padding: the size of a frame should say little about the length of its text.
 */

import { type Bytes, DecodeError, padmeLength, pad as padTo, unpad as unpadAny } from '../codec/index.ts'

/** `control`: multiples of one size. `message`: Padmé, which shows only the magnitude of the length. */
export type Padding = 'control' | 'message'

export const maxPlaintext = 32 * 1024
const lengthBytes = 4
const controlUnit = 2048
/** Padmé leaves short texts as they are, and most texts are short. */
const smallest = 256

const paddedLength = (length: number, padding: Padding): number => {
  const total = lengthBytes + length
  return padding === 'control'
    ? Math.ceil(total / controlUnit) * controlUnit
    : Math.max(smallest, padmeLength(total))
}

export const minPadded = paddedLength(0, 'message')
/** 34,816 bytes, the same for both paddings. */
export const maxPadded = paddedLength(maxPlaintext, 'control')

/**
 * @param plaintext - up to 32 KiB
 * @param padding - how to round its length up
 * @returns 4-byte length, plaintext, zeros
 * @throws RangeError above 32 KiB
 */
export const pad = (plaintext: Uint8Array, padding: Padding): Bytes => {
  const { length } = plaintext
  if (length > maxPlaintext) throw new RangeError(`${length} bytes exceed ${maxPlaintext}`)
  return padTo(plaintext, paddedLength(length, padding))
}

/**
 * @param padded - as `pad` made it
 * @returns the plaintext
 * @throws DecodeError on anything that `pad` does not make
 */
export const unpad = (padded: Uint8Array): Bytes => {
  const plaintext = unpadAny(padded)
  const { length } = plaintext
  const totals = [paddedLength(length, 'control'), paddedLength(length, 'message')]
  if (length > maxPlaintext || !totals.includes(padded.length)) {
    throw new DecodeError('wrong amount of padding', 'padding', padded.length)
  }
  return plaintext
}
