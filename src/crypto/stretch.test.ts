import { argon2id as reference } from '@noble/hashes/argon2.js'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../codec/index.ts'
import { type StretchProfile, stretchWith } from './stretch.ts'

const subtle = globalThis.crypto.subtle as never
const argon2 = (memoryKiB: number, iterations: number, lanes: number): StretchProfile => ({
  name: 'Argon2id',
  memoryKiB,
  iterations,
  lanes,
})
const stretch = async (profile: StretchProfile, message: Uint8Array, salt: Uint8Array, length: number) =>
  toHex(await stretchWith(subtle, profile, message, salt, length))

/**
 * RFC 9106 §5.3 has a secret and associated data, which the product's engine cannot take: it pins a second
 * implementation, and both are compared below.
 */
test('the second implementation gives the published vector of RFC 9106', () => {
  const made = reference(new Uint8Array(32).fill(1), new Uint8Array(16).fill(2), {
    t: 3,
    m: 32,
    p: 4,
    dkLen: 32,
    key: new Uint8Array(8).fill(3),
    personalization: new Uint8Array(12).fill(4),
  })
  expect(toHex(made)).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659')
})

/** Version 0x13 vectors of the reference implementation (phc-winner-argon2, test.c): t, log2 m, p. */
test.each([
  [2, 16, 1, 'password', 'somesalt', '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7'],
  [2, 8, 1, 'password', 'somesalt', '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe'],
  [2, 8, 2, 'password', 'somesalt', '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037'],
  [1, 16, 1, 'password', 'somesalt', 'f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98'],
  [4, 16, 1, 'password', 'somesalt', '9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c'],
  [
    2,
    16,
    1,
    'differentpassword',
    'somesalt',
    '0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde',
  ],
  [2, 16, 1, 'password', 'diffsalt', 'bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c'],
])('Argon2id t=%i m=2^%i p=%i %s %s', async (t, m, p, password, salt, tag) => {
  expect(await stretch(argon2(2 ** m, t, p), utf8(password), utf8(salt), 32)).toBe(tag)
})

describe('Argon2id, the two implementations', () => {
  test.each([
    [32, 3, 4, 96, 16, 32],
    [8, 1, 1, 1, 8, 4],
    [64, 3, 1, 1_072, 32, 64],
    [256, 2, 1, 48, 32, 64],
    [40, 1, 3, 1, 32, 65],
  ])('m=%i t=%i p=%i, %i and %i bytes to %i', async (m, t, p, messageBytes, saltBytes, dkLen) => {
    const message = Uint8Array.from({ length: messageBytes }, (_, i) => (7 * i) & 255)
    const salt = Uint8Array.from({ length: saltBytes }, (_, i) => 255 - i)
    expect(await stretch(argon2(m, t, p), message, salt, dkLen)).toBe(
      toHex(reference(message, salt, { m, t, p, dkLen })),
    )
  })
})

test('PBKDF2-HMAC-SHA-256 gives the published vector of RFC 7914 §11', async () => {
  const profile = { name: 'PBKDF2-HMAC-SHA-256', iterations: 1 } as const
  expect(await stretch(profile, utf8('passwd'), utf8('salt'), 64)).toBe(
    '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc' +
      '49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
  )
})
