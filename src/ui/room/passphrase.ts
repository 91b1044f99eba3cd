/** Bytes from the browser's generator. */
export type Draw = (count: number) => Uint8Array

/** Uniform in [0, bound), for bounds up to 65,536: what would favour small numbers is drawn again. */
const drawBelow = (bound: number, draw: Draw): number => {
  const limit = 65_536 - (65_536 % bound)
  for (;;) {
    const [high = 0, low = 0] = draw(2)
    const value = high * 256 + low
    if (value < limit) return value % bound
  }
}

const drawWords = (list: readonly string[], count: number, draw: Draw): string =>
  Array.from({ length: count }, () => list[drawBelow(list.length, draw)]).join('-')

export const passphraseWords = 5

/** Five words of the list, told apart by hyphens. */
export const generatePassphrase = (list: readonly string[], draw: Draw): string =>
  drawWords(list, passphraseWords, draw)

/** Four words of the list have a hyphen of their own. */
export const splitWords = (tokens: readonly string[], list: ReadonlySet<string>): readonly string[] => {
  const words: string[] = []
  for (let at = 0; at < tokens.length; at++) {
    const [token = '', next] = tokens.slice(at)
    const pair = `${token}-${next}`
    const isPair = !list.has(token) && list.has(pair)
    words.push(isPair ? pair : token)
    if (isPair) at += 1
  }
  return words
}

export const passphraseBits = (list: readonly string[]): number => passphraseWords * Math.log2(list.length)

const base32 = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * A label for people, and 128 random bits in 26 characters: the group's id is a hash of its name, so nobody comes upon
 * this one by guessing names.
 */
export const hiddenGroup = (label: string, draw: Draw): string => {
  const bits = Array.from(draw(17), (byte) => byte.toString(2).padStart(8, '0')).join('')
  const tail = bits.match(/.{5}/g)?.slice(0, 26) ?? []
  return `${label}-${tail.map((five) => base32[Number.parseInt(five, 2)]).join('')}`
}

/** The same, with two words for a label. */
export const generateGroupName = (list: readonly string[], draw: Draw): string =>
  hiddenGroup(drawWords(list, 2, draw), draw)

const tail = /-[a-z2-7]{26}$/
export const isHidden = (group: string): boolean => tail.test(group)
/** What people call the group. */
export const groupLabel = (group: string): string => group.replace(tail, '')
