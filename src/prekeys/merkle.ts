/**
 * One hash over a whole stock of pre-keys: a binary tree of 128 leaves, those that are not taken 32 zeros. Its owner
 * announces the root to members; each pre-key at the relay carries the seven nodes that lead from its leaf to it.
 *
 *                 root
 *            ┌─────┴─────┐
 *          node         node          node = H(label, left, right)
 *        ┌───┴───┐     ┌──┴──┐
 *       leaf    leaf   …     0        leaf = H(label, public half)
 */

import { type Bytes, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'

/** Levels above the leaves. */
export const depth = 7
/** Most pre-keys under one root. */
export const maxLeaves = 2 ** depth

type Hashing = Pick<Crypto, 'hash'>

const leafLabel = utf8('mlwe-pake v2 pre-key leaf')
const nodeLabel = utf8('mlwe-pake v2 pre-key node')

/**
 * @param crypto - primitives
 * @param half - a public half, encoded
 * @returns 32 bytes
 */
export const leafOf = (crypto: Hashing, half: Bytes): Bytes => crypto.hash(leafLabel, half)

const nodeOf = (crypto: Hashing, left: Bytes, right: Bytes): Bytes => crypto.hash(nodeLabel, left, right)

/** All levels, the leaves first and the root last. */
const levelsOver = (crypto: Hashing, leaves: readonly Bytes[]): readonly (readonly Bytes[])[] => {
  const levels = [Array.from({ length: maxLeaves }, (_, place) => leaves[place] ?? new Uint8Array(32))]
  for (let row = levels[0]!; row.length > 1; levels.push(row)) {
    const below = row
    row = Array.from({ length: below.length / 2 }, (_, i) => nodeOf(crypto, below[2 * i]!, below[2 * i + 1]!))
  }
  return levels
}

/**
 * @param crypto - primitives
 * @param leaves - at most 128
 * @returns the root, and the path of each leaf from below
 * @throws RangeError on more leaves
 */
export const treeOver = (
  crypto: Hashing,
  leaves: readonly Bytes[],
): { readonly root: Bytes; readonly paths: readonly (readonly Bytes[])[] } => {
  if (leaves.length > maxLeaves) throw new RangeError(`at most ${maxLeaves} pre-keys have one root`)
  const levels = levelsOver(crypto, leaves)
  const paths = leaves.map((_, place) =>
    levels.slice(0, depth).map((row, level) => row[(place >> level) ^ 1]!),
  )
  return { root: levels[depth]![0]!, paths }
}

/**
 * @param crypto - primitives
 * @param leaf - 32 bytes
 * @param place - its place, below 128
 * @param path - seven nodes, from below
 * @returns the root that they lead to
 */
export const rootAbove = (crypto: Hashing, leaf: Bytes, place: number, path: readonly Bytes[]): Bytes =>
  path.reduce(
    (below, beside, level) =>
      (place >> level) & 1 ? nodeOf(crypto, beside, below) : nodeOf(crypto, below, beside),
    leaf,
  )
