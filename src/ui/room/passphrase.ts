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

export const passphraseBits = (list: readonly string[]): number => passphraseWords * Math.log2(list.length)

const base32 = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * Two words for people, and 128 random bits in 26 characters: the group's id is a hash of its name, so nobody
 * comes upon this one by guessing names.
 */
export const generateGroupName = (list: readonly string[], draw: Draw): string => {
  const bits = Array.from(draw(17), (byte) => byte.toString(2).padStart(8, '0')).join('')
  const tail = bits.match(/.{5}/g)?.slice(0, 26) ?? []
  return `${drawWords(list, 2, draw)}-${tail.map((five) => base32[Number.parseInt(five, 2)]).join('')}`
}
