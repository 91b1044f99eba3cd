/** Median and its bootstrap interval (Efron, percentile method) from a list of samples. */

/** What a list of samples says. */
export interface Estimate {
  readonly count: number
  readonly median: number
  readonly p95: number
  readonly least: number
  /** 95 % bootstrap interval of the median (percentile method, 1,000 resamples). */
  readonly interval: readonly [low: number, high: number]
}

const resamples = 1_000

/** By nearest rank; of an even count the median is the mean of the two in the middle. */
const medianOf = (sorted: ArrayLike<number>): number => {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** xorshift32: the same samples give the same interval. */
const generator = (seed: number): (() => number) => {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/**
 * @param samples - any unit
 * @returns figures in the same unit, or `null` for no samples
 */
export const estimate = (samples: readonly number[]): Estimate | null => {
  if (samples.length === 0) return null
  const sorted = Float64Array.from(samples).sort()
  const random = generator(samples.length)
  const medians = new Float64Array(resamples)
  const drawn = new Float64Array(sorted.length)
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < drawn.length; j++) drawn[j] = sorted[Math.floor(random() * sorted.length)]!
    medians[i] = medianOf(drawn.sort())
  }
  medians.sort()
  return {
    count: sorted.length,
    median: medianOf(sorted),
    p95: sorted[Math.max(0, Math.ceil(0.95 * sorted.length) - 1)]!,
    least: sorted[0]!,
    interval: [medians[Math.floor(0.025 * resamples)]!, medians[Math.ceil(0.975 * resamples) - 1]!],
  }
}
