/**
 * Logarithmic histograms: bounded room, exact counts, quantiles within 1 %, and a merge without loss.
 * After DDSketch (Masson, Rim, Lee: "DDSketch: A fast and fully-mergeable quantile sketch", 2019).
 */

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

/** Bucket `i` holds the values in (gamma^(i-1), gamma^i]. Never -0, which plain data do not keep. */
const bucketOf = (value: number): number => Math.ceil(Math.log(value) / logGamma) + 0
/** The value of a bucket that is relatively nearest to both of its ends. */
const middleOf = (bucket: number): number => (2 * gamma ** bucket) / (gamma + 1)
/** No finite value lies in a bucket beyond. */
const lastBucket = bucketOf(Number.MAX_VALUE)

/** A part of the range with its number of values: above `from`, up to `to`. What counts as zero has both 0. */
export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** A histogram as plain data, for a message or a file. */
export interface HistogramData {
  readonly zeros: number
  readonly sum: number
  /** 0 while empty. */
  readonly min: number
  readonly max: number
  /** Bucket, count, bucket, count, …, the buckets in rising order, at most 4,000 of them. */
  readonly buckets: readonly number[]
}
const maxBuckets = 4_000

/**
 * Non-negative values by logarithmic buckets: any range in little room, and two histograms merge without loss.
 * Count, sum, minimum and maximum are exact; quantiles keep to `relativeError`.
 */
export class Histogram {
  /** Bucket, count, bucket, count, … in rising order: a tenth of the room that a Map takes, and thousands are kept. */
  #buckets: number[] = []
  #zeros = 0
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  /** `null` where the data contradict themselves. */
  static from({ zeros, sum, min, max, buckets }: HistogramData): Histogram | null {
    const histogram = new Histogram()
    if (buckets.length > 2 * maxBuckets) return null
    let count = zeros
    let below = bucketOf(smallest) - 1
    for (let i = 0; i < buckets.length; i += 2) {
      const [bucket = Number.NaN, size = 0] = buckets.slice(i, i + 2)
      if (!(bucket > below && bucket <= lastBucket && size > 0)) return null
      below = bucket
      count += size
    }
    if (count === 0) return sum === 0 && min === 0 && max === 0 ? histogram : null
    const first = buckets[0]
    const lowest = zeros > 0 || first === undefined ? min < smallest : bucketOf(min) === first
    const highest = buckets.length === 0 ? max < smallest : bucketOf(max) === below
    if (!(lowest && highest && min >= 0 && min <= max)) return null
    // Sums of many are rounded.
    if (!(sum >= min * count * 0.999_999 && sum <= max * count * 1.000_001)) return null
    histogram.#buckets = [...buckets]
    histogram.#zeros = zeros
    histogram.#count = count
    histogram.#sum = sum
    histogram.#min = min
    histogram.#max = max
    return histogram
  }

  data(): HistogramData {
    const empty = this.#count === 0
    const [min, max] = empty ? [0, 0] : [this.#min, this.#max]
    return { zeros: this.#zeros, sum: this.#sum, min, max, buckets: [...this.#buckets] }
  }

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
    else this.#grow(bucketOf(value))
  }

  /** Takes in all of `other`, which stays as it is. */
  merge(other: Histogram): void {
    this.#count += other.#count
    this.#sum += other.#sum
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
    this.#zeros += other.#zeros
    this.#buckets = mergeBuckets(this.#buckets, other.#buckets)
  }

  /** The values at nearest ranks ⌈q·count⌉, for each `q` in 0..1; `null` for all while empty. */
  quantiles<const Q extends readonly number[]>(qs: Q): { [I in keyof Q]: number | null } {
    return qs.map((q) => this.#valueAt(Math.max(1, Math.ceil(q * this.#count)))) as {
      [I in keyof Q]: number | null
    }
  }

  /** What holds any values, in rising order. With `most`, neighbours are taken together until so few are left. */
  bins(most = Number.POSITIVE_INFINITY): readonly Bin[] {
    const zeros = this.#zeros > 0 ? [{ from: 0, to: 0, count: this.#zeros }] : []
    const [first = 0, last = 0] = [this.#buckets[0], this.#buckets.at(-2)]
    const room = most - zeros.length
    const width = Math.max(1, Math.ceil((last - first + 1) / room))
    const sums = new Map<number, number>()
    for (let i = 0; i < this.#buckets.length; i += 2) {
      const bin = Math.floor(((this.#buckets[i] ?? 0) - first) / width)
      sums.set(bin, (sums.get(bin) ?? 0) + (this.#buckets[i + 1] ?? 0))
    }
    return [
      ...zeros,
      ...[...sums].map(([bin, count]) => ({
        from: gamma ** (first + bin * width - 1),
        to: gamma ** (first + (bin + 1) * width - 1),
        count,
      })),
    ]
  }

  #valueAt(rank: number): number | null {
    if (this.#count === 0) return null
    let seen = this.#zeros
    if (rank <= seen) return 0
    for (let i = 0; i < this.#buckets.length; i += 2) {
      seen += this.#buckets[i + 1] ?? 0
      if (rank <= seen) return Math.min(this.#max, Math.max(this.#min, middleOf(this.#buckets[i] ?? 0)))
    }
    return this.#max
  }

  #grow(bucket: number): void {
    const buckets = this.#buckets
    let [low, high] = [0, buckets.length / 2]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((buckets[2 * middle] ?? 0) < bucket) low = middle + 1
      else high = middle
    }
    if (buckets[2 * low] === bucket) buckets[2 * low + 1] = (buckets[2 * low + 1] ?? 0) + 1
    else buckets.splice(2 * low, 0, bucket, 1)
  }
}

const mergeBuckets = (a: readonly number[], b: readonly number[]): number[] => {
  const merged: number[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [left = Number.POSITIVE_INFINITY, right = Number.POSITIVE_INFINITY] = [a[i], b[j]]
    merged.push(
      Math.min(left, right),
      (left <= right ? (a[i + 1] ?? 0) : 0) + (right <= left ? (b[j + 1] ?? 0) : 0),
    )
    if (left <= right) i += 2
    if (right <= left) j += 2
  }
  return merged
}
