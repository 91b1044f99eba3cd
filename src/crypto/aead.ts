/** AES-256-GCM (NIST SP 800-38D) by Web Crypto, behind an interface that faster engines implement too. */

import type { Bytes } from '../codec/index.ts'
import { toBytes, type WebCrypto } from './web-crypto.ts'

/** What one call of AES-256-GCM takes: 32 bytes, 12 bytes, and any number. */
export interface AeadInput {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
}

export interface AeadEngine {
  /** The result is 16 bytes longer than the plaintext. */
  seal(input: AeadInput, plaintext: Uint8Array): Promise<Bytes> | Bytes
  /** `null` where the tag does not verify. */
  open(input: AeadInput, ciphertext: Uint8Array): Promise<Bytes | null> | Bytes | null
}

/**
 * @param subtle - Web Crypto
 * @returns its AES-GCM; the key is imported for each call
 */
export const webAead = (subtle: WebCrypto): AeadEngine => {
  const importKey = (key: Uint8Array, usage: 'encrypt' | 'decrypt') =>
    subtle.importKey('raw', key, 'AES-GCM', false, [usage])
  return {
    async seal({ key, nonce, aad }, plaintext) {
      const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: aad }
      return toBytes(await subtle.encrypt(algorithm, await importKey(key, 'encrypt'), plaintext))
    },
    async open({ key, nonce, aad }, ciphertext) {
      const imported = await importKey(key, 'decrypt')
      const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: aad }
      try {
        return toBytes(await subtle.decrypt(algorithm, imported, ciphertext))
      } catch {
        return null
      }
    },
  }
}
