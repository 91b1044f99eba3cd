import { type OperationRecord, Operations, Series } from '../metrics/index.ts'

/** How far back a chart looks, and in spans of what length: 300 points each. */
export const ranges = {
  minutes: { spanMs: 1_000, spans: 300 },
  hour: { spanMs: 12_000, spans: 300 },
} as const
export type Range = keyof typeof ranges

export const allOperations = ''
export const operationKey = ({
  operation,
  algorithm,
}: Pick<OperationRecord, 'operation' | 'algorithm'>): string => `${operation} · ${algorithm}`

const defaultCapacity = 5_000

type Latencies = Readonly<Record<Range, Series>>
const createLatencies = (): Latencies => ({
  minutes: new Series(ranges.minutes.spanMs, ranges.minutes.spans),
  hour: new Series(ranges.hour.spanMs, ranges.hour.spans),
})

/** All that was recorded: kept outside of React, looked at a few times a second. */
export class RecordLog {
  readonly operations = new Operations()
  readonly #capacity: number
  readonly #latest: OperationRecord[] = []
  readonly #latencies = new Map<string, Latencies>([[allOperations, createLatencies()]])
  #total = 0

  constructor(capacity = defaultCapacity) {
    this.#capacity = capacity
  }

  /** How many were ever recorded. */
  get total(): number {
    return this.#total
  }

  append(batch: readonly OperationRecord[]): void {
    this.operations.add(batch)
    for (const entry of batch) {
      this.#latest[this.#total % this.#capacity] = entry
      this.#total += 1
      for (const key of [allOperations, operationKey(entry)]) {
        const latencies = this.#latencies.get(key) ?? createLatencies()
        this.#latencies.set(key, latencies)
        latencies.minutes.add(entry)
        latencies.hour.add(entry)
      }
    }
  }

  /** The last ones, oldest first. */
  latest(): readonly OperationRecord[] {
    const oldest = this.#total <= this.#capacity ? 0 : this.#total % this.#capacity
    return [...this.#latest.slice(oldest), ...this.#latest.slice(0, oldest)]
  }

  /** Of one operation by its key, or of `allOperations`. */
  latency(key: string, range: Range): Series | null {
    return this.#latencies.get(key)?.[range] ?? null
  }
}
