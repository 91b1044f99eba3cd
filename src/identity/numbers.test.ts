import { beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { type EntryHash, pairNumber, roomNumber, wordListLength } from './index.ts'

const groupId = new Uint8Array(16).fill(7)
let crypto: Crypto
let hashes: readonly EntryHash[]

beforeAll(async () => {
  crypto = (await seededCrypto('numbers', globalThis.crypto.subtle as never)).crypto
  hashes = Array.from({ length: 400 }, () => toHex(crypto.random(32)) as EntryHash)
})

const [room, pair] = [/^\d{6}( \d{6}){7}$/, /^\d{6}( \d{6}){9}$/]

describe('a room’s number', () => {
  test('has 48 digits and 12 words', () => {
    for (let count = 1; count < 20; count++) {
      const { digits, words } = roomNumber(crypto, hashes.slice(0, count))
      expect(digits).toMatch(room)
      expect(words).toHaveLength(12)
      expect(words.every((word) => Number.isInteger(word) && word >= 0 && word < wordListLength)).toBe(true)
    }
    expect(wordListLength).toBe(7776)
  })

  test('does not depend on the order, nor on an entry that is listed twice', () => {
    const some = hashes.slice(0, 5)
    const number = roomNumber(crypto, some)
    expect(roomNumber(crypto, [...some].reverse())).toEqual(number)
    expect(roomNumber(crypto, [...some, some[2]!])).toEqual(number)
    expect(some).toEqual(hashes.slice(0, 5))
  })

  test('changes with each entry, its last bit included', () => {
    const some = hashes.slice(0, 5)
    const last = some[4]!
    const changed = `${last.slice(0, 63)}${last.endsWith('0') ? '1' : '0'}` as EntryHash
    const numbers = [some, some.slice(1), hashes.slice(0, 6), [...some.slice(0, 4), changed]].map((one) =>
      roomNumber(crypto, one),
    )
    expect(new Set(numbers.map(({ digits }) => digits)).size).toBe(4)
    expect(new Set(numbers.map(({ words }) => words.join())).size).toBe(4)
  })
})

describe('a pair’s number', () => {
  test('is the same on both sides: 60 digits and 12 words', () => {
    const [own, other] = [hashes[0]!, hashes[1]!]
    const number = pairNumber(crypto, groupId, own, other)
    expect(number).toEqual(pairNumber(crypto, groupId, other, own))
    expect(number.digits).toMatch(pair)
    expect(number.words).toHaveLength(12)
  })

  test('has a half for each entry, the smaller hash first, that does not depend on the other', () => {
    const [low, middle, high] = hashes.slice(0, 3).sort() as [EntryHash, EntryHash, EntryHash]
    const numbers = [
      pairNumber(crypto, groupId, low, middle),
      pairNumber(crypto, groupId, low, high),
      pairNumber(crypto, groupId, middle, high),
    ] as const
    const digits = numbers.map((number) => [number.digits.slice(0, 34), number.digits.slice(35)])
    const words = numbers.map((number) => [number.words.slice(0, 6), number.words.slice(6)])
    for (const halves of [digits, words]) {
      expect(halves[0]![0]).toEqual(halves[1]![0])
      expect(halves[0]![1]).toEqual(halves[2]![0])
      expect(halves[1]![1]).toEqual(halves[2]![1])
      expect(halves[0]![0]).not.toEqual(halves[0]![1])
    }
  })

  test('is another in another group, and needs two', () => {
    const [own, other] = [hashes[0]!, hashes[1]!]
    const here = pairNumber(crypto, groupId, own, other)
    expect(pairNumber(crypto, new Uint8Array(16), own, other)).not.toEqual(here)
    expect(() => pairNumber(crypto, groupId, own, own)).toThrow(RangeError)
  })
})

test('digits and words are spread evenly', () => {
  const numbers = hashes.slice(1).map((hash) => pairNumber(crypto, groupId, hashes[0]!, hash))
  const count = (values: readonly number[], bins: number): number => {
    const seen = new Array<number>(bins).fill(0)
    for (const value of values) seen[value] = seen[value]! + 1
    const expected = values.length / bins
    return seen.reduce((sum, one) => sum + (one - expected) ** 2 / expected, 0)
  }
  const halves = numbers.map(({ digits, words }, i) =>
    hashes[0]! < hashes[i + 1]!
      ? { digits: digits.slice(35), words: words.slice(6) }
      : { digits: digits.slice(0, 34), words: words.slice(0, 6) },
  )
  const digits = halves.flatMap((half) => Array.from(half.digits.replaceAll(' ', ''), Number))
  const words = halves.flatMap((half) => half.words.map((word) => Math.floor(word / 486)))
  // 99.99 % points of chi-square with 9 and 15 degrees of freedom; the seed is fixed.
  expect(count(digits, 10)).toBeLessThan(33.7)
  expect(count(words, 16)).toBeLessThan(44.3)
})
