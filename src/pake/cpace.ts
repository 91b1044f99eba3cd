/**
 * CPACE-RISTR255-SHA512 (draft-irtf-cfrg-cpace) in the initiator-responder setting: a Diffie-Hellman exchange whose
 * generator follows from the password.
 */

import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { type Crypto, expose, type Material, Secret } from '../crypto/index.ts'

/** Domain separation string of the group: draft §7.2. */
const dsi = utf8('CPaceRistretto255')
/** SHA-512 input block, bytes. */
const blockBytes = 128

/** LEB128 length, then the bytes: draft, Appendix A.1. */
const prependLength = (data: Uint8Array): Bytes => {
  const prefix: number[] = []
  for (let rest = data.length; ; rest >>= 7) {
    if (rest < 128) {
      prefix.push(rest)
      return concat(Uint8Array.from(prefix), data)
    }
    prefix.push((rest & 127) | 128)
  }
}

const lvCat = (...parts: readonly Uint8Array[]): Bytes => concat(...parts.map(prependLength))

/** draft Appendix A.2: the padding puts the password alone into the first hash block. */
const generatorString = (prs: Uint8Array, channel: Uint8Array, sid: Uint8Array): Bytes => {
  const used = prependLength(prs).length + prependLength(dsi).length
  const padding = new Uint8Array(Math.max(0, blockBytes - 1 - used))
  return lvCat(dsi, prs, padding, channel, sid)
}

export interface CpaceInput {
  /** Password-related string. */
  readonly prs: Material
  /** Channel identifier: here `U || S`. */
  readonly channel: Uint8Array
  readonly sid: Uint8Array
}

export interface CpaceShare {
  readonly scalar: Secret
  /** `Ya` or `Yb`: 32 bytes. */
  readonly share: Bytes
}

/**
 * `G.calculate_generator`, draft §7.1.
 *
 * @param crypto - primitives
 * @param input - password-related string, channel, session id
 * @returns an encoded element of 32 bytes, as secret as the password
 */
export const calculateGenerator = (crypto: Crypto, { prs, channel, sid }: CpaceInput): Secret =>
  crypto.deriveElement(crypto.sha512(new Secret(generatorString(expose(prs), channel, sid))))

/**
 * Draws 32 bytes.
 *
 * @param crypto - primitives
 * @param input - password-related string, channel, session id
 * @returns a fresh scalar and its public share, 32 bytes each
 */
export const startCpace = (crypto: Crypto, input: CpaceInput): CpaceShare => {
  const scalar = new Secret(crypto.random(32))
  return { scalar, share: crypto.multiplyElement(scalar, calculateGenerator(crypto, input)).expose() }
}

export interface CpaceTranscript {
  readonly sid: Uint8Array
  readonly initiatorShare: Uint8Array
  readonly responderShare: Uint8Array
  /** Associated data, empty in this protocol. */
  readonly initiatorData?: Uint8Array
  readonly responderData?: Uint8Array
}

/**
 * @param crypto - primitives
 * @param scalar - own
 * @param peerShare - untrusted
 * @param transcript - both shares, session id and associated data
 * @returns ISK, 64 bytes
 * @throws CryptoError `crypto/invalid-public-key` on an undecodable share or the identity (`K = G.I`)
 */
export const finishCpace = (
  crypto: Crypto,
  scalar: Secret,
  peerShare: Uint8Array,
  transcript: CpaceTranscript,
): Secret => {
  const none = new Uint8Array(0)
  const { sid, initiatorShare, responderShare, initiatorData = none, responderData = none } = transcript
  const shared = crypto.multiplyElement(scalar, peerShare)
  const message = concat(
    lvCat(concat(dsi, utf8('_ISK')), sid, shared.expose()),
    lvCat(initiatorShare, initiatorData),
    lvCat(responderShare, responderData),
  )
  return crypto.sha512(new Secret(message))
}
