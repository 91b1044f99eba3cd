import { createHash, pbkdf2Sync } from 'node:crypto'
import { argon2idAsync } from '@noble/hashes/argon2.js'

/** Bytes that must not appear, and what their appearance would mean. */
export interface Needle {
  readonly what: string
  readonly bytes: Buffer
}

const reverse16 = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16()

/** The base64 digits that depend on `bytes` alone, for each of the three ways they can lie in a longer text. */
function base64Forms(bytes: Buffer, encoding: 'base64' | 'base64url'): Buffer[] {
  return [0, 1, 2].map((shift) => {
    const digits = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString(encoding)
      .replace(/=+$/, '')
    const from = Math.ceil((shift * 8) / 6)
    const to = Math.floor(((shift + bytes.length) * 8) / 6)
    return Buffer.from(digits.slice(from, to))
  })
}

const textForms = (bytes: Buffer): Buffer[] => [
  Buffer.from(bytes.toString('hex')),
  Buffer.from(bytes.toString('hex').toUpperCase()),
  ...base64Forms(bytes, 'base64'),
  ...base64Forms(bytes, 'base64url'),
]

/** A text as it could travel: encoded, escaped, or as digits. */
export function textNeedles(what: string, text: string): Needle[] {
  const plain = [...new Set([text, text.normalize('NFC'), text.normalize('NFD'), text.normalize('NFKC')])]
  return plain.flatMap((form) => {
    const utf8 = Buffer.from(form, 'utf8')
    const utf16 = Buffer.from(form, 'utf16le')
    return [
      utf8,
      utf16,
      reverse16(utf16),
      ...textForms(utf8),
      ...textForms(utf16),
      Buffer.from(encodeURIComponent(form)),
      Buffer.from(JSON.stringify(form).slice(1, -1)),
    ].map((bytes) => ({ what, bytes }))
  })
}

/** A value as bytes or digits; its first 12 bytes count, since a shortened value would test guesses as well. */
export function valueNeedles(what: string, value: Buffer): Needle[] {
  const start = value.subarray(0, 12)
  return [start, ...textForms(start)].map((bytes) => ({ what, bytes }))
}

export const hash = (name: string, ...parts: readonly (string | Buffer)[]): Buffer => {
  const digest = createHash(name)
  for (const part of parts) digest.update(part)
  return digest.digest()
}

export const hashes = ['sha1', 'sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-512', 'blake2b512']

export interface Guess {
  readonly password: string
  readonly group: string
}

/** How the app names a group and salts its password; a guess must be made the same way to hit. */
const normalised = (group: string): string =>
  group.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase().normalize('NFKC')
export const groupIdOf = (group: string): Buffer =>
  hash('sha3-256', 'mlwe-pake group', normalised(group)).subarray(0, 16)
export const saltOf = (group: string): Buffer => hash('sha3-256', 'mlwe-pake salt', groupIdOf(group))
export const suiteTag = hash('sha3-256', 'mlwe-pake suite 1')

const passwordForms = (password: string): readonly (string | Buffer)[] => [
  ...new Set([password, password.normalize('NFC'), password.normalize('NFKD')]),
  Buffer.from(password, 'utf16le'),
]

/**
 * Everything that someone with a guessed password could compute from it and public values, and compare with
 * what the relay saw. A new derivation is one more entry.
 */
export const derivations: readonly {
  readonly what: string
  readonly values: (guess: Guess) => readonly Buffer[]
}[] = [
  {
    what: 'hash of the password',
    values: ({ password }) =>
      hashes.flatMap((name) => passwordForms(password).map((form) => hash(name, form))),
  },
  {
    what: 'hash of group and password',
    values: ({ password, group }) =>
      hashes.flatMap((name) =>
        ['', ':', '-', '\0', '\n'].flatMap((between) => [
          hash(name, group, between, password),
          hash(name, password, between, group),
          hash(name, groupIdOf(group), between, password),
          hash(name, saltOf(group), between, password),
        ]),
      ),
  },
  {
    what: 'hash of a hash of the password',
    values: ({ password }) =>
      hashes.flatMap((outer) =>
        hashes.flatMap((inner) => {
          const once = hash(inner, password)
          return [hash(outer, once), hash(outer, once.toString('hex'))]
        }),
      ),
  },
  {
    what: 'PBKDF2 of the password',
    values: ({ password, group }) =>
      [group, groupIdOf(group), saltOf(group)].map((salt) =>
        pbkdf2Sync(password.normalize('NFC'), salt, 600_000, 64, 'sha256'),
      ),
  },
  {
    what: 'verifier that members keep',
    values: ({ password, group }) => {
      const input = Buffer.concat([suiteTag, Buffer.from(password.normalize('NFC')), groupIdOf(group)])
      const stretched = pbkdf2Sync(input, saltOf(group), 600_000, 64, 'sha256')
      const halves = [stretched.subarray(0, 32), stretched.subarray(32)]
      return [...halves, ...halves.flatMap((half) => hashes.map((name) => hash(name, half)))]
    },
  },
]

/** What a member of a group of suite 2 keeps of the password (verifier), and has while it joins (seed): 32 bytes each. */
export const strongSecrets = async ({
  password,
  group,
}: Guess): Promise<{ verifier: Buffer; seed: Buffer }> => {
  const tag = hash('sha3-256', 'mlwe-pake suite 2')
  const input = Buffer.concat([tag, Buffer.from(password.normalize('NFC')), groupIdOf(group)])
  const cost = { t: 3, m: 65_536, p: 1, dkLen: 64 }
  const stretched = Buffer.from(await argon2idAsync(input, saltOf(group), cost))
  return { verifier: stretched.subarray(0, 32), seed: stretched.subarray(32) }
}

export const derivedNeedles = (guess: Guess): Needle[] =>
  derivations.flatMap(({ what, values }) => values(guess).flatMap((value) => valueNeedles(what, value)))

/** What a WebRTC description or an address in it would look like; all long enough not to occur by chance. */
export const sessionDescriptionNeedles: readonly Needle[] = [
  'v=0\r\n',
  'candidate:',
  'a=ice',
  'a=fingerprint',
  'm=application',
  'ice-ufrag',
  'typ host',
  'webrtc-datachannel',
  '"sdp"',
  '127.0.0.1',
  '.local ',
].flatMap((marker) => textNeedles(`WebRTC description (${JSON.stringify(marker)})`, marker))

/** Names of the needles that occur in any of `texts`. */
export function findNeedles(texts: readonly Buffer[], needles: readonly Needle[]): string[] {
  const found = needles.filter(({ bytes }) => texts.some((text) => text.includes(bytes)))
  return [...new Set(found.map(({ what }) => what))]
}
