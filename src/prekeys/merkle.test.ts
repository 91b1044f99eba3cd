import { expect, test } from 'vitest'
import { type Bytes, toHex, utf8 } from '../codec/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { leafOf, maxLeaves, rootAbove, treeOver } from './merkle.ts'

const { crypto } = await seededCrypto('merkle', globalThis.crypto.subtle as never)
const leaves = (count: number): readonly Bytes[] =>
  Array.from({ length: count }, (_, i) => leafOf(crypto, utf8(`leaf ${i}`)))

/** The definition once more, from the top. */
const rootByDefinition = (given: readonly Bytes[], from = 0, size = maxLeaves): Bytes =>
  size === 1
    ? (given[from] ?? new Uint8Array(32))
    : crypto.hash(
        utf8('mlwe-pake v2 pre-key node'),
        rootByDefinition(given, from, size / 2),
        rootByDefinition(given, from + size / 2, size / 2),
      )

test.each([0, 1, 2, 3, 75, 100, 127, 128])('%i leaves: every path leads to the root', (count) => {
  const given = leaves(count)
  const { root, paths } = treeOver(crypto, given)
  expect(root).toEqual(rootByDefinition(given))
  expect(paths).toHaveLength(count)
  for (const [place, path] of paths.entries()) {
    expect(path).toHaveLength(7)
    expect(rootAbove(crypto, given[place]!, place, path)).toEqual(root)
    expect(rootAbove(crypto, given[place]!, place ^ 1, path)).not.toEqual(root)
  }
})

test('order, number and content of leaves all change the root', () => {
  const given = leaves(5)
  const roots = [given, [...given].reverse(), given.slice(0, 4), [...given, leafOf(crypto, utf8(''))]]
  expect(new Set(roots.map((each) => toHex(treeOver(crypto, each).root))).size).toBe(4)
})

test('more than 128 have no root', () => {
  expect(() => treeOver(crypto, leaves(129))).toThrow(RangeError)
})
