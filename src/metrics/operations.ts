import { Histogram } from './histogram.ts'
import type { Measurement } from './record.ts'

/** Figures over all records of an operation, failed ones included. Times in milliseconds. */
export interface Figures {
  readonly count: number
  readonly avgMs: number
  readonly minMs: number
  readonly maxMs: number
  /** Bytes in and out per second of being busy; 0 where the clock saw no time pass. */
  readonly throughputBps: number
  /** 0..1 */
  readonly successRate: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
}

export interface OperationRow extends Figures {
  readonly operation: string
  readonly algorithm: string
}

/** What a pile of records comes to; piles merge. */
class Tally {
  readonly durations = new Histogram()
  errors = 0
  bytes = 0

  add({ duration, bytesIn, bytesOut, error }: Measurement): void {
    this.durations.add(duration)
    this.bytes += bytesIn + bytesOut
    if (error !== null) this.errors += 1
  }

  merge(other: Tally): void {
    this.durations.merge(other.durations)
    this.bytes += other.bytes
    this.errors += other.errors
  }

  figures(): Figures {
    const { count, sum, min, max } = this.durations
    const [p50, p90, p95, p99] = this.durations.quantiles([0.5, 0.9, 0.95, 0.99])
    return {
      count,
      avgMs: sum / count,
      minMs: min,
      maxMs: max,
      throughputBps: sum > 0 ? (this.bytes / sum) * 1000 : 0,
      successRate: (count - this.errors) / count,
      p50: p50 ?? 0,
      p90: p90 ?? 0,
      p95: p95 ?? 0,
      p99: p99 ?? 0,
    }
  }
}

/** Running figures per operation and algorithm, since the beginning. */
export class Operations {
  /** By operation, then by algorithm. */
  readonly #tallies = new Map<string, Map<string, Tally>>()

  add(batch: readonly Measurement[]): void {
    for (const entry of batch) this.#tally(entry.operation, entry.algorithm).add(entry)
  }

  merge(other: Operations): void {
    for (const [operation, algorithms] of other.#tallies) {
      for (const [algorithm, tally] of algorithms) this.#tally(operation, algorithm).merge(tally)
    }
  }

  /** One row per operation and algorithm, in the order of their first records. */
  snapshot(): readonly OperationRow[] {
    return [...this.#tallies].flatMap(([operation, algorithms]) =>
      [...algorithms].map(([algorithm, tally]) => ({ operation, algorithm, ...tally.figures() })),
    )
  }

  /** One entry per operation, its algorithms taken together. */
  byOperation(): ReadonlyMap<string, Figures> {
    return new Map(
      [...this.#tallies].map(([operation, algorithms]) => {
        const all = new Tally()
        for (const tally of algorithms.values()) all.merge(tally)
        return [operation, all.figures()]
      }),
    )
  }

  #tally(operation: string, algorithm: string): Tally {
    const algorithms = this.#tallies.get(operation) ?? new Map<string, Tally>()
    const tally = algorithms.get(algorithm) ?? new Tally()
    this.#tallies.set(operation, algorithms.set(algorithm, tally))
    return tally
  }
}
