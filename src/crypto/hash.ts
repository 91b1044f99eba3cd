/** SHA3-256 (FIPS 202) and HMAC-SHA-256 (RFC 2104): the hot hashes, synchronous in both engines. */

import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { sha3_256 } from '@noble/hashes/sha3.js'
import { createSHA3, createSHA256 } from 'hash-wasm'
import type { Bytes } from '../codec/index.ts'

/** The hot hashes. All outputs have 32 bytes. */
export interface HashEngine {
  sha3(parts: readonly Uint8Array[]): Bytes
  /** HMAC-SHA-256 (RFC 2104). */
  hmac(key: Uint8Array, message: Uint8Array): Bytes
}

/** SHA-256 (FIPS 180-4) of what comes piece by piece: 32 bytes. */
export const runningSha256 = (): { update(part: Uint8Array): void; digest(): Bytes } => {
  const hash = sha256.create()
  return { update: (part) => void hash.update(part), digest: () => hash.digest() as Bytes }
}

/** Pure JavaScript: where WebAssembly is forbidden, and what the other engine is tested against. */
export const portableHash: HashEngine = {
  sha3: (parts) => {
    const hash = sha3_256.create()
    for (const part of parts) hash.update(part)
    return hash.digest() as Bytes
  },
  hmac: (key, message) => hmac(sha256, key, message) as Bytes,
}

const blockBytes = 64

/**
 * WebAssembly: 16 times as fast for SHA3-256 of a KEM key, 2.5 times for HMAC; and synchronous, so that no key
 * is imported for one call as Web Crypto needs. Calls do not overlap, so one state of each hash is enough.
 */
const wasmHash = async (): Promise<HashEngine> => {
  const sha2 = await createSHA256()
  const sha3 = await createSHA3(256)
  /** One call for key block and message, as each crosses into WebAssembly by a copy. */
  let inner = new Uint8Array(512)
  const outer = new Uint8Array(blockBytes + 32)
  return {
    sha3: (parts) => {
      sha3.init()
      for (const part of parts) sha3.update(part)
      return sha3.digest('binary') as Bytes
    },
    hmac: (key, message) => {
      const short = key.length > blockBytes ? sha256(key) : key
      const end = blockBytes + message.length
      if (end > inner.length) inner = new Uint8Array(2 * end)
      for (let i = 0; i < blockBytes; i++) {
        const byte = i < short.length ? short[i]! : 0
        inner[i] = byte ^ 0x36
        outer[i] = byte ^ 0x5c
      }
      inner.set(message, blockBytes)
      outer.set(sha2.init().update(inner.subarray(0, end)).digest('binary'), blockBytes)
      const mac = sha2.init().update(outer).digest('binary')
      inner.fill(0, 0, end)
      outer.fill(0)
      return mac as Bytes
    },
  }
}

let loaded: Promise<HashEngine> | null = null

/**
 * @returns the WebAssembly engine, or the portable one where WebAssembly is forbidden. One for all callers: it
 * holds nothing between calls
 */
export const loadHash = (): Promise<HashEngine> => {
  loaded ??= wasmHash().catch(() => portableHash)
  return loaded
}
