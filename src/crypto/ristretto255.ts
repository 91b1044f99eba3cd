/**
 * ristretto255 (RFC 9496) as CPace uses it: one derivation to the group, one multiplication that refuses everything
 * invalid.
 */

import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import type { Bytes } from '../codec/index.ts'
import { CryptoError } from './error.ts'

/** Little-endian scalar with bits above 252 cleared: CPace draft §7.2, `sample_scalar`. */
const scalarOf = (raw: Uint8Array): bigint => {
  const bytes = Uint8Array.from(raw)
  bytes[31]! &= 0x0f
  let scalar = 0n
  for (let i = 31; i >= 0; i--) scalar = (scalar << 8n) | BigInt(bytes[i]!)
  return scalar
}

/**
 * RFC 9496 §4.3.4.
 *
 * @param uniform - 64 uniform bytes
 * @returns the encoded element, 32 bytes
 */
export const deriveElement = (uniform: Uint8Array): Bytes => {
  if (ristretto255_hasher.deriveToCurve === undefined) throw new TypeError('no element derivation')
  return ristretto255_hasher.deriveToCurve(uniform).toBytes() as Bytes
}

/**
 * draft-irtf-cfrg-cpace, `scalar_mult_vfy`.
 *
 * @param scalar - 32 bytes, little-endian; bits above 252 are cleared
 * @param element - encoded, 32 bytes
 * @returns the encoded product, 32 bytes
 * @throws CryptoError `crypto/invalid-public-key` on an undecodable element and on the identity, as input or result
 */
export const multiplyElement = (scalar: Uint8Array, element: Uint8Array): Bytes => {
  try {
    const product = ristretto255.Point.fromBytes(element).multiply(scalarOf(scalar))
    if (!product.is0()) return product.toBytes() as Bytes
  } catch {
    // Falls through: one answer for every invalid element.
  }
  throw new CryptoError('crypto/invalid-public-key')
}
