import { type Bytes, utf8 } from '../codec/index.ts'
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

/**
 * AES key and nonce of one message. The salt is what makes them unique: a state rolled back to before a
 * message draws the same message key again, but not the same 16 bytes.
 */
const bodyKeys = async <T>(
  crypto: Crypto,
  messageKey: Secret,
  salt: Bytes,
  use: (key: Secret, nonce: Secret) => Promise<T>,
): Promise<T> => {
  const output = await crypto.derive(salt, messageKey, label, 44)
  const key = output.slice(0, 32)
  const nonce = output.slice(32, 44)
  try {
    return await use(key, nonce)
  } finally {
    for (const secret of [output, key, nonce]) secret.wipe() // FS
  }
}

export interface SealedBody {
  /** 16 fresh bytes. */
  readonly salt: Bytes
  /** 16 bytes longer than the padded plaintext. */
  readonly body: Bytes
}

export const sealBody = (
  crypto: Crypto,
  messageKey: Secret,
  aad: Bytes,
  padded: Bytes,
): Promise<SealedBody> => {
  const salt = crypto.random(saltBytes)
  return bodyKeys(crypto, messageKey, salt, async (key, nonce) => ({
    salt,
    body: await crypto.seal(key, nonce, aad, padded),
  }))
}

/** Throws CryptoError `crypto/open-failed`. */
export const openBody = (
  crypto: Crypto,
  messageKey: Secret,
  aad: Bytes,
  sealed: SealedBody,
): Promise<Bytes> =>
  bodyKeys(crypto, messageKey, sealed.salt, (key, nonce) => crypto.open(key, nonce, aad, sealed.body))
