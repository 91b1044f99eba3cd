/**
 * The stock of one member: what is not in it opens nothing.
 *
 *   extendStock ──> stock ──takeOnce──> used: out for good, wiped
 *                     └── the oldest beyond 300 ──> wiped
 */

import { type Bytes, equal } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import { treeOver } from './merkle.ts'
import { makePreKey, type Owner } from './owner.ts'
import { encodePublished, maxStock, type StoredPreKey } from './pre-key.ts'

/** Pre-keys that a member keeps ready at the relay. */
export const stockSize = 100
/** With this many left, the owner makes new ones. */
export const refillAt = 25

/** A member's own record, oldest first. */
export type Stock = readonly StoredPreKey[]

const secretsOf = ({ seed, dh, kemSeed }: StoredPreKey): readonly Secret[] => [seed, dh.privateKey, kemSeed]

/**
 * @param stock - one that is given up
 * @returns all of its secrets, to wipe
 */
export const stockSecrets = (stock: Stock): readonly Secret[] => stock.flatMap(secretsOf)

/**
 * Adds pre-keys under a root of their own.
 *
 * @param crypto - primitives
 * @param owner - group, address and verifier
 * @param stock - what is there
 * @param count - how many to add, at most 128
 * @returns the longer stock, what to publish, and the secrets of the oldest beyond 300, to wipe
 * @throws RangeError on more than one root can hold
 */
export const extendStock = async (
  crypto: Crypto,
  owner: Owner,
  stock: Stock,
  count: number,
): Promise<{
  readonly stock: Stock
  readonly published: readonly Bytes[]
  readonly stale: readonly Secret[]
}> => {
  const made = []
  for (let i = 0; i < count; i++) made.push(await makePreKey(crypto, owner))
  const { root, paths } = treeOver(
    crypto,
    made.map(({ stored }) => stored.leaf),
  )
  const all: Stock = [...stock, ...made.map(({ stored }) => ({ ...stored, root }))]
  return {
    stock: all.slice(-maxStock),
    published: made.map(({ half }, place) => encodePublished({ half, place, path: paths[place] ?? [] })),
    stale: all.slice(0, -maxStock).flatMap(secretsOf), // FS
  }
}

/**
 * @param stock - with at least one pre-key
 * @returns the root to announce: that of the newest
 * @throws RangeError on an empty stock
 */
export const rootOf = (stock: Stock): Bytes => {
  const newest = stock.at(-1)
  if (newest === undefined) throw new RangeError('an empty stock has no root')
  return newest.root
}

/**
 * @param stock - one's own
 * @param id - of the pre-key that somebody used
 * @returns it, the stock without it and its secrets, to wipe once it has served; `null` where it was never made here or is used up
 */
export const takeOnce = (
  stock: Stock,
  id: Bytes,
): { readonly preKey: StoredPreKey; readonly stock: Stock; readonly stale: readonly Secret[] } | null => {
  const preKey = stock.find((one) => equal(one.id, id))
  if (preKey === undefined) return null
  return { preKey, stock: stock.filter((one) => one !== preKey), stale: secretsOf(preKey) }
}
