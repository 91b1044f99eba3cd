import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../codec/index.ts'
import { acceptsName, displayName, enforceName, maxNameBytes, nameKey } from './index.ts'

const refusedWith = (problem: string, ...texts: readonly string[]) => {
  for (const text of texts) expect([text, enforceName(text)]).toEqual([text, { problem }])
}
const enforcedAs = (name: string, ...texts: readonly string[]) => {
  for (const text of texts) expect(enforceName(text)).toEqual({ name })
}

describe('while typing (RFC 8266)', () => {
  test('spaces are mapped, stripped and collapsed', () => {
    enforcedAs('Ada L', 'Ada L', '  Ada L ', 'Ada   L', 'Ada\u00A0L', '\u3000Ada\u2003\u2009L\u202F')
  })

  test('the examples of RFC 8266 §3 keep their case', () => {
    for (const name of ['Foo', 'foo', 'Foo Bar', '\u03A3', '\u03C3', '\u03C2', '\u265A', 'Richard IV']) {
      enforcedAs(name, name)
    }
    enforcedAs('Richard IV', 'Richard \u2163')
    enforcedAs('Foo Bar', 'Foo Bar ', ' Foo  Bar')
  })

  test('compatibility forms become one (NFKC)', () => {
    enforcedAs('Zo\u00EB', 'Zoe\u0308', 'Zo\u00EB', '\uFF3Ao\u00EB')
    enforcedAs('fine', '\uFB01ne')
    enforcedAs('\u30A2', '\uFF71')
  })

  test('a rule that makes new spaces is applied again', () => {
    // U+00B4 and U+00AF decompose to a space and a mark.
    enforcedAs('\u0301a', '\u00B4a')
    enforcedAs('a \u0304', 'a \u00AF', 'a\u00A0\u00AF')
  })

  test('emoji are names; selectors of their style are dropped', () => {
    enforcedAs('\u{1F98A}', '\u{1F98A}')
    enforcedAs('Bob \u2764', 'Bob \u2764\uFE0F', 'Bob \u2764\uFE0E')
    enforcedAs('\u{1F44B}\u{1F3FD}', '\u{1F44B}\u{1F3FD}')
  })

  test('nothing left is no name', () => refusedWith('join/empty-name', '', ' ', '\u3000\u00A0', '\uFE0F'))

  test('64 bytes of UTF-8 is the limit, after the rules', () => {
    enforcedAs('x'.repeat(64), 'x'.repeat(64), `  ${'x'.repeat(64)} `)
    enforcedAs('\u{1F98A}'.repeat(16), '\u{1F98A}'.repeat(16))
    refusedWith('join/long-name', 'x'.repeat(65), '\u{1F98A}'.repeat(17), '\u00E9'.repeat(33))
    expect(maxNameBytes).toBe(64)
  })

  test('controls, invisible and bidirectional code points are refused, and surrogates alone', () => {
    refusedWith('join/bad-name', 'a\tb', 'a\nb', 'a\u0000', 'a\u0085', 'a\u2028b', 'a\uD800', '\uDC00a')
    refusedWith('join/bad-name', 'a\u200Bb', 'a\u200Db', 'a\u00ADb', 'a\uFEFF', 'a\u2060b', 'a\u{E0041}')
    refusedWith('join/bad-name', 'a\u202Eb', 'a\u200Fb', 'a\u061Cb', '\u2066a\u2069', '\u3164', '\u2800')
  })

  test('unassigned and private code points are refused', () => {
    refusedWith('join/bad-name', 'a\u0378', 'a\uFDD0', 'a\u{10FFFF}', 'a\uE000', 'a\u{F0000}')
  })

  test('exceptions of RFC 8264 §9.6 and old Hangul Jamo are refused', () => {
    refusedWith(
      'join/bad-name',
      '\u0640',
      '\u07FA',
      '\u302E',
      '\u3031',
      '\u303B',
      '\u1100',
      '\u3131',
      '\uA960',
    )
  })

  test('contextual code points are taken in their context only (RFC 5892, Appendix A)', () => {
    const taken = [
      'col\u00B7leccio',
      '\u0375\u03B1',
      '\u05D0\u05F3',
      '\u30A2\u30FB',
      '\u4E00\u30FB',
      '\u0661',
      '\u06F1',
    ]
    for (const name of taken) enforcedAs(name, name)
    refusedWith('join/bad-name', 'l\u00B7a', 'a\u00B7l', '\u00B7', '\u0375', '\u0375a', '\u05F3', 'a\u05F4')
    refusedWith('join/bad-name', 'a\u30FBb', '\u0661\u06F1', '\u06F1a\u0661')
  })

  test('what comes out is accepted everywhere, and comes out again', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    )
    fc.assert(
      fc.property(text, (typed) => {
        const outcome = enforceName(typed)
        if ('problem' in outcome) return
        expect(acceptsName(outcome.name)).toBe(true)
        expect(enforceName(outcome.name)).toEqual(outcome)
        expect(outcome.name).toBe(outcome.name.normalize('NFKC'))
      }),
      { numRuns: 3000, seed: 1 },
    )
  })
})

