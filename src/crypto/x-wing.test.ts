import { describe, expect, test } from 'vitest'
import { concat } from '../codec/index.ts'
import { CryptoError } from './error.ts'
import { Secret } from './secret.ts'
import { seededCrypto } from './testing/seeded.ts'
import { decapsulateXWing, encapsulateXWing, generateXWing, xWing } from './x-wing.ts'

// The published vectors run in vectors.test.ts.
const { crypto } = await seededCrypto('x-wing', globalThis.crypto.subtle as never)
const seed = new Secret(crypto.random(32))
const publicKey = await generateXWing(crypto, seed)

test('sizes, and one secret on both sides', async () => {
  const { ciphertext, secret } = await encapsulateXWing(crypto, publicKey)
  expect([publicKey.length, ciphertext.length, secret.length]).toEqual([
    xWing.publicKey,
    xWing.ciphertext,
    32,
  ])
  expect((await decapsulateXWing(crypto, seed, ciphertext)).expose()).toEqual(secret.expose())
  expect(seed.wiped).toBe(false)
})

describe('every part of a ciphertext counts', () => {
  test.each([0, 1087, 1088, 1118])('byte %i', async (at) => {
    const { ciphertext, secret } = await encapsulateXWing(crypto, publicKey)
    ciphertext[at]! ^= 1
    expect((await decapsulateXWing(crypto, seed, ciphertext)).expose()).not.toEqual(secret.expose())
  })
})

test('a low-order share is hashed as zeros, not refused', async () => {
  const { ciphertext } = await encapsulateXWing(crypto, publicKey)
  const low = concat(ciphertext.slice(0, 1088), new Uint8Array(32))
  expect((await decapsulateXWing(crypto, seed, low)).length).toBe(32)
  const keyWithLow = concat(publicKey.slice(0, 1184), new Uint8Array(32))
  expect((await encapsulateXWing(crypto, keyWithLow)).secret.length).toBe(32)
})

test('invalid keys and ciphertexts are refused', async () => {
  const overflow = concat(new Uint8Array(1184).fill(0xff), publicKey.slice(1184))
  for (const bad of [overflow, publicKey.slice(1), new Uint8Array(0)]) {
    await expect(encapsulateXWing(crypto, bad)).rejects.toThrow(CryptoError)
  }
  await expect(decapsulateXWing(crypto, seed, new Uint8Array(1119))).rejects.toThrow(CryptoError)
  await expect(generateXWing(crypto, new Secret(new Uint8Array(31)))).rejects.toThrow(RangeError)
})
