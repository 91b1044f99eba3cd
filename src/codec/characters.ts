/**
 * Code points that may not stand in a name from outside. Fixed lists, so that engines of different Unicode versions agree.
 */

/**
 * @param points - code points and ranges in hexadecimal, `7F-9F AD`
 * @returns a class of a regular expression with the flag `u`
 */
export const characterClass = (points: string): string =>
  `[${points
    .trim()
    .split(/\s+/)
    .map((range) =>
      range
        .split('-')
        .map((point) => `\\u{${point}}`)
        .join('-'),
    )
    .join('')}]`

const controls = '0-1F 7F-9F 2028-2029 D800-DFFF'
const bidiControls = '61C 200E-200F 202A-202E 2066-2069'
/** Zero-width and other invisible ones: Default_Ignorable_Code_Point of Unicode 16.0, annotations, blank symbols. */
const invisible = `AD 34F 115F-1160 17B4-17B5 180B-180F 200B-200D 2060-2065 206A-206F 2800 3164 FE00-FE0F FEFF FFA0
  FFF0-FFFB 1BCA0-1BCA3 1D159 1D173-1D17A E0000-E0FFF`

/** Controls, bidirectional controls, lone surrogates, and what shows nothing. */
export const unseenPoints = `${controls} ${bidiControls} ${invisible}`
/** Spaces but U+0020: Zs of Unicode 16.0. */
export const otherSpaces = 'A0 1680 2000-200A 202F 205F 3000'
