import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../codec/index.ts'
import { type KemParameters, mlKem768, Secret } from '../crypto/index.ts'
import { seededCrypto, seededRng } from '../crypto/testing/seeded.ts'
import { split } from './bua-skem.ts'
import { vectorDecode, vectorEncode } from './kemeleon.ts'
import { byteBias, encodeField, randomVectors } from './simulation/uniformity.ts'
import { suite } from './suite.ts'

const { crypto } = await seededCrypto('kemeleon', globalThis.crypto.subtle as never)

const coefficientsOf = (vector: Uint8Array): number[] => {
  const coefficients: number[] = []
  for (let i = 0; i < vector.length; i += 3) {
    const bits = vector[i]! | (vector[i + 1]! << 8) | (vector[i + 2]! << 16)
    coefficients.push(bits & 0xfff, bits >> 12)
  }
  return coefficients
}

/** Kemeleon works for any rank: ML-KEM-768 beside the suite's own. */
const sets = [{ kem: mlKem768, vectorBytes: 1156 }, suite] as const

const vectorOf = async ({ kem }: { readonly kem: KemParameters }): Promise<Bytes> => {
  const { publicKey } = await crypto.kemGenerate(kem, new Secret(crypto.random(64)))
  return publicKey.slice(0, -32)
}

describe.each(sets.map((suite) => [suite.kem.name, suite] as const))('%s', (_name, suite) => {
  const { vectorBytes } = suite
  const { k } = suite.kem

  test('real keys come back from their encoding', async () => {
    for (let i = 0; i < 200; i++) {
      const vector = await vectorOf(suite)
      const encoded = vectorEncode(vector, vectorBytes, crypto.random)
      expect(encoded.length).toBe(vectorBytes)
      expect(vectorDecode(encoded, k)).toEqual(vector)
    }
  })

  test('the integer is the draft’s: coefficients in base q, first one least', async () => {
    const vector = await vectorOf(suite)
    const encoded = vectorEncode(vector, vectorBytes, crypto.random)
    let rest = BigInt(`0x${Buffer.from(encoded).toString('hex')}`)
    const digits: number[] = []
    for (let i = 0; i < 256 * k; i++) {
      digits.push(Number(rest % 3329n))
      rest /= 3329n
    }
    expect(digits).toEqual(coefficientsOf(vector))
    // At least 256 bits are left for the random multiple.
    expect(2n ** BigInt(8 * vectorBytes) / 3329n ** BigInt(256 * k) > 2n ** 256n).toBe(true)
  })

  test('one key has many encodings', async () => {
    const vector = await vectorOf(suite)
    const all = Array.from({ length: 8 }, () => vectorEncode(vector, vectorBytes, crypto.random).join())
    expect(new Set(all).size).toBe(8)
  })

  test('extreme vectors and draws stay inside', () => {
    for (const fill of [0, 3328]) {
      const vector = encodeField(Array.from({ length: 256 * k }, () => fill))
      for (const draw of [0, 0xff]) {
        const encoded = vectorEncode(vector, vectorBytes, (count) => new Uint8Array(count).fill(draw))
        expect(encoded.length).toBe(vectorBytes)
        expect(vectorDecode(encoded, k)).toEqual(vector)
      }
    }
  })

  const canonical = async (bytes: Uint8Array) => {
    const vector = vectorDecode(bytes, k)
    expect(vector.length).toBe(384 * k)
    expect(coefficientsOf(vector).every((coefficient) => coefficient < 3329)).toBe(true)
    // FIPS 203 §7.2 takes it for a key.
    await crypto.kemEncapsulate(new Uint8Array([...vector, ...new Uint8Array(32)]), suite.kem)
  }

  test('any bytes decode to a canonical key', async () => {
    await canonical(new Uint8Array(vectorBytes))
    await canonical(new Uint8Array(vectorBytes).fill(0xff))
    const any = fc.uint8Array({ minLength: vectorBytes, maxLength: vectorBytes })
    await fc.assert(fc.asyncProperty(any, canonical), { numRuns: 100, seed: 1 })
  })

  test('decoding bytes of another length does not disturb encoding', async () => {
    const vector = await vectorOf(suite)
    vectorDecode(new Uint8Array(vectorBytes + 8).fill(0xff), k)
    expect(vectorEncode(vector, vectorBytes, crypto.random).length).toBe(vectorBytes)
  })
})

/**
 * Chi-square over byte values, over the whole string and position by position. Under uniformity each statistic,
 * less its degrees of freedom, in standard deviations, is nearly normal: 5 is passed by chance once in 3 million.
 */
describe('uniformity of bytes', () => {
  const keys = 10_000

  test('10,000 real ML-KEM-768 keys pass encoded and fail raw', async () => {
    const [suite] = sets
    const encoded: Uint8Array[] = []
    const raw: Uint8Array[] = []
    for (let i = 0; i < keys; i++) {
      const vector = await vectorOf(suite)
      raw.push(vector)
      encoded.push(vectorEncode(vector, suite.vectorBytes, crypto.random))
    }
    const bias = byteBias(encoded)
    expect(Math.abs(bias.whole)).toBeLessThan(5)
    expect(Math.abs(bias.positions)).toBeLessThan(5)
    expect(bias.worst).toBeLessThan(7)
    expect(byteBias(raw).whole).toBeGreaterThan(1000)
    expect(byteBias(raw).positions).toBeGreaterThan(1000)
  })

  test('10,000 uniform vectors of ML-KEM-1024, and 300 real keys', async () => {
    const [, suite] = sets
    const random = seededRng('uniform vectors')
    const encode = (vector: Uint8Array) => vectorEncode(vector, suite.vectorBytes, random)
    const vectors = randomVectors(suite.kem.k, keys)
    const bias = byteBias(vectors.map(encode))
    expect(Math.abs(bias.whole)).toBeLessThan(5)
    expect(Math.abs(bias.positions)).toBeLessThan(5)
    expect(bias.worst).toBeLessThan(7)
    expect(byteBias(vectors).positions).toBeGreaterThan(1000)
    const real: Bytes[] = []
    for (let i = 0; i < 300; i++) real.push(await vectorOf(suite))
    expect(Math.abs(byteBias(real.map(encode)).whole)).toBeLessThan(5)
    expect(byteBias(real).whole).toBeGreaterThan(100)
  })

  test('without the random multiple it fails', () => {
    const [suite] = sets
    const vectors = randomVectors(suite.kem.k, 1000)
    const zeros = vectors.map((vector) => vectorEncode(vector, suite.vectorBytes, (n) => new Uint8Array(n)))
    expect(byteBias(zeros).whole).toBeGreaterThan(100)
  })
})

test('the part that is split off is the end of the key', () => {
  const upk = crypto.random(suite.vectorBytes + 32)
  const { ut, rho } = split(upk)
  expect([...ut, ...rho]).toEqual([...upk])
})
