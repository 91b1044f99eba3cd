import { Histogram } from './histogram.ts'
import type { OperationRecord } from './record.ts'

export interface SeriesPoint {
  /** Start of the span, in milliseconds on the records' clock. */
  readonly at: number
  readonly count: number
  readonly errors: number
  /** Milliseconds; `null` where nothing was recorded. */
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

interface Span {
  readonly index: number
  readonly durations: Histogram
  errors: number
}

/**
 * Latency over time: a ring of equal spans, a histogram each.
 * Room and points are bounded by `capacity`, however long it runs.
 */
export class Series {
  readonly spanMs: number
  readonly capacity: number
  readonly #ring: (Span | undefined)[] = []

  constructor(spanMs: number, capacity: number) {
    this.spanMs = spanMs
    this.capacity = capacity
  }

  /** Counts a record where it ended. One too old for the ring is left out. */
  add({ start, duration, error }: Pick<OperationRecord, 'start' | 'duration' | 'error'>): void {
    const index = Math.floor((start + duration) / this.spanMs)
    const slot = ((index % this.capacity) + this.capacity) % this.capacity
    let span = this.#ring[slot]
    if (span !== undefined && span.index > index) return
    if (span === undefined || span.index < index) {
      span = { index, durations: new Histogram(), errors: 0 }
      this.#ring[slot] = span
    }
    span.durations.add(duration)
    if (error !== null) span.errors += 1
  }

  /** The spans that hold anything among the last `capacity` ones up to `now`, oldest first. */
  points(now: number): readonly SeriesPoint[] {
    return this.#recent(now, this.capacity).map(({ index, durations, errors }) =>
      pointOf(index * this.spanMs, durations, errors),
    )
  }

  /** All of the last `spans` spans up to `now`, taken together. */
  total(now: number, spans: number): SeriesPoint {
    const all = new Histogram()
    let errors = 0
    for (const span of this.#recent(now, spans)) {
      all.merge(span.durations)
      errors += span.errors
    }
    return pointOf((Math.floor(now / this.spanMs) - spans + 1) * this.spanMs, all, errors)
  }

  #recent(now: number, spans: number): readonly Span[] {
    const last = Math.floor(now / this.spanMs)
    return this.#ring
      .filter((span) => span !== undefined)
      .filter(({ index }) => index <= last && index > last - spans)
      .sort((a, b) => a.index - b.index)
  }
}

function pointOf(at: number, durations: Histogram, errors: number): SeriesPoint {
  const [p50, p95, p99] = durations.quantiles([0.5, 0.95, 0.99])
  return { at, count: durations.count, errors, p50, p95, p99 }
}
