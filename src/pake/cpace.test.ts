import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Bytes, fromHex, utf8 } from '../codec/index.ts'
import { CryptoError, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { finishCpace, startCpace } from './cpace.ts'
import { isCpaceFile, runCpaceFile } from './vectors/cpace-file.ts'

const { crypto } = await seededCrypto('cpace', globalThis.crypto.subtle as never)
const none = new Uint8Array(0)

/** The seeded primitives with draws laid down beforehand. */
const scripted = () => {
  const queue: Bytes[] = []
  const random = () => queue.shift() ?? new Uint8Array(32)
  return { crypto: { ...crypto, random }, script: (...draws: readonly Bytes[]) => void queue.push(...draws) }
}

test('the published vectors of ristretto255, invalid points included', async () => {
  const file = JSON.parse(await readFile(new URL('./vectors/cpace.json', import.meta.url), 'utf8'))
  if (!isCpaceFile(file)) throw new Error('not the published file')
  const cases = runCpaceFile(file, [scripted()])
  expect(cases.filter(([, result]) => result === 'failed')).toEqual([])
  expect(
    cases.flatMap(([name, result]) => (result === 'passed' ? [name.split(' ').slice(1).join(' ')] : [])),
  ).toEqual([
    'g',
    'Ya',
    'Yb',
    'K',
    'ISK_IR of A',
    'ISK_IR of B',
    'scalar_mult',
    'scalar_mult_vfy',
    'Invalid Y1',
    'Invalid Y2',
  ])
})

const start = (password: string, channel = 'AB', sid = none) =>
  startCpace(crypto, { prs: utf8(password), channel: utf8(channel), sid })

test('equal inputs give one key, any difference another', () => {
  const [a, b, other] = [start('word'), start('word'), start('ward')]
  const shares = { sid: none, initiatorShare: a.share, responderShare: b.share }
  const isk = finishCpace(crypto, a.scalar, b.share, shares).expose()
  expect(isk.length).toBe(64)
  expect(finishCpace(crypto, b.scalar, a.share, shares).expose()).toEqual(isk)
  expect(finishCpace(crypto, other.scalar, a.share, shares).expose()).not.toEqual(isk)
  expect(finishCpace(crypto, b.scalar, a.share, { ...shares, sid: utf8('s') }).expose()).not.toEqual(isk)
  const swapped = { ...shares, initiatorShare: b.share, responderShare: a.share }
  expect(finishCpace(crypto, b.scalar, a.share, swapped).expose()).not.toEqual(isk)
})

/** RFC 9496 Appendix A.3: encodings that must not decode. */
const badEncodings = [
  // Non-canonical field elements.
  '00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  // Negative field elements.
  '0100000000000000000000000000000000000000000000000000000000000000',
  '01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20',
  'c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562',
  // No square root, or a negative or zero coordinate.
  '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371',
  '4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f',
  '3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  // The identity decodes, and is refused all the same.
  '0000000000000000000000000000000000000000000000000000000000000000',
]

test.each(badEncodings)('the share %s is refused', (share) => {
  const bytes = fromHex(share)
  const transcript = { sid: none, initiatorShare: bytes, responderShare: bytes }
  expect(() => finishCpace(crypto, start('word').scalar, bytes, transcript)).toThrow(CryptoError)
})

test.each([0, 31, 33, 64])('a share of %i bytes is refused', (size) => {
  const bytes = new Uint8Array(size)
  const transcript = { sid: none, initiatorShare: bytes, responderShare: bytes }
  expect(() => finishCpace(crypto, start('word').scalar, bytes, transcript)).toThrow(CryptoError)
})

test('long inputs take more than one length byte', () => {
  const long = 'x'.repeat(300)
  const scalar = new Secret(new Uint8Array(32).fill(3))
  expect(scalar.length).toBe(32)
  expect(start(long).share).not.toEqual(start(`${long}x`).share)
})
