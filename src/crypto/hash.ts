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
  const block = new Uint8Array(blockBytes)
  return {
    sha3: (parts) => {
      sha3.init()
      for (const part of parts) sha3.update(part)
      return sha3.digest('binary') as Bytes
    },
    hmac: (key, message) => {
      const short = key.length > blockBytes ? sha256(key) : key
      block.fill(0x36)
      for (let i = 0; i < short.length; i++) block[i] = short[i]! ^ 0x36
      const inner = sha2.init().update(block).update(message).digest('binary')
      for (let i = 0; i < blockBytes; i++) block[i] = block[i]! ^ (0x36 ^ 0x5c)
      const outer = sha2.init().update(block).update(inner).digest('binary')
      block.fill(0)
      return outer as Bytes
    },
  }
}

let loaded: Promise<HashEngine> | null = null

/** One for all: it holds nothing between calls. */
export const loadHash = (): Promise<HashEngine> => {
  loaded ??= wasmHash().catch(() => portableHash)
  return loaded
}
