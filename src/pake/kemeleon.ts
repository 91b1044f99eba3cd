/**
 * Kemeleon without rejection (draft-irtf-cfrg-kemeleon of mid-2025, `VectorEncodeNR`): a module vector as a byte
 * string that looks uniform. All coefficients form one integer in base q, to which a random multiple of q^n is
 * added; the slack of at least 256 bits bounds the distance from uniform by 2^-256. The operations and their order
 * are the same for every vector; how long BigInt takes for each is not specified.
 */

import { type Bytes, concat } from '../codec/index.ts'
import type { Rng } from '../crypto/index.ts'

const q = 3329n

/** Surplus bits when drawing the multiplier by reduction: the bias stays below 2^-256. */
const drawBytes = 72

interface Field {
  readonly coefficients: number
  /** q^coefficients. */
  readonly modulus: bigint
  /** 2^(8·vectorBytes) - 1. */
  readonly largest: bigint
}

const fields = new Map<string, Field>()
const fieldFor = (coefficients: number, vectorBytes: number): Field => {
  const name = `${coefficients} ${vectorBytes}`
  const known = fields.get(name)
  if (known !== undefined) return known
  const made = {
    coefficients,
    modulus: q ** BigInt(coefficients),
    largest: (1n << BigInt(8 * vectorBytes)) - 1n,
  }
  fields.set(name, made)
  return made
}

const digits = '0123456789abcdef'

/** Big-endian, as I2OSP. */
const toBytes = (value: bigint, size: number): Bytes => {
  const hex = value.toString(16).padStart(2 * size, '0')
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) {
    bytes[i] = (digits.indexOf(hex[2 * i]!) << 4) | digits.indexOf(hex[2 * i + 1]!)
  }
  return bytes
}

const toInteger = (bytes: Uint8Array): bigint => {
  let hex = '0x'
  for (const byte of bytes) hex += digits[byte >> 4]! + digits[byte & 15]!
  return BigInt(hex)
}

/** FIPS 203 ByteDecode12 of the vector part of a public key: 384 bytes a polynomial. */
const unpack = (vector: Uint8Array): bigint[] => {
  const coefficients: bigint[] = []
  for (let i = 0; i < vector.length; i += 3) {
    const [a, b, c] = [vector[i]!, vector[i + 1]!, vector[i + 2]!]
    coefficients.push(BigInt(a | ((b & 15) << 8)), BigInt((b >> 4) | (c << 4)))
  }
  return coefficients
}

const pack = (coefficients: readonly bigint[]): Bytes =>
  concat(
    ...Array.from({ length: coefficients.length / 2 }, (_, i) => {
      const even = Number(coefficients[2 * i]!)
      const odd = Number(coefficients[2 * i + 1]!)
      return Uint8Array.of(even & 255, (even >> 8) | ((odd & 15) << 4), odd >> 4)
    }),
  )

/** Σ a[i]·q^i by halves, so that big products are few. */
const accumulate = (values: readonly bigint[]): bigint => {
  let row = [...values]
  for (let base = q; row.length > 1; base *= base) {
    row = Array.from(
      { length: Math.ceil(row.length / 2) },
      (_, i) => row[2 * i]! + (row[2 * i + 1] ?? 0n) * base,
    )
  }
  return row[0] ?? 0n
}

/** The inverse: `count` digits in base q, least significant first. */
const separate = (value: bigint, count: number): bigint[] => {
  if (count === 1) return [value]
  const low = 2 ** Math.floor(Math.log2(count - 1))
  const base = q ** BigInt(low)
  return [...separate(value % base, low), ...separate(value / base, count - low)]
}

/**
 * @param vector - vector part of an ML-KEM public key, 384·k bytes
 * @param vectorBytes - size of the encoding
 * @param random - 72 bytes are drawn
 * @returns `vectorBytes` bytes that look uniform
 */
export const vectorEncode = (vector: Uint8Array, vectorBytes: number, random: Rng): Bytes => {
  const coefficients = unpack(vector)
  const { modulus, largest } = fieldFor(coefficients.length, vectorBytes)
  const r = accumulate(coefficients)
  const choices = (largest - r) / modulus + 1n
  return toBytes(r + (toInteger(random(drawBytes)) % choices) * modulus, vectorBytes)
}

/**
 * Never fails: every byte string decodes to some vector.
 *
 * @param encoded - any bytes
 * @param k - number of polynomials
 * @returns the vector, 384·k bytes
 */
export const vectorDecode = (encoded: Uint8Array, k: number): Bytes => {
  const { modulus, coefficients } = fieldFor(256 * k, encoded.length)
  return pack(separate(toInteger(encoded) % modulus, coefficients))
}
