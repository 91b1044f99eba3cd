/** The part of Web Crypto that this folder calls, as types: the core is compiled without those of the DOM. */

import type { Bytes } from '../codec/index.ts'

/** An opaque imported key. */
export type WebKey = { readonly __webKey: never }

type Usage = 'encrypt' | 'decrypt' | 'deriveBits' | 'encapsulateBits' | 'decapsulateBits'
type Algorithm = string | { readonly name: string; readonly [parameter: string]: unknown }

/** `SubtleCrypto`, as far as it is used. */
export interface WebCrypto {
  importKey(
    format: 'raw' | 'pkcs8' | 'raw-seed' | 'raw-public',
    keyData: Uint8Array,
    algorithm: Algorithm,
    extractable: boolean,
    usages: Usage[],
  ): Promise<WebKey>
  encrypt(algorithm: Algorithm, key: WebKey, data: Uint8Array): Promise<ArrayBuffer>
  decrypt(algorithm: Algorithm, key: WebKey, data: Uint8Array): Promise<ArrayBuffer>
  deriveBits(algorithm: Algorithm, key: WebKey, length: number): Promise<ArrayBuffer>
  // Not in every engine; called behind a test of them.
  exportKey(format: 'raw-public', key: WebKey): Promise<ArrayBuffer>
  getPublicKey(key: WebKey, usages: Usage[]): Promise<WebKey>
  encapsulateBits(
    algorithm: Algorithm,
    key: WebKey,
  ): Promise<{ readonly ciphertext: ArrayBuffer; readonly sharedKey: ArrayBuffer }>
  decapsulateBits(algorithm: Algorithm, key: WebKey, ciphertext: Uint8Array): Promise<ArrayBuffer>
}

/**
 * @param buffer - a result of Web Crypto
 * @returns a view of it
 */
export const toBytes = (buffer: ArrayBuffer): Bytes => new Uint8Array(buffer)
