/**
 * The symmetric half of the ratchet: a one-way chain in which every message has a key of its own, and the AES key and
 * nonce that a message key and a fresh salt give.
 */

import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'

/** One-way chain of message keys, begun by a turn. */
export interface MessageChain {
  /** Seals the headers of this chain's messages. */
  readonly headerKey: Secret
  readonly key: Secret
  /** Number of the next message. */
  readonly next: number
}

const messageStep = Uint8Array.of(1)
const chainStep = Uint8Array.of(2)
const label = utf8('mlwe-pake pair message')
export const saltBytes = 16

/** @returns the key of the message at which the chain stands; `chainKey` stays */
export const messageKeyOf = async (crypto: Crypto, chainKey: Secret): Promise<Secret> =>
  new Secret(await crypto.mac(chainKey, messageStep))

/** @returns the chain key of the next message; `chainKey` stays */
export const nextChainKey = async (crypto: Crypto, chainKey: Secret): Promise<Secret> =>
  new Secret(await crypto.mac(chainKey, chainStep))

/** An AES key of 32 bytes for one call. The salt enters the key, and its first 12 bytes are the nonce. */
export interface BodyKey {
  readonly key: Secret
  readonly salt: Bytes
}

/**
 * The salt makes the key unique: a state rolled back to before a message reaches the same message key again, but not
 * the same 16 random bytes. An output of HMAC needs no Extract (RFC 5869 §3.3).
 *
 * @param messageKey - stays with the caller
 * @param salt - 16 random bytes
 * @returns the AES key of one message
 */
export const bodyKeyOf = async (crypto: Crypto, messageKey: Secret, salt: Bytes): Promise<BodyKey> => ({
  key: await crypto.expand(messageKey, concat(label, salt), 32),
  salt,
})

const nonceOf = ({ salt }: BodyKey): Bytes => salt.subarray(0, 12)

/**
 * Wipes `own.key`.
 *
 * @returns ciphertext and tag, 16 bytes longer than the padded plaintext
 */
export const sealBody = async (crypto: Crypto, own: BodyKey, aad: Bytes, padded: Bytes): Promise<Bytes> => {
  const body = await crypto.seal(own.key, nonceOf(own), aad, padded)
  own.key.wipe() // FS
  return body
}

/**
 * Wipes `own.key`, also on failure.
 *
 * @returns the padded plaintext
 * @throws CryptoError `crypto/open-failed`
 */
export const openBody = async (crypto: Crypto, own: BodyKey, aad: Bytes, body: Bytes): Promise<Bytes> => {
  try {
    return await crypto.open(own.key, nonceOf(own), aad, body)
  } finally {
    own.key.wipe() // FS
  }
}
