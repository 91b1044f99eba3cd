import { describe, expect, test } from 'vitest'
import { concat, toHex, utf8 } from '../codec/index.ts'
import { argon2id, type Crypto, generateXWing, pbkdf2, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { withQuickStretch } from './simulation/quick-stretch.ts'
import { suite } from './suite.ts'
import { generateVerifier, maxPasswordBytes, preparePassword } from './verifier.ts'

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
    // Unassigned in some engine, assigned in the next: no rule depends on it.
    ['a\u0378', 'a\u0378'],
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
    ['a line separator', 'a\u2028', 'join/bad-password'],
    ['a right-to-left override', 'a\u202eb', 'join/bad-password'],
    ['a text selector', 'a\ufe0e', 'join/bad-password'],
    ['a noncharacter beyond the BMP', 'a\u{2fffe}', 'join/bad-password'],
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

describe('verifiers', () => {
  const groupId = new Uint8Array(16).fill(7)
  const quick = withQuickStretch(crypto)
  const generate = (password: string, group = groupId) =>
    generateVerifier(quick, new Secret(utf8(password)), group)

  test('PBKDF2, then Argon2id over its result, then one label for each part', async () => {
    const calls: { readonly name: string; readonly message: string; readonly length: number }[] = []
    const counting: Crypto = {
      ...quick,
      stretch: (profile, message, salt, length) => {
        calls.push({ name: JSON.stringify(profile), message: toHex(message.expose()), length })
        return quick.stretch(profile, message, salt, length)
      },
    }
    const stages: string[] = []
    const made = await generateVerifier(counting, new Secret(utf8('word')), groupId, (stage) =>
      stages.push(stage),
    )
    const salt = crypto.hash(utf8('mlwe-pake v2 salt'), groupId)
    const message = new Secret(concat(suite.dst, utf8('word'), groupId))
    const once = await quick.stretch(pbkdf2, message, salt, 32)
    const twice = await quick.stretch(argon2id, once, salt, 32)
    expect(calls).toEqual([
      { name: JSON.stringify(pbkdf2), message: toHex(message.expose()), length: 32 },
      { name: JSON.stringify(argon2id), message: toHex(once.expose()), length: 32 },
    ])
    const part = async (name: string) =>
      toHex((await crypto.expand(twice, concat(suite.dst, utf8(name)), 32)).expose())
    expect(toHex(made.verifier.expose())).toBe(await part('verifier'))
    expect(toHex(made.seed.expose())).toBe(await part('seed'))
    expect(made.publicKey).toEqual(await generateXWing(crypto, made.seed))
    expect(stages).toEqual(['PBKDF2', 'Argon2id', 'done'])
  })

  test('the same for all members; another for another password or group', async () => {
    const first = await generate('word')
    expect((await generate('word')).verifier.expose()).toEqual(first.verifier.expose())
    for (const other of [await generate('ward'), await generate('word', new Uint8Array(16))]) {
      expect(other.verifier.expose()).not.toEqual(first.verifier.expose())
      expect(other.seed.expose()).not.toEqual(first.seed.expose())
    }
  })

  test('the suite: its tag is the hash of its name, its cost is not a test\u2019s', () => {
    expect(suite.dst).toEqual(crypto.hash(utf8('mlwe-pake v2 suite')))
    expect(suite.stretching).toEqual([
      { name: 'PBKDF2-HMAC-SHA-256', iterations: 600_000 },
      { name: 'Argon2id', memoryKiB: 64 * 1024, iterations: 3, lanes: 1 },
    ])
    expect(suite.kem.name).toBe('ML-KEM-1024')
  })
})
