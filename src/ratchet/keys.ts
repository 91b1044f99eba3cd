/**
 * Hybrid key sets, and the checks that a peer's keys must pass before any of them is used.
 */

import { type Bytes, type Codec, decode, encode, fixed, fromHex, struct, toHex } from '../codec/index.ts'
import type { Crypto, KeyPair } from '../crypto/index.ts'

/** What one side publishes for the other's turns: an X25519 key of 32 bytes and an ML-KEM-768 key of 1,184. */
export interface PublicKeys {
  readonly dh: Bytes
  readonly kem: Bytes
}

/** Both halves. A set belongs to one session: the session hands its private keys out as stale in time. */
export interface RatchetKeys {
  readonly dh: KeyPair
  readonly kem: KeyPair
}

/** @returns a fresh set: X25519 and ML-KEM-768 (FIPS 203 §7.1) */
export const generateRatchetKeys = async (crypto: Crypto): Promise<RatchetKeys> => {
  const [dh, kem] = await Promise.all([crypto.dhGenerate(), crypto.kemGenerate()])
  return { dh, kem }
}

/** @returns the public halves of a set */
export const publicKeysOf = ({ dh, kem }: RatchetKeys): PublicKeys => ({
  dh: dh.publicKey,
  kem: kem.publicKey,
})

/** Sizes only; `publicKeys` below also looks at the values. */
export const publicKeyFields: Codec<PublicKeys> = struct<PublicKeys>({ dh: fixed(32), kem: fixed(1184) })

const publicKeys: Codec<PublicKeys> = {
  write: publicKeyFields.write,
  read: (input) => {
    const keys = publicKeyFields.read(input)
    return arePlausible(keys) ? keys : input.fail('not a public key')
  },
}

/** @returns 1,216 bytes: X25519 key, then ML-KEM-768 key */
export const encodePublicKeys = (keys: RatchetKeys): Bytes => encode(publicKeys, publicKeysOf(keys))

/**
 * @param bytes - as `encodePublicKeys` made them
 * @returns the keys
 * @throws DecodeError on another size and on keys that `arePlausible` refuses
 */
export const decodePublicKeys = (bytes: Uint8Array): PublicKeys => decode(publicKeys, bytes)

/** The canonical u-coordinates of small order on Curve25519 and its twist: RFC 7748 §6.1 gives zero with them. */
const smallOrder: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
])
const prime = fromHex(`ed${'ff'.repeat(30)}7f`)

/** Below p = 2^255 - 19: one encoding per key, so that comparing bytes compares keys. */
const isReduced = (dh: Uint8Array): boolean => {
  for (let i = 31; i >= 0; i--) {
    if (dh[i]! !== prime[i]!) return dh[i]! < prime[i]!
  }
  return false
}

/** FIPS 203 §7.2, modulus check: all 768 coefficients are below q = 3,329. */
const passesModulusCheck = (kem: Uint8Array): boolean => {
  for (let i = 0; i < 1152; i += 3) {
    const middle = kem[i + 1]!
    if (kem[i]! + 256 * (middle & 15) >= 3329 || (middle >> 4) + 16 * kem[i + 2]! >= 3329) return false
  }
  return true
}

/** @returns false for keys that no honest side makes: zero, small order, not reduced, coefficients out of range */
export const arePlausible = ({ dh, kem }: PublicKeys): boolean =>
  isReduced(dh) && !smallOrder.has(toHex(dh)) && kem.some((byte) => byte !== 0) && passesModulusCheck(kem)

/**
 * @returns what is remembered of keys seen before, 32 bytes each: the X25519 key, and the seed of the matrix at the end
 *   of an ML-KEM key (FIPS 203 §5.1), which no honest side draws twice
 */
export const fingerprints = ({ dh, kem }: PublicKeys): readonly Bytes[] => [dh, kem.slice(-32)]
