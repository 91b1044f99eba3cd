import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../codec/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { hasDisallowed, lowerCase, mapSpaces } from './code-points.ts'
import { groupIdOf, maxGroupNameBytes, roomOf } from './group-name.ts'

const { crypto } = await seededCrypto('names', globalThis.crypto.subtle as never)

const find = (name: string): string => {
  const made = groupIdOf(crypto, name)
  return 'problem' in made ? made.problem : toHex(made.groupId)
}
/** What a normalized name gives, without any rule. */
const exactly = (name: string): string =>
  toHex(crypto.hash(utf8('mlwe-pake v2 group'), utf8(name)).slice(0, 16))

describe('one group however its name is typed', () => {
  test.each([
    ['Room', 'room'],
    ['  room ', 'room'],
    ['\t\u0085two\u2028 \u3000WORDS\n', 'two words'],
    ['Cafe\u0301', 'café'],
    ['CAFÉ', 'café'],
    ['ﬁsh', 'fish'],
    ['Ｗ Ⅷ', 'w viii'],
    // No context: a final sigma is a sigma.
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδος', 'οδοσ'],
    // No language, one code point for one.
    ['\u0130I', 'ii'],
    ['ı', 'ı'],
    ['STRA\u1E9EE', 'straße'],
    ['strasse', 'strasse'],
    ['\u1C90', '\u10D0'],
    ['\u13A0', '\uAB70'],
    ['\u{10400}', '\u{10428}'],
    // Capitals that some engines do not know yet stay.
    ['\u2C2F\uA7C0\uA7CB\u{10570}', '\u2C2F\uA7C0\uA7CB\u{10570}'],
    ['a\u0378', 'a\u0378'],
  ])('%j', (typed, meant) => {
    expect(find(typed)).toBe(exactly(meant))
  })

  test('16 bytes, and a room of 32 under another label', () => {
    const made = groupIdOf(crypto, 'room')
    if ('problem' in made) throw new Error(made.problem)
    expect(made.groupId.length).toBe(16)
    expect(roomOf(crypto, made.groupId)).toEqual(crypto.hash(utf8('mlwe-pake v2 room'), made.groupId))
  })

  test('what normalization gives is normal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (name) => {
        let normal = ''
        const made = groupIdOf(
          {
            hash: (...parts) => {
              normal = new TextDecoder().decode(parts[1])
              return crypto.hash(...parts)
            },
          },
          name,
        )
        if ('groupId' in made) expect(find(normal)).toBe(toHex(made.groupId))
      }),
      { numRuns: 3_000, seed: 1 },
    )
  })
})

test.each([
  ['', 'join/empty-group'],
  [' \t\u3000\u2029', 'join/empty-group'],
  ['é'.repeat(maxGroupNameBytes / 2 + 1), 'join/long-group'],
  // 18 letters in one code point.
  ['\ufdfa'.repeat(8), 'join/long-group'],
  ['a\u0000b', 'join/bad-group'],
  ['a\u200bb', 'join/bad-group'],
  ['\ufeffroom', 'join/bad-group'],
  ['a\u202eb', 'join/bad-group'],
  ['a\u3164', 'join/bad-group'],
  ['\ue000', 'join/bad-group'],
  ['\ufdd0', 'join/bad-group'],
  ['a\ud83d', 'join/bad-group'],
])('%j is refused: %s', (typed, problem) => {
  expect(find(typed)).toBe(problem)
})

test('the longest name is taken', () => {
  expect(find('é'.repeat(maxGroupNameBytes / 2))).toMatch(/^[0-9a-f]{32}$/)
})

describe('the fixed sets', () => {
  const all = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
  const refused = new Set(all.filter(hasDisallowed))
  const normal = all.filter((one) => one.normalize('NFKC') === one)
  const lowered = new Map(normal.map((one) => [one, lowerCase(one)]))

  test('have the sizes that SPEC.md gives', () => {
    expect(refused.size).toBe(143_724)
    expect(all.slice(0, 0x3001).filter((one) => mapSpaces(one) === ' ')).toHaveLength(17)
    expect([...lowered].filter(([one, lower]) => lower !== one)).toHaveLength(1_301)
  })

  test('contain exactly the control, private, surrogate and ignorable code points that this engine knows', () => {
    const kept = /\u200C|\u200D|\uFE0F|[\u{E0020}-\u{E007F}]/u
    const known =
      /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/u
    expect(all.filter((one) => refused.has(one) !== (known.test(one) && !kept.test(one)))).toEqual([])
  })

  test('lower what this engine lowers, but for capitals of Unicode 13 and later', () => {
    const later =
      /[\u1C89\u2C2F\uA7C0-\uA7FF\u{10570}-\u{10595}\u{10D50}-\u{10D65}\u{16EA0}-\u{16EB8}\u0130\u03C2]/u
    const differ = [...lowered].filter(([one, lower]) => lower !== one.toLowerCase())
    expect(differ.filter(([one]) => !later.test(one))).toEqual([])
  })

  test('and the whole map is pinned', () => {
    const map = all.map((one) => lowered.get(one) ?? '').join('')
    expect(toHex(crypto.hash(utf8(map)))).toBe(
      '10cfb57795837d03c911b25d6752319b2778982fae3301fb0030860495ebf442',
    )
  })
})
