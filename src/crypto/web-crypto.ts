import type { Bytes } from '../codec/index.ts'

/** An opaque imported key. */
export type WebKey = { readonly __webKey: never }

type Usage = 'encrypt' | 'decrypt' | 'sign' | 'deriveBits'
type Algorithm = string | { readonly name: string; readonly [parameter: string]: unknown }

/** The part of `SubtleCrypto` that this folder calls: the core is compiled without DOM types. */
export interface WebCrypto {
  importKey(
    format: 'raw' | 'pkcs8',
    keyData: Uint8Array,
    algorithm: Algorithm,
    extractable: boolean,
    usages: Usage[],
  ): Promise<WebKey>
  encrypt(algorithm: Algorithm, key: WebKey, data: Uint8Array): Promise<ArrayBuffer>
  decrypt(algorithm: Algorithm, key: WebKey, data: Uint8Array): Promise<ArrayBuffer>
  sign(algorithm: Algorithm, key: WebKey, data: Uint8Array): Promise<ArrayBuffer>
  deriveBits(algorithm: Algorithm, key: WebKey, length: number): Promise<ArrayBuffer>
}

export const toBytes = (buffer: ArrayBuffer): Bytes => new Uint8Array(buffer)
