import {
  type OperationRecord,
  Operations,
  Series,
  type SeriesPoint,
  type TimeRange,
  type Total,
} from '../../metrics/index.ts'
import { Slowest } from './slowest.ts'

/** How far back a look can go, in milliseconds. */
export const windows = [30_000, 60_000, 300_000, 900_000, 3_600_000] as const

/** Slices of a second for five minutes, of twelve for the hour: 300 points of any chart. */
const levels = [
  { spanMs: 1_000, slices: 300 },
  { spanMs: 12_000, slices: 300 },
] as const

export const allOperations = ''
export const operationKey = ({
  operation,
  algorithm,
}: Pick<OperationRecord, 'operation' | 'algorithm'>): string => `${operation} · ${algorithm}`

const defaultCapacity = 5_000
/** Names come from our own code; a capture of somebody else's could bring any number. */
const maxKeys = 128

export interface ErrorRow {
  readonly code: string
  readonly count: number
}

/**
 * All that was recorded: kept outside of React, looked at a few times a second. Its room is bounded however long
 * it runs. Times are milliseconds on the page's clock (`performance.now()`), ranges are `from` ≤ t < `to`.
 */
export class RecordLog {
  readonly operations = new Operations()
  readonly #capacity: number
  readonly #latest: OperationRecord[] = []
  readonly #series = new Map<string, readonly Series[]>()
  readonly #errors = new Map<string, readonly Series[]>()
  readonly #slowest = new Slowest()
  #total = 0

  constructor(capacity = defaultCapacity) {
    this.#capacity = capacity
  }

  /** How many were ever recorded: has changed when there is anything new. */
  get total(): number {
    return this.#total
  }

  append(batch: readonly OperationRecord[]): void {
    this.operations.add(batch)
    for (const entry of batch) {
      addTo(this.#series, allOperations, entry)
      addTo(this.#series, operationKey(entry), entry)
      if (entry.error !== null) addTo(this.#errors, entry.error, entry)
      this.#slowest.add(entry, (trace) => this.#recent(trace))
      this.#latest[this.#total % this.#capacity] = entry
      this.#total += 1
    }
  }

  /** Operations with their algorithms, in the order of their first records: what `points` and `summary` know. */
  keys(): readonly string[] {
    return [...this.#series.keys()].filter((key) => key !== allOperations)
  }

  /** p50, p95, p99, count, errors and bytes over time, of one key or of `allOperations`: at most 300 points. */
  points(key: string, range: TimeRange): readonly SeriesPoint[] {
    return this.#series.get(key)?.[this.#level(range)]?.points(range) ?? []
  }

  /** Milliseconds that one point of this range stands for: 1,000 or 12,000. */
  resolution(range: TimeRange): number {
    return levels[this.#level(range)].spanMs
  }

  /** The range taken together, with the bins of its histogram (at most 60). */
  summary(key: string, range: TimeRange): Total {
    return (this.#series.get(key)?.[this.#level(range)] ?? new Series(1, 1)).total(range)
  }

  /** Errors by code in the range, most first. */
  errors(range: TimeRange): readonly ErrorRow[] {
    return [...this.#errors]
      .map(([code, series]) => ({ code, count: series[this.#level(range)]?.total(range).count ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
  }

  /** The 50 longest since the beginning, longest first. */
  slowest(): readonly OperationRecord[] {
    return this.#slowest.list()
  }

  /** All parts of the trace of one of the `slowest`, by their start. `parent` says what lies in what. */
  trace(id: number): readonly OperationRecord[] {
    return this.#slowest.trace(id)
  }

  /** The last 5,000, oldest first. */
  latest(): readonly OperationRecord[] {
    const oldest = this.#total <= this.#capacity ? 0 : this.#total % this.#capacity
    return [...this.#latest.slice(oldest), ...this.#latest.slice(0, oldest)]
  }

  /** The finest that still holds the beginning of the range, give or take what went by while it was drawn. */
  #level({ from }: TimeRange): 0 | 1 {
    const finest = this.#series.get(allOperations)?.[0]
    return finest === undefined || from >= finest.oldest() - 2 * finest.spanMs ? 0 : 1
  }

  #recent(trace: number): readonly OperationRecord[] {
    return this.#latest.filter((entry) => entry.trace === trace)
  }
}

const addTo = (to: Map<string, readonly Series[]>, key: string, entry: OperationRecord): void => {
  const known = to.get(key)
  if (known === undefined && to.size >= maxKeys) return
  const series = known ?? levels.map(({ spanMs, slices }) => new Series(spanMs, slices))
  if (known === undefined) to.set(key, series)
  for (const level of series) level.add(entry)
}
