/** Words of the EFF's list as people and their phones type them. */

import { loadWords } from './create-group.ts'
import { splitWords } from './passphrase.ts'

/** Whether it is worth fetching the list: letters in at least two pieces. */
export const looksLikeWords = (text: string): boolean => /^\s*\p{L}+(?:[\s-]+\p{L}+)+\s*$/u.test(text)

export type Reading =
  /** All are words of the list, in the one form that enters the PAKE. */
  | { readonly kind: 'words'; readonly text: string; readonly words: readonly string[] }
  /** Meant as words, but these are not in the list. */
  | { readonly kind: 'unknown'; readonly words: readonly string[] }
  | { readonly kind: 'other' }

export const readWords = (text: string, list: ReadonlySet<string>): Reading => {
  if (!looksLikeWords(text)) return { kind: 'other' }
  const words = splitWords(
    text
      .trim()
      .toLowerCase()
      .split(/[\s-]+/),
    list,
  )
  const unknown = words.filter((word) => !list.has(word))
  if (unknown.length === 0) return { kind: 'words', text: words.join('-'), words }
  // Most of them are words, so the rest were meant to be.
  return words.length >= 4 && unknown.length <= 2 ? { kind: 'unknown', words: unknown } : { kind: 'other' }
}

let known: Promise<ReadonlySet<string>> | null = null
export const knownWords = (): Promise<ReadonlySet<string>> => {
  known ??= loadWords().then((list) => new Set(list))
  known.catch(() => {
    known = null
  })
  return known
}

/** What the last piece can become, at most four; none before three letters. */
export const completionsOf = (text: string, list: ReadonlySet<string>): readonly string[] => {
  const [piece = ''] = /\p{L}*$/u.exec(text.toLowerCase()) ?? []
  if (piece.length < 3 || list.has(piece)) return []
  return [...list].filter((word) => word.startsWith(piece)).slice(0, 4)
}

/**
 * Bits of a password that a person thought up: four for the first character, two for each of the next seven, then one and
 * a half, from the twentieth on one; six more for mixed kinds of characters. Repeats count once.
 */
export const typedBits = (text: string): number => {
  const length = new Set(text).size < text.length / 2 ? new Set(text).size : [...text].length
  const base =
    Math.min(length, 1) * 4 +
    Math.min(Math.max(length - 1, 0), 7) * 2 +
    Math.min(Math.max(length - 8, 0), 12) * 1.5 +
    Math.max(length - 20, 0)
  return base + (/\p{Lu}/u.test(text) && /[^\p{L}]/u.test(text) ? 6 : 0)
}
