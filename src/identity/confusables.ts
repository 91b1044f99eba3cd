/**
 * Which names look alike: a key that is equal for names that people would mix up. It only decides beside which names
 * four digits of the id are shown, so a match too many costs little; against a match too few there are room numbers.
 */

/** Folded letters, each before those that look like it in lower or upper case: Latin, Greek, Cyrillic, Armenian, digits. */
const lookalikes = `
  a α а ɑ
  b β в ь
  c с ϲ ᴄ
  d ԁ đ ɗ
  e ε е
  g ɡ ց
  h η н һ հ ħ
  j ј ϳ
  k κ к қ
  l i 1 | ı ι і ӏ ł ɩ լ
  m μ м
  n ν ո ռ
  o 0 ο о օ ø
  p ρ р
  q ԛ զ
  s ѕ
  t τ т ŧ
  u υ ս
  v ѵ
  w ԝ ω
  x χ х ×
  y у ү ʏ
  z ζ
  3 з ӡ ʒ
  ' ’ ‘ ʼ ʻ ′ ´ \` "
  - ‐ ‑ ‒ – — ― − · • _`

const classOf: ReadonlyMap<string, string> = new Map(
  lookalikes
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [first, ...others] = line.trim().split(' ')
      return others.map((other) => [other, first!] as const)
    }),
)

/** Upper case first, so that ß, final sigma and the dotless i fold too. */
const fold = (text: string): string => text.toUpperCase().toLowerCase()

const combiningMarks = /[\u0300-\u036F]/g

/** NFKC, case folded, without the marks of U+0300 to U+036F, lookalikes as one, `rn` as `m`, `vv` as `w`. */
export const nameKey = (name: string): string => {
  const folded = fold(name.normalize('NFKC')).normalize('NFKD').replace(combiningMarks, '')
  return Array.from(folded, (letter) => classOf.get(letter) ?? letter)
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}