describe('on receipt', () => {
  /** What the fixed lists have to be, said by properties that this engine knows. */
  const invisibleHere =
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Zs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\u2800\u{1D159}]/u

  test('the lists are exactly controls, bidirectional controls, invisible code points and spaces but U+0020', () => {
    const wrong: number[] = []
    for (let point = 0; point <= 0x10ffff; point++) {
      const letter = String.fromCodePoint(point)
      const refused = !acceptsName(`a${letter}b`)
      if (refused !== (letter !== ' ' && invisibleHere.test(letter))) wrong.push(point)
    }
    expect(wrong).toEqual([])
  })

  test('nothing else depends on Unicode: unassigned, private and unnormalized names are taken', () => {
    for (const name of ['\u0378', '\uE000', 'e\u0301', '\uFF21', '\uFFFD', '\u{10FFFF}', '\u0640']) {
      expect(acceptsName(name)).toBe(true)
    }
  })

  test('spaces are single and inside', () => {
    expect(['a b', 'a b c'].every(acceptsName)).toBe(true)
    expect(['', ' ', ' a', 'a ', 'a  b', 'a\u00A0b'].some(acceptsName)).toBe(false)
  })

  test('64 bytes of UTF-8 is the limit', () => {
    const names = ['x'.repeat(64), 'x'.repeat(65), '\u00E9'.repeat(32), `${'\u00E9'.repeat(32)}x`]
    expect(names.map(acceptsName)).toEqual([true, false, true, false])
    expect(utf8(names[2]!)).toHaveLength(64)
  })
})

describe('on screen', () => {
  test('unassigned and private code points show as U+FFFD, all else as it is', () => {
    expect(displayName('a\u0378b\uE000c\u{10FFFF}')).toBe('a\uFFFDb\uFFFDc\uFFFD')
    expect(displayName('Zo\u00EB \u{1F98A} \u05D0')).toBe('Zo\u00EB \u{1F98A} \u05D0')
  })

  test.each([
    ['case', 'Alice', 'ALICE'],
    ['full case folding', 'Stra\u00DFe', 'STRASSE'],
    ['final sigma', '\u03C3\u03BF\u03C2', '\u03A3\u039F\u03A3'],
    ['compatibility forms', 'Alice', '\uFF21lice'],
    ['marks', 'Zoe', 'Zo\u00EB'],
    ['Cyrillic', 'Alice', '\u0410li\u0441\u0435'],
    ['Greek capitals', 'HANNO', '\u0397\u0391\u039D\u039D\u039F'],
    ['I, l, 1 and |', 'Iris', 'lr1s'],
    ['dotless i', 'Ilse', '\u0131lse'],
    ['0 and O', 'Otto', '0tt0'],
    ['rn and m', 'Bernd', 'Bemd'],
    ['vv and w', 'Wim', 'vvim'],
    ['apostrophes and dashes', 'O\u2019Neil\u2013X', "O'Neil-X"],
  ])('names that look alike have one key: %s', (_, one, other) => {
    expect(nameKey(one)).toBe(nameKey(other))
  })

  test('other names have other keys', () => {
    const names = [
      'Alice',
      'Bob',
      'Carol',
      'Dave',
      'Erin',
      'Anna B',
      'AnnaB',
      '\u{1F98A}',
      '\u{1F43A}',
      '\u674E',
    ]
    expect(new Set(names.map(nameKey)).size).toBe(names.length)
  })
})
