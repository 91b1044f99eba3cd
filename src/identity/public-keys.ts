/**
 * Pairs of keys, one of each family: X25519 (RFC 7748) and ML-KEM-768 (FIPS 203). Identities, ephemerals and the
 * responder's first ratchet keys all have this form. A key that comes from outside is looked at once, here.
 */
import { type Bytes, type Codec, fixed, fromHex, struct, toHex } from '../codec/index.ts'
import { type Crypto, type KeyPair, type Secret, secretBytes } from '../crypto/index.ts'

/** Sizes in bytes. */
export const dhKeyBytes = 32
export const kemKeyBytes = 1184
export const ciphertextBytes = 1088

/** X25519, 32 bytes, and ML-KEM-768, 1,184 bytes. */
export interface PublicKeys {
  readonly dh: Bytes
  readonly kem: Bytes
}

/** Both halves. The ML-KEM private key is its seed `d || z`, 64 bytes. */
export interface KeyPairs {
  readonly dh: KeyPair
  readonly kem: KeyPair
}

/** Draws 32 bytes, then 64. FIPS 203 §7.1. */
export const generateKeyPairs = async (crypto: Crypto): Promise<KeyPairs> => {
  const dh = await crypto.dhGenerate()
  return { dh, kem: await crypto.kemGenerate() }
}

export const publicKeysOf = ({ dh, kem }: KeyPairs): PublicKeys => ({
  dh: dh.publicKey,
  kem: kem.publicKey,
})

export const privateKeysOf = ({ dh, kem }: KeyPairs): readonly Secret[] => [dh.privateKey, kem.privateKey]

const keyPair = (publicBytes: number, privateBytes: number): Codec<KeyPair> =>
  struct<KeyPair>({ publicKey: fixed(publicBytes), privateKey: secretBytes(privateBytes) })

/** 1,312 bytes, private keys included: for states that are sealed before they are stored. */
export const keyPairs: Codec<KeyPairs> = struct<KeyPairs>({
  dh: keyPair(dhKeyBytes, 32),
  kem: keyPair(kemKeyBytes, 64),
})

/** The canonical u-coordinates of small order on Curve25519 and its twist: RFC 7748 §6.1 gives zero with them. */
const smallOrder: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
])
const prime = fromHex(`ed${'ff'.repeat(30)}7f`)

/** Below p = 2^255 - 19: one encoding for each key, so that comparing bytes compares keys. */
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

/** False for an X25519 key that no honest side makes: wrong size, small order, not reduced. */
export const isPlausibleDh = (dh: Uint8Array): boolean =>
  dh.length === dhKeyBytes && isReduced(dh) && !smallOrder.has(toHex(dh))

/** False for keys that no honest side makes: the above, and an ML-KEM key of zeros or with coefficients out of range. */
export const arePlausible = ({ dh, kem }: PublicKeys): boolean =>
  isPlausibleDh(dh) && kem.length === kemKeyBytes && kem.some((byte) => byte !== 0) && passesModulusCheck(kem)
