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

/** 32 and 12 bytes. They serve one call. */
export interface BodyKeys {
  readonly key: Secret
  readonly nonce: Secret
}

/**
 * AES key and nonce of one message. The salt is what makes them unique: a state rolled back to before a
 * message draws the same message key again, but not the same 16 bytes.
 */
export const bodyKeysOf = async (crypto: Crypto, messageKey: Secret, salt: Bytes): Promise<BodyKeys> => {
  const output = await crypto.derive(salt, messageKey, label, 44)
  const keys = { key: output.slice(0, 32), nonce: output.slice(32, 44) }
  output.wipe() // FS
  return keys
}

const wipeKeys = ({ key, nonce }: BodyKeys): void => {
  key.wipe() // FS
  nonce.wipe()
}

/** 16 bytes longer than the padded plaintext. Wipes `keys`. */
export const sealBody = async (crypto: Crypto, keys: BodyKeys, aad: Bytes, padded: Bytes): Promise<Bytes> => {
  const body = await crypto.seal(keys.key, keys.nonce, aad, padded)
  wipeKeys(keys)
  return body
}

/** Throws CryptoError `crypto/open-failed`. Wipes `keys`. */
export const openBody = async (crypto: Crypto, keys: BodyKeys, aad: Bytes, body: Bytes): Promise<Bytes> => {
  try {
    return await crypto.open(keys.key, keys.nonce, aad, body)
  } finally {
    wipeKeys(keys)
  }
}
