/** Durations over time: a ring of equal slices, a histogram each, so that room and number of points are bounded. */

import { type Bin, Histogram, type HistogramData } from './histogram.ts'
import type { Measurement } from './record.ts'
import { SliceRing } from './slice-ring.ts'

/** A stretch of time, in milliseconds on the records' clock: from `from` on, before `to`. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

export interface SeriesPoint {
  /** Start of the span, in milliseconds on the records' clock. */
  readonly at: number
  readonly count: number
  readonly errors: number
  /** Bytes in and out. */
  readonly bytes: number
  /** Milliseconds; `null` where nothing was recorded. */
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

/** All that ended in a stretch of time, taken together. */
export interface Total extends Omit<SeriesPoint, 'at'> {
  /** How the durations lie, in at most 60 bins of rising milliseconds. */
  readonly bins: readonly Bin[]
}
const maxBins = 60

interface Slice {
  readonly index: number
  readonly durations: Histogram
  errors: number
  bytes: number
}

/** One slice as plain data. It ends `index + 1` times the length of a slice after the clock's zero. */
export interface SliceData {
  readonly index: number
  readonly errors: number
  readonly bytes: number
  readonly durations: HistogramData
}

/** A ring of slices. Room and points are bounded by `capacity`, however long it runs. */
export class Series {
  readonly spanMs: number
  readonly #ring: SliceRing<Slice>

  constructor(spanMs: number, capacity: number) {
    this.spanMs = spanMs
    this.#ring = new SliceRing(capacity)
  }

  /** Counts a record where it ended. One too old for the ring is left out. */
  add({
    start,
    duration,
    bytesIn,
    bytesOut,
    error,
  }: Pick<Measurement, 'start' | 'duration' | 'bytesIn' | 'bytesOut' | 'error'>): void {
    const index = Math.floor((start + duration) / this.spanMs)
    const known = this.#ring.find(index)
    if (known === null) return
    const slice = known ?? { index, durations: new Histogram(), errors: 0, bytes: 0 }
    this.#ring.put(slice)
    slice.durations.add(duration)
    slice.bytes += bytesIn + bytesOut
    if (error !== null) slice.errors += 1
  }

  /** What ended before this time has made room, or would. */
  oldest(): number {
    return this.#ring.oldest() * this.spanMs
  }

  /** The slices of the range that hold anything, oldest first; at most `capacity`. */
  points(range: TimeRange): readonly SeriesPoint[] {
    return this.#within(range).map(({ index, durations, errors, bytes }) => {
      const [p50, p95, p99] = durations.quantiles([0.5, 0.95, 0.99])
      return { at: index * this.spanMs, count: durations.count, errors, bytes, p50, p95, p99 }
    })
  }

  /** The slices that begin in the range, taken together. */
  total(range: TimeRange): Total {
    const all = new Histogram()
    let [errors, bytes] = [0, 0]
    for (const slice of this.#within(range)) {
      all.merge(slice.durations)
      errors += slice.errors
      bytes += slice.bytes
    }
    const [p50, p95, p99] = all.quantiles([0.5, 0.95, 0.99])
    return { count: all.count, errors, bytes, p50, p95, p99, bins: all.bins(maxBins) }
  }

  /** The slices that end after `since`. */
  data(since = Number.NEGATIVE_INFINITY): readonly SliceData[] {
    return this.#ring
      .all()
      .filter(({ index }) => (index + 1) * this.spanMs > since)
      .map(({ durations, ...slice }) => ({ ...slice, durations: durations.data() }))
  }

  /** Takes a slice in, in place of an older one and of an earlier state of itself. `false`: it contradicts itself. */
  put({ index, errors, bytes, durations }: SliceData): boolean {
    const histogram = Histogram.from(durations)
    if (histogram === null || histogram.count === 0 || errors > histogram.count) return false
    this.#ring.put({ index, durations: histogram, errors, bytes })
    return true
  }

  /** A slice belongs to a range by its start. */
  #within({ from, to }: TimeRange): readonly Slice[] {
    const [first, end] = [Math.ceil(from / this.spanMs), Math.ceil(to / this.spanMs)]
    return this.#ring.within(Math.max(first, end - this.#ring.capacity), end)
  }
}
