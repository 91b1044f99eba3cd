import type { Bytes } from '../../codec/index.ts'

/** FIPS 203 ByteEncode12. */
export const encodeField = (coefficients: readonly number[]): Bytes => {
  const bytes = new Uint8Array((coefficients.length * 3) / 2)
  for (let i = 0; i < coefficients.length / 2; i++) {
    const bits = coefficients[2 * i]! | (coefficients[2 * i + 1]! << 12)
    bytes.set([bits & 255, (bits >> 8) & 255, bits >> 16], 3 * i)
  }
  return bytes
}

/** `count` vectors of uniform coefficients below q, by a small fixed generator (xorshift32). */
export const randomVectors = (k: number, count: number): readonly Bytes[] => {
  let word = 0x9e3779b9
  const coefficient = (): number => {
    for (;;) {
      word ^= word << 13
      word ^= word >>> 17
      word ^= word << 5
      const drawn = (word >>> 8) & 0xfff
      if (drawn < 3329) return drawn
    }
  }
  return Array.from({ length: count }, () => encodeField(Array.from({ length: 256 * k }, coefficient)))
}

export interface Bias {
  /** All positions together. */
  readonly whole: number
  /** Sum over the positions, each with a histogram of its own. */
  readonly positions: number
  /** The most conspicuous position. */
  readonly worst: number
}

const chiSquare = (histogram: ArrayLike<number>, at: number, total: number): number => {
  const expected = total / 256
  let sum = 0
  for (let value = 0; value < 256; value++) sum += (histogram[at + value]! - expected) ** 2 / expected
  return sum
}

const deviations = (statistic: number, freedom: number): number =>
  (statistic - freedom) / Math.sqrt(2 * freedom)

/** Chi-square of byte values against uniform, in standard deviations from what chance gives. */
export const byteBias = (strings: readonly Uint8Array[]): Bias => {
  const size = strings[0]?.length ?? 0
  const counts = new Uint32Array(256 * size)
  const whole = new Float64Array(256)
  for (const string of strings) {
    for (let i = 0; i < size; i++) {
      counts[256 * i + string[i]!]!++
      whole[string[i]!]!++
    }
  }
  const each = Array.from({ length: size }, (_, i) => chiSquare(counts, 256 * i, strings.length))
  return {
    whole: deviations(chiSquare(whole, 0, size * strings.length), 255),
    positions: deviations(
      each.reduce((sum, statistic) => sum + statistic, 0),
      255 * size,
    ),
    worst: Math.max(...each.map((statistic) => deviations(statistic, 255))),
  }
}
