import type { OperationRecord } from '../../metrics/index.ts'

const kept = 50
/** Of one trace; a join with many members has more parts, of which the last count. */
const maxParts = 400

/** The 50 longest operations so far, with all that was recorded of their traces. */
export class Slowest {
  /** Longest first. */
  #records: OperationRecord[] = []
  readonly #traces = new Map<number, OperationRecord[]>()

  /** `recent` finds what came before of a trace. */
  add(entry: OperationRecord, recent: (trace: number) => readonly OperationRecord[]): void {
    this.#traces.get(entry.trace)?.push(entry)
    const least = this.#records.at(-1)
    if (this.#records.length === kept && least !== undefined && entry.duration <= least.duration) {
      return this.#trim(entry.trace)
    }
    const at = this.#records.findIndex(({ duration }) => duration < entry.duration)
    this.#records.splice(at < 0 ? this.#records.length : at, 0, entry)
    const out = this.#records.length > kept ? this.#records.pop() : undefined
    if (out !== undefined && !this.#records.some(({ trace }) => trace === out.trace)) {
      this.#traces.delete(out.trace)
    }
    if (!this.#traces.has(entry.trace)) this.#traces.set(entry.trace, [...recent(entry.trace), entry])
    this.#trim(entry.trace)
  }

  list(): readonly OperationRecord[] {
    return this.#records
  }

  /** In the order of their start; empty where it is not kept. */
  trace(id: number): readonly OperationRecord[] {
    return (this.#traces.get(id) ?? []).toSorted((a, b) => a.start - b.start || a.id - b.id)
  }

  #trim(trace: number): void {
    const parts = this.#traces.get(trace)
    if (parts !== undefined && parts.length > maxParts) parts.splice(0, parts.length - maxParts)
  }
}
