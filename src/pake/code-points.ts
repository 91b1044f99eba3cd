/**
 * Fixed sets of code points, as hexadecimal ranges. Nothing here follows the Unicode version of the engine, so that every
 * implementation refuses, joins and lowers the same text in the same way.
 */

type Ranges = readonly (readonly [first: number, last: number])[]

const rangesOf = (text: string): Ranges =>
  text.split(' ').map((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map((end) => Number.parseInt(end, 16))
    return [first, last]
  })

const within = (ranges: Ranges, character: string): boolean => {
  const code = character.codePointAt(0) ?? -1
  return ranges.some(([first, last]) => code >= first && code <= last)
}

/** General category Zs: 17 code points. */
const spaceSeparators = rangesOf('20 a0 1680 2000-200a 202f 205f 3000')
/** Property White_Space: 25 code points. */
const whiteSpace = rangesOf('9-d 20 85 a0 1680 2000-200a 2028-2029 202f 205f 3000')

const controls = '0-1f 7f-9f'
/** Zl and Zp: white space in a group name, unseen in a password. */
const separators = '2028-2029'
const surrogates = 'd800-dfff'
const privateUse = 'e000-f8ff f0000-ffffd 100000-10fffd'
const noncharacters =
  'fdd0-fdef fffe-ffff 1fffe-1ffff 2fffe-2ffff 3fffe-3ffff 4fffe-4ffff 5fffe-5ffff 6fffe-6ffff 7fffe-7ffff ' +
  '8fffe-8ffff 9fffe-9ffff afffe-affff bfffe-bffff cfffe-cffff dfffe-dffff efffe-effff ffffe-fffff 10fffe-10ffff'
/** Default_Ignorable_Code_Point but for U+200C, U+200D, U+FE0F and the tag characters U+E0020 to U+E007F. */
const ignorable =
  'ad 34f 61c 115f-1160 17b4-17b5 180b-180f 200b 200e-200f 202a-202e 2060-206f 3164 fe00-fe0e feff ffa0 fff0-fff8 ' +
  '1bca0-1bca3 1d173-1d17a e0000-e001f e0080-e0fff'
const disallowed = rangesOf(
  [controls, separators, surrogates, privateUse, noncharacters, ignorable].join(' '),
)

/**
 * Ranges in which case is mapped: those with capital letters of Unicode 12.1 that NFKC leaves alone. Capital letters
 * that were encoded later stay as they are, since engines differ in whether they know them.
 */
const cased = rangesOf(
  '41-376 37f 386-38a 38c 38e-3a1 3a3-52e 531-556 10a0-10c5 10c7 10cd 13a0-13f5 1c90-1cba 1cbd-1cbf 1e00-1f0f ' +
    '1f18-1f1d 1f28-1f3f 1f48-1f4d 1f59 1f5b 1f5d 1f5f-1f6f 1f88-1faf 1fb8-1fbc 1fc8-1fcc 1fd8-1fda 1fe8-1fec ' +
    '1ff8-1ffc 2132-2183 2c00-2c2e 2c60-2cf2 a640-a69a a722-a7be a7c2-a7c6 10400-10427 104b0-104d3 10c80-10cb2 ' +
    '118a0-118bf 16e40-16e5f 1e900-1e921',
)
/** Where Unicode's simple mapping is not what `toLowerCase` gives for one code point, and the final sigma. */
const exceptions: Readonly<Record<string, string>> = { '\u0130': 'i', '\u03C2': '\u03C3' }

const mapEach = (text: string, map: (character: string) => string): string => Array.from(text, map).join('')

/**
 * @param text - any string
 * @returns whether it has a code point that no password and no group name contains: nobody sees it, or no two platforms
 * agree on it
 */
export const hasDisallowed = (text: string): boolean =>
  Array.from(text).some((character) => within(disallowed, character))

/**
 * @param text - any string
 * @returns the same with U+0020 for every space separator
 */
export const mapSpaces = (text: string): string =>
  mapEach(text, (character) => (within(spaceSeparators, character) ? ' ' : character))

/**
 * @param text - any string
 * @returns the same with one U+0020 for every run of white space, and none at the ends
 */
export const collapseWhiteSpace = (text: string): string =>
  mapEach(text, (character) => (within(whiteSpace, character) ? ' ' : character))
    .split(' ')
    .filter((word) => word !== '')
    .join(' ')

/**
 * Simple lower-case mapping (UnicodeData.txt), code point by code point: no context and no language.
 *
 * @param text - in NFKC
 * @returns as many code points
 */
export const lowerCase = (text: string): string =>
  mapEach(text, (character) =>
    within(cased, character) ? (exceptions[character] ?? character.toLowerCase()) : character,
  )
