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

export const messageKeyOf = async (crypto: Crypto, chainKey: Secret): Promise<Secret> =>
  new Secret(await crypto.mac(chainKey, messageStep))

export const nextChainKey = async (crypto: Crypto, chainKey: Secret): Promise<Secret> =>
  new Secret(await crypto.mac(chainKey, chainStep))

/** Of 32 bytes, serves one call. The salt goes into the key and begins with the nonce. */
export interface BodyKey {
  readonly key: Secret
  readonly salt: Bytes
}

/**
 * AES key of one message. The salt is what makes it unique: a state rolled back to before a message draws the
 * same message key again, but not the same 16 bytes. RFC 5869 §3.3: a key of HMAC needs no Extract.
 */
export const bodyKeyOf = async (crypto: Crypto, messageKey: Secret, salt: Bytes): Promise<BodyKey> => ({
  key: await crypto.expand(messageKey, concat(label, salt), 32),
  salt,
})

const nonceOf = ({ salt }: BodyKey): Bytes => salt.subarray(0, 12)

/** 16 bytes longer than the padded plaintext. Wipes `own.key`. */
export const sealBody = async (crypto: Crypto, own: BodyKey, aad: Bytes, padded: Bytes): Promise<Bytes> => {
  const body = await crypto.seal(own.key, nonceOf(own), aad, padded)
  own.key.wipe() // FS
  return body
}

/** Throws CryptoError `crypto/open-failed`. Wipes `own.key`. */
export const openBody = async (crypto: Crypto, own: BodyKey, aad: Bytes, body: Bytes): Promise<Bytes> => {
  try {
    return await crypto.open(own.key, nonceOf(own), aad, body)
  } finally {
    own.key.wipe() // FS
  }
}
