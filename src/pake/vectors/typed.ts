import { toHex, utf8 } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import { groupIdOf, roomOf } from '../group-name.ts'
import { preparePassword } from '../verifier.ts'

/** Texts on which two implementations could differ, each with what it tests. */
const typedPasswords: readonly (readonly [about: string, typed: string])[] = [
  ['plain', 'correct horse battery staple'],
  ['case stays', 'Correct Horse'],
  ['the longest', 'a'.repeat(1024)],
  ['too long', 'a'.repeat(1025)],
  ['counted after NFC: 512 pairs are 1,024 bytes', 'e\u0301'.repeat(512)],
  ['counted in bytes: 257 keys are 1,028', '🔑'.repeat(257)],
  ['empty', ''],
  ['only spaces', '  '],
  ['nothing is trimmed', ' a '],
  ['all space separators', '\u0020\u00a0\u1680\u2000\u200a\u202f\u205f\u3000'],
  ['composed', 'e\u0301'],
  ['order of marks', 'a\u0323\u0302'],
  ['order of marks, other way', 'a\u0302\u0323'],
  ['singleton', '\u212b'],
  ['excluded from composition', '\u0958'],
  ['no compatibility mapping', 'ﬁ Ⅷ Ｗ'],
  ['Hangul', '\u1112\u1161\u11ab'],
  ['dotted capital I', '\u0130I'],
  ['emoji with joiner and selector', '👩‍👩‍👧 ❤\ufe0f'],
  ['a flag of tags', '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}'],
  ['unassigned is taken', 'a\u0378'],
  ['beyond the BMP', '𐐀'],
  ['tab', 'a\tb'],
  ['line feed', 'a\n'],
  ['NUL', 'a\u0000b'],
  ['C1 control', 'a\u0085'],
  ['line separator', 'a\u2028'],
  ['zero width space', 'a\u200bb'],
  ['right-to-left override', 'a\u202eb'],
  ['soft hyphen', 'a\u00adb'],
  ['byte order mark', '\ufeffa'],
  ['text selector', 'a\ufe0e'],
  ['language tag', 'a\u{E0001}'],
  ['Hangul filler', 'a\u3164'],
  ['private use', 'a\ue000'],
  ['noncharacter', 'a\uffff'],
  ['lone surrogate', 'a\ud83d'],
]

const typedNames: readonly (readonly [about: string, typed: string])[] = [
  ['plain', 'Reading Room'],
  ['white space, all of it', '\t\u0085 Reading\u00a0\u2028\u3000 room\n'],
  ['zero width no-break space is no white space', '\ufeffroom'],
  ['compatibility', 'ﬁsh Ⅷ Ｗ ①'],
  ['fullwidth space', 'a\u3000b'],
  ['final sigma', 'ΟΔΟΣ'],
  ['final sigma, typed', 'οδος'],
  ['dotted capital I', '\u0130STANBUL'],
  ['dotless i stays', 'ı'],
  ['sharp s, capital', 'STRA\u1E9EE'],
  ['sharp s stays', 'straße'],
  ['a digraph', 'Ǆ'],
  ['Kelvin sign', '\u212a'],
  ['Georgian', '\u1C90'],
  ['Cherokee', '\u13A0'],
  ['Deseret', '\u{10400}'],
  ['capital of Unicode 14 stays', '\u2C2F'],
  ['capital of Unicode 16 stays', '\uA7CB'],
  ['unassigned is taken', 'a\u0378'],
  ['marks, composed after lowering', 'E\u0301COLE'],
  ['a mark on nothing', '\u00a8'],
  ['the longest', 'é'.repeat(128)],
  ['too long', 'é'.repeat(129)],
  ['counted after NFKC', '\ufdfa'.repeat(8)],
  ['empty', ''],
  ['only white space', ' \t\u3000'],
  ['control', 'a\u0000b'],
  ['zero width space', 'a\u200bb'],
  ['right-to-left override', 'a\u202eb'],
  ['private use', '\ue000'],
  ['lone surrogate', 'a\ud83d'],
]

/** UTF-16 code units, since JSON files with lone surrogates are read differently. */
const unitsOf = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, '0')).join('')

/** @returns each text with its prepared bytes or the reason for its refusal */
export const passwords = () =>
  typedPasswords.map(([about, typed]) => {
    const made = preparePassword(typed)
    const end = 'problem' in made ? { problem: made.problem } : { prepared: toHex(made.prepared.expose()) }
    return { about, utf16: unitsOf(typed), ...end }
  })

/** @returns each text with its group and room or the reason for its refusal */
export const groupNames = (crypto: Crypto) =>
  typedNames.map(([about, typed]) => {
    const seen: Uint8Array[] = []
    const hash = (...parts: readonly Uint8Array[]) => {
      seen.push(...parts)
      return crypto.hash(...parts)
    }
    const made = groupIdOf({ hash }, typed)
    if ('problem' in made) return { about, utf16: unitsOf(typed), problem: made.problem }
    const { groupId } = made
    const room = toHex(roomOf(crypto, groupId))
    return {
      about,
      utf16: unitsOf(typed),
      normalized: toHex(seen[1] ?? utf8('')),
      groupId: toHex(groupId),
      room,
    }
  })
