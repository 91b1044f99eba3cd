/**
 * A value that a quantile reports is at most this far, relatively, from the value at that rank.
 * The buckets are a little narrower than that, so that rounding of the logarithm cannot break the promise.
 */
export const relativeError = 0.01
const bucketError = 0.0099
const gamma = (1 + bucketError) / (1 - bucketError)
const logGamma = Math.log(gamma)
/** Smaller values count as zero: no clock of ours sees a millionth of a nanosecond. */
const smallest = 1e-9

/** Bucket `i` holds the values in (gamma^(i-1), gamma^i]. */
const bucketOf = (value: number): number => Math.ceil(Math.log(value) / logGamma)
/** The value of a bucket that is relatively nearest to both of its ends. */
const middleOf = (bucket: number): number => (2 * gamma ** bucket) / (gamma + 1)

/**
 * Non-negative values by logarithmic buckets: any range in little room, and two histograms merge without loss.
 * Count, sum, minimum and maximum are exact; quantiles keep to `relativeError`.
 */
export class Histogram {
  readonly #buckets = new Map<number, number>()
  #zeros = 0
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  get count(): number {
    return this.#count
  }

  get sum(): number {
    return this.#sum
  }

  /** Infinity while empty. */
  get min(): number {
    return this.#min
  }

  /** -Infinity while empty. */
  get max(): number {
    return this.#max
  }

  add(value: number): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`not a magnitude: ${value}`)
    this.#count += 1
    this.#sum += value
    this.#min = Math.min(this.#min, value)
    this.#max = Math.max(this.#max, value)
    if (value < smallest) this.#zeros += 1
    else this.#grow(bucketOf(value), 1)
  }

  /** Takes in all of `other`, which stays as it is. */
  merge(other: Histogram): void {
    this.#count += other.#count
    this.#sum += other.#sum
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
    this.#zeros += other.#zeros
    for (const [bucket, count] of [...other.#buckets]) this.#grow(bucket, count)
  }

  /** The values at nearest ranks ⌈q·count⌉, for each `q` in 0..1; `null` for all while empty. */
  quantiles<const Q extends readonly number[]>(qs: Q): { [I in keyof Q]: number | null } {
    const ordered = [...this.#buckets].sort(([a], [b]) => a - b)
    return qs.map((q) => this.#valueAt(Math.max(1, Math.ceil(q * this.#count)), ordered)) as {
      [I in keyof Q]: number | null
    }
  }

  #valueAt(rank: number, ordered: readonly (readonly [number, number])[]): number | null {
    if (this.#count === 0) return null
    let seen = this.#zeros
    if (rank <= seen) return 0
    for (const [bucket, count] of ordered) {
      seen += count
      if (rank <= seen) return Math.min(this.#max, Math.max(this.#min, middleOf(bucket)))
    }
    return this.#max
  }

  #grow(bucket: number, by: number): void {
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + by)
  }
}
