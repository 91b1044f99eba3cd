import { describe, expect, test } from 'vitest'
import { concat, equal, toHex, utf8 } from '../codec/index.ts'
import { generateXWing, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { standardSuite, strongSuite, suiteOf } from './suite.ts'
import { quickStandard, quickStrong } from './testing/suites.ts'
import { generateVerifier, groupIdOf, maxPasswordBytes, preparePassword } from './verifier.ts'

const { crypto } = await seededCrypto('verifier', globalThis.crypto.subtle as never)

const prepare = (text: string): string => {
  const made = preparePassword(text)
  return 'problem' in made ? made.problem : toHex(made.prepared.expose())
}
const hex = (text: string) => toHex(utf8(text))

describe('OpaqueString', () => {
  test.each([
    // RFC 8265 §4.3, examples 2 to 7.
    ['correct horse battery staple', 'correct horse battery staple'],
    ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['πßå', 'πßå'],
    ['Jack of ♦s', 'Jack of ♦s'],
    ['foo\u1680bar', 'foo bar'],
    // All of Unicode's spaces are one; none is dropped.
    [' a\u00a0b\u3000c\u2003d ', ' a b c d '],
    ['  ', '  '],
    // Composed and decomposed are one; compatibility forms are not mapped.
    ['e\u0301', 'é'],
    ['\u212b', 'Å'],
    ['ﬁ', 'ﬁ'],
    ['Ｗ', 'Ｗ'],
    // Case stays.
    ['İI', 'İI'],
    ['0', '0'],
    // People choose these.
    ['🔑🐎', '🔑🐎'],
    ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'],
    ['❤️', '❤️'],
    ['👍🏽', '👍🏽'],
    [
      '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
      '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
    ],
    ['नमस्ते', 'नमस्ते'],
    ['한국어', '한국어'],
    ['\u1112\u1161\u11ab', '한'],
    ['क्‍ष', 'क्‍ष'],
    ['עברית', 'עברית'],
  ])('%j', (typed, meant) => {
    expect(prepare(typed)).toBe(hex(meant))
  })

  test.each([
    ['nothing', '', 'join/empty-password'],
    ['a tab', 'my cat is a \u0009by', 'join/bad-password'],
    ['a line feed', 'a\n', 'join/bad-password'],
    ['NUL', 'a\u0000b', 'join/bad-password'],
    ['DEL', 'a\u007f', 'join/bad-password'],
    ['a C1 control', 'a\u0085', 'join/bad-password'],
    ['half a surrogate pair', 'a\ud83d', 'join/bad-password'],
    ['the other half', '\udd11a', 'join/bad-password'],
    ['private use', 'a\ue000', 'join/bad-password'],
    ['unassigned', 'a\u0378', 'join/bad-password'],
    ['a noncharacter', 'a\uffff', 'join/bad-password'],
    ['a soft hyphen', 'a\u00adb', 'join/bad-password'],
    ['a byte order mark', '\ufeffa', 'join/bad-password'],
    ['a zero-width space', 'a\u200bb', 'join/bad-password'],
    ['a word joiner', 'a\u2060b', 'join/bad-password'],
    ['a Hangul filler', 'a\u3164', 'join/bad-password'],
  ])('%s is refused', (_what, typed, problem) => {
    expect(prepare(typed)).toBe(problem)
  })

  test('limits count bytes after preparation', () => {
    expect(prepare('a'.repeat(maxPasswordBytes))).toBe(hex('a'.repeat(maxPasswordBytes)))
    expect(prepare('a'.repeat(maxPasswordBytes + 1))).toBe('join/long-password')
    expect(prepare('🔑'.repeat(256))).toBe(hex('🔑'.repeat(256)))
    expect(prepare('🔑'.repeat(257))).toBe('join/long-password')
    // 513 pairs that compose to 1,026 bytes, 512 to 1,024.
    expect(prepare('e\u0301'.repeat(512))).toBe(hex('é'.repeat(512)))
    expect(prepare('e\u0301'.repeat(513))).toBe('join/long-password')
  })
})

describe('group names', () => {
  const same = (a: string, b: string) => equal(groupIdOf(crypto, a), groupIdOf(crypto, b))
  test('16 bytes, the same however they are typed', () => {
    expect(groupIdOf(crypto, 'Room').length).toBe(16)
    expect(same('Room', '  room ')).toBe(true)
    expect(same('two  words', 'TWO\u3000WORDS')).toBe(true)
    expect(same('Cafe\u0301', 'CAFÉ')).toBe(true)
    expect(same('ﬁsh', 'fish')).toBe(true)
    expect(same('room', 'rooms')).toBe(false)
  })
})

describe('verifiers', () => {
  const groupId = new Uint8Array(16).fill(7)
  const generate = (password: string, suite = quickStandard, group = groupId) =>
    generateVerifier(crypto, suite, new Secret(utf8(password)), group)

  test('verifier, seed and public key by the draft', async () => {
    const made = await generate('word')
    const salt = crypto.hash(utf8('mlwe-pake salt'), groupId)
    const message = new Secret(concat(quickStandard.dst, utf8('word'), groupId))
    const stretched = await crypto.stretch(quickStandard.stretching, message, salt, 64)
    expect([made.verifier.length, made.seed.length, made.publicKey.length]).toEqual([32, 32, 1216])
    expect(concat(made.verifier.expose(), made.seed.expose())).toEqual(stretched.expose())
    expect(made.publicKey).toEqual(await generateXWing(crypto, made.seed))
  })

  test('the same for all members; another for another password, group or suite', async () => {
    const first = await generate('word')
    expect((await generate('word')).verifier.expose()).toEqual(first.verifier.expose())
    const others = [
      await generate('ward'),
      await generate('word', quickStrong),
      await generate('word', quickStandard, new Uint8Array(16)),
    ]
    for (const other of others) {
      expect(other.verifier.expose()).not.toEqual(first.verifier.expose())
      expect(other.seed.expose()).not.toEqual(first.seed.expose())
    }
  })

  test('suites: tags are hashes of their names, and no third suite is known', () => {
    expect(standardSuite.dst).toEqual(crypto.hash(utf8('mlwe-pake suite 1')))
    expect(strongSuite.dst).toEqual(crypto.hash(utf8('mlwe-pake suite 2')))
    expect(standardSuite.stretching).toEqual({ name: 'PBKDF2-HMAC-SHA-256', iterations: 600_000 })
    expect(strongSuite.stretching).toEqual({
      name: 'Argon2id',
      memoryKiB: 64 * 1024,
      iterations: 3,
      lanes: 1,
    })
    expect([suiteOf(1), suiteOf(2)]).toEqual([standardSuite, strongSuite])
    expect([suiteOf(0), suiteOf(3), suiteOf(255)]).toEqual([null, null, null])
  })
})
