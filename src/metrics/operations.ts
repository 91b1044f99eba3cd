/**
 * Running figures per operation, algorithm, peer and thread since the start of the tab; mergeable, and exchangeable
 * as plain data.
 */

import { Histogram, type HistogramData } from './histogram.ts'
import type { Measurement, OperationRecord } from './record.ts'

/** Figures over all records of a row, failed ones included. Times in milliseconds. */
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

/** By what records can be told apart. */
export const dimensions = ['operation', 'algorithm', 'peer', 'thread'] as const
export type Dimension = (typeof dimensions)[number]

/** The dimensions that were not asked for are `''`, and so is a peer where there is none. */
export type OperationRow = Figures & { readonly [D in Dimension]: string }

type Counted = Measurement & Partial<Pick<OperationRecord, 'peer' | 'thread'>>
type Place = { readonly [D in Dimension]: string }

/** What a pile of records comes to; piles merge. */
class Tally {
  readonly durations: Histogram
  errors: number
  bytes: number

  constructor(durations = new Histogram(), errors = 0, bytes = 0) {
    this.durations = durations
    this.errors = errors
    this.bytes = bytes
  }

  add({ duration, bytesIn, bytesOut, error }: Counted): void {
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

/** One pile as plain data. */
export interface TallyData extends Place {
  readonly errors: number
  readonly bytes: number
  readonly durations: HistogramData
}
/** Names come from our own code; a file or a message could bring any number. */
const maxTallies = 2_000

const keyOf = (place: Place, by: readonly Dimension[]): string => by.map((each) => place[each]).join('\n')
const only = (place: Place, by: readonly Dimension[]): Place => ({
  operation: by.includes('operation') ? place.operation : '',
  algorithm: by.includes('algorithm') ? place.algorithm : '',
  peer: by.includes('peer') ? place.peer : '',
  thread: by.includes('thread') ? place.thread : '',
})

/** Running figures per operation, algorithm, peer and thread, since the beginning. */
export class Operations {
  readonly #tallies = new Map<string, { readonly place: Place; readonly tally: Tally }>()
  /** Found last: the next record is most often of the same kind. */
  #latest: { readonly place: Place; readonly tally: Tally } | null = null

  /** `null` where the data contradict themselves. */
  static from(data: readonly TallyData[]): Operations | null {
    const operations = new Operations()
    for (const { durations, errors, bytes, ...place } of data) {
      const histogram = Histogram.from(durations)
      const key = keyOf(place, dimensions)
      if (histogram === null || errors > histogram.count || histogram.count === 0) return null
      if (operations.#tallies.has(key)) return null
      operations.#tallies.set(key, { place, tally: new Tally(histogram, errors, bytes) })
    }
    return operations
  }

  data(): readonly TallyData[] {
    return [...this.#tallies.values()].map(({ place, tally: { durations, errors, bytes } }) => ({
      ...place,
      errors,
      bytes,
      durations: durations.data(),
    }))
  }

  add(batch: readonly Counted[]): void {
    for (const entry of batch) {
      const { operation, algorithm, peer, thread } = entry
      this.#tally({ operation, algorithm, peer: peer ?? '', thread: thread ?? '' })?.add(entry)
    }
  }

  merge(other: Operations): void {
    for (const { place, tally } of other.#tallies.values()) this.#tally(place)?.merge(tally)
  }

  /** One row for each combination of the dimensions asked for, in the order of their first records. */
  snapshot(by: readonly Dimension[] = ['operation', 'algorithm']): readonly OperationRow[] {
    const rows = new Map<string, { readonly place: Place; readonly tally: Tally }>()
    for (const { place, tally } of this.#tallies.values()) {
      const key = keyOf(place, by)
      const row = rows.get(key) ?? { place: only(place, by), tally: new Tally() }
      row.tally.merge(tally)
      rows.set(key, row)
    }
    return [...rows.values()].map(({ place, tally }) => ({ ...place, ...tally.figures() }))
  }

  #tally(place: Place): Tally | undefined {
    const latest = this.#latest
    if (latest !== null && dimensions.every((each) => latest.place[each] === place[each])) return latest.tally
    const key = keyOf(place, dimensions)
    const found = this.#tallies.get(key)
    if (found === undefined && this.#tallies.size >= maxTallies) return undefined
    const here = found ?? { place, tally: new Tally() }
    this.#tallies.set(key, here)
    this.#latest = here
    return here.tally
  }
}
