/**
 * Watches every AES-GCM (key, nonce) pair, so that a test can demand that none comes twice.
 */

import { toHex } from '../../codec/index.ts'
import { type Crypto, expose, type Material } from '../../crypto/index.ts'

/** Every AES-GCM (key, nonce) pair that anything was sealed under. */
export interface SealLog {
  /** Lower-case hexadecimal, key then nonce: 88 digits. */
  readonly pairs: Set<string>
  /** Pairs that came a second time. Must stay empty. */
  readonly repeated: string[]
}

/** @returns `crypto` that logs each key and nonce that it seals under */
export const recordSeals = (crypto: Crypto): { readonly crypto: Crypto; readonly log: SealLog } => {
  const log: SealLog = { pairs: new Set(), repeated: [] }
  const seal: Crypto['seal'] = (key: Material, nonce: Material, aad, plaintext) => {
    const pair = toHex(expose(key)) + toHex(expose(nonce))
    if (log.pairs.has(pair)) log.repeated.push(pair)
    log.pairs.add(pair)
    return crypto.seal(key, nonce, aad, plaintext)
  }
  return { crypto: { ...crypto, seal }, log }
}
