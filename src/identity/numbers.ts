/**
 * Numbers that people compare, to be sure that everybody holds the same entries: one for a room, one for each pair.
 *
 *   room   seed = SHA3-256(label || sorted full hashes of all live entries)        -> 8 groups, 12 words
 *   pair   seed = SHA3-256(label || groupId || hash of one entry), for each side   -> 5 groups, 6 words each;
 *                                                                                     the smaller hash comes first
 *
 * A half of a pair's number depends on one entry only, as Signal's does: a search has to hit that half.
 */
import { type Bytes, concat, fromHex, Reader, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { EntryHash } from './entry.ts'

export interface SafetyNumber {
  /** Groups of 6 digits with a space between them. */
  readonly digits: string
  /** Indexes 0 to 7,775 into the EFF's large word list. */
  readonly words: readonly number[]
}

interface Shape {
  readonly groups: number
  readonly words: number
}

const roomShape: Shape = { groups: 8, words: 12 }
const halfShape: Shape = { groups: 5, words: 6 }

const groupSize = 1_000_000
export const wordListLength = 7776

/** Integers of 48 bits, reduced: 2^48 is so much greater than either modulus that the bias is below 2^-28. */
const integerBytes = 6

/** `count` bytes: SHA3-256(label || seed || 0), SHA3-256(label || seed || 1) … */
const stretched = (crypto: Crypto, seed: Bytes, count: number): Bytes => {
  const label = utf8('mlwe-pake v2 number')
  const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, j) =>
    crypto.hash(label, seed, Uint8Array.of(j)),
  )
  return concat(...blocks).slice(0, count)
}

const numberOf = (crypto: Crypto, seed: Bytes, shape: Shape): SafetyNumber => {
  const input = new Reader(stretched(crypto, seed, integerBytes * (shape.groups + shape.words)))
  const take = (count: number, modulus: number): readonly number[] =>
    Array.from({ length: count }, () => input.uint(integerBytes) % modulus)
  const groups = take(shape.groups, groupSize)
  return {
    digits: groups.map((group) => String(group).padStart(6, '0')).join(' '),
    words: take(shape.words, wordListLength),
  }
}

/** 48 digits and 12 words over the full hashes of all live entries, in any order, oneself included. */
export const roomNumber = (crypto: Crypto, hashes: readonly EntryHash[]): SafetyNumber => {
  const sorted = [...new Set(hashes)].sort().map(fromHex)
  return numberOf(crypto, crypto.hash(utf8('mlwe-pake v2 room number'), ...sorted), roomShape)
}

const half = (crypto: Crypto, groupId: Bytes, hash: EntryHash): SafetyNumber =>
  numberOf(crypto, crypto.hash(utf8('mlwe-pake v2 pair number'), groupId, fromHex(hash)), halfShape)

/** 60 digits and 12 words, the same on both sides. Throws RangeError where both entries are one. */
export const pairNumber = (
  crypto: Crypto,
  groupId: Bytes,
  own: EntryHash,
  other: EntryHash,
): SafetyNumber => {
  if (own === other) throw new RangeError('a pair has two members')
  const [first, second] = [own, other].sort().map((hash) => half(crypto, groupId, hash as EntryHash)) as [
    SafetyNumber,
    SafetyNumber,
  ]
  return {
    digits: `${first.digits} ${second.digits}`,
    words: [...first.words, ...second.words],
  }
}
