/** The real primitives with randomness from a seed: for tests, vectors and simulations, never in the product. */

import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, concat, encode, u32, utf8 } from '../../codec/index.ts'
import type { Measurement } from '../../metrics/index.ts'
import { type Crypto, createCrypto, type Engines, type Rng } from '../crypto.ts'
import { loadHash } from '../hash.ts'
import { type HkdfEngine, hashHkdf } from '../kdf.ts'
import type { WebCrypto } from '../web-crypto.ts'

/**
 * @param seed - any text
 * @returns bytes that follow from it: SHA-256 of the seed and a counter
 */
export const seededRng = (seed: string): Rng => {
  let counter = 0
  return (count) => {
    const blocks: Uint8Array[] = []
    for (let made = 0; made < count; made += 32) {
      blocks.push(sha256(concat(utf8(seed), encode(u32, counter++))))
    }
    return concat(...blocks).slice(0, count) as Bytes
  }
}

/** @returns the synchronous HKDF, see `hashHkdf` */
export const nodeHkdf = async (): Promise<HkdfEngine> => hashHkdf(await loadHash())

/**
 * @param seed - any text
 * @param subtle - Web Crypto
 * @param engines - other engines than the default ones
 * @returns the primitives, and the records that they left
 */
export const seededCrypto = async (
  seed: string,
  subtle: WebCrypto,
  engines: Engines = {},
): Promise<{ crypto: Crypto; records: Measurement[] }> => {
  const records: Measurement[] = []
  let now = 0
  const recorder = { now: () => now++, record: (entry: Measurement) => void records.push(entry) }
  const chosen = { hkdf: await nodeHkdf(), ...engines }
  return {
    crypto: await createCrypto({ subtle, random: seededRng(seed), recorder, engines: chosen }),
    records,
  }
}

/**
 * For vectors: the same primitives, and every draw of theirs in its order.
 *
 * @param subtle - Web Crypto
 * @param seed - any text
 */
export const recordedCrypto = async (
  subtle: WebCrypto,
  seed: string,
): Promise<{ readonly crypto: Crypto; readonly draws: Bytes[] }> => {
  const draws: Bytes[] = []
  const source = seededRng(seed)
  const crypto = await createCrypto({
    subtle,
    random: (count) => {
      const drawn = source(count)
      draws.push(drawn.slice())
      return drawn
    },
    recorder: { now: () => 0, record: () => undefined },
    engines: { hkdf: await nodeHkdf() },
  })
  return { crypto, draws }
}
