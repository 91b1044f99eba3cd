/** Every operation record of this tab in bounded memory: totals, series, errors, slowest. */

import {
  type OperationRecord,
  Operations,
  Series,
  type SeriesPoint,
  type TimeRange,
  type Total,
} from '../../metrics/index.ts'
import { type Level, LevelSeries, resolutionOf } from './level-series.ts'
import { type LogData, logLimits } from './log-data.ts'
import { Slowest } from './slowest.ts'

export const allOperations = ''
export const operationKey = ({
  operation,
  algorithm,
}: Pick<OperationRecord, 'operation' | 'algorithm'>): string => `${operation} · ${algorithm}`

export interface ErrorRow {
  readonly code: string
  readonly count: number
}

/**
 * All that was recorded: kept outside of React, looked at a few times a second. Its room is bounded however long
 * it runs. Times are milliseconds on the page's clock (`performance.now()`), ranges are `from` ≤ t < `to`.
 */
export class RecordLog {
  readonly #capacity: number
  #operations = new Operations()
  /** A ring. */
  #latest: OperationRecord[] = []
  readonly #series = new LevelSeries()
  readonly #errors = new LevelSeries()
  #slowest = new Slowest()
  #total = 0
  /** Another page counts from another zero: by how many milliseconds this page's clock is ahead of it. */
  #ahead = 0

  constructor(capacity: number = logLimits.latest) {
    this.#capacity = capacity
  }

  /** From plain data, with its times put on the clock whose zero is `origin`. `null` where the data contradict themselves. */
  static from(data: LogData, origin: number): RecordLog | null {
    const log = new RecordLog()
    return log.put(data, origin) ? log : null
  }

  /**
   * Takes in a later state of the same log: totals replace totals, slices their earlier state. `false`, and nothing
   * is to be shown of it any more, where it contradicts itself.
   */
  put(data: LogData, origin: number): boolean {
    const operations = Operations.from(data.operations)
    if (operations === null || data.latest.length > this.#capacity) return false
    if (!this.#series.put(data.series) || !this.#errors.put(data.errors)) return false
    this.#ahead = data.origin - origin
    this.#operations = operations
    this.#slowest = Slowest.from(data.slowest, data.parts)
    this.#total = data.total
    this.#latest = []
    // Where the ring goes on.
    const first = data.total - data.latest.length
    for (const [i, entry] of data.latest.entries()) this.#latest[(first + i) % this.#capacity] = entry
    return true
  }

  /** `since`, on the page's clock: series from there on; the totals are always whole. `at`: the time now. */
  data(origin: number, at: number, since?: number): LogData {
    const from = since === undefined ? undefined : since - this.#ahead
    return {
      origin: origin + this.#ahead,
      at: at - this.#ahead,
      total: this.#total,
      operations: this.#operations.data(),
      series: this.#series.data(from),
      errors: this.#errors.data(from),
      latest: this.#ring(),
      slowest: this.#slowest.list(),
      parts: this.#slowest.parts(),
    }
  }

  /** As it is now, whatever comes. */
  copy(): RecordLog {
    const copied = RecordLog.from(this.data(0, 0), 0)
    if (copied === null) throw new Error('a log contradicts itself')
    return copied
  }

  /** How many were ever recorded: has changed when there is anything new. */
  get total(): number {
    return this.#total
  }

  /** Running figures since the beginning, by operation, algorithm, peer and thread as asked. */
  get operations(): Operations {
    return this.#operations
  }

  append(batch: readonly OperationRecord[]): void {
    this.#operations.add(batch)
    for (const entry of batch) {
      this.#series.add(allOperations, entry)
      this.#series.add(operationKey(entry), entry)
      if (entry.error !== null) this.#errors.add(entry.error, entry)
      this.#slowest.add(entry, (trace) => this.#latest.filter((each) => each.trace === trace))
      this.#latest[this.#total % this.#capacity] = entry
      this.#total += 1
    }
  }

  /** Operations with their algorithms, in the order of their first records: what `points` and `summary` know. */
  keys(): readonly string[] {
    return this.#series.keys().filter((key) => key !== allOperations)
  }

  /** p50, p95, p99, count, errors and bytes over time, of one key or of `allOperations`: at most 300 points. */
  points(key: string, range: TimeRange): readonly SeriesPoint[] {
    const points = this.#series.at(key, this.#level(range))?.points(this.#own(range)) ?? []
    return this.#ahead === 0 ? points : points.map((point) => ({ ...point, at: point.at + this.#ahead }))
  }

  /** Milliseconds that one point of this range stands for: 1,000 or 12,000. */
  resolution(range: TimeRange): number {
    return resolutionOf(this.#level(range))
  }

  /** The range taken together, with the bins of its histogram (at most 60). */
  summary(key: string, range: TimeRange): Total {
    return (this.#series.at(key, this.#level(range)) ?? new Series(1, 1)).total(this.#own(range))
  }

  /** Errors by code in the range, most first. */
  errors(range: TimeRange): readonly ErrorRow[] {
    const level = this.#level(range)
    return this.#errors
      .keys()
      .map((code) => ({ code, count: this.#errors.at(code, level)?.total(this.#own(range)).count ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
  }

  /** The 50 longest since the beginning, longest first. */
  slowest(): readonly OperationRecord[] {
    return this.#slowest.list().map((entry) => this.#shifted(entry))
  }

  /** All parts of the trace of one of the `slowest`, by their start. `parent` says what lies in what. */
  trace(id: number): readonly OperationRecord[] {
    return this.#slowest.trace(id).map((entry) => this.#shifted(entry))
  }

  /** The last 5,000, oldest first. */
  latest(): readonly OperationRecord[] {
    return this.#ring().map((entry) => this.#shifted(entry))
  }

  #ring(): readonly OperationRecord[] {
    const oldest = this.#total <= this.#capacity ? 0 : this.#total % this.#capacity
    return [...this.#latest.slice(oldest), ...this.#latest.slice(0, oldest)].filter(
      (entry) => entry !== undefined,
    )
  }

  #level(range: TimeRange): Level {
    return this.#series.levelFor(allOperations, this.#own(range))
  }

  #own({ from, to }: TimeRange): TimeRange {
    return { from: from - this.#ahead, to: to - this.#ahead }
  }

  #shifted(entry: OperationRecord): OperationRecord {
    return this.#ahead === 0 ? entry : { ...entry, start: entry.start + this.#ahead }
  }
}
