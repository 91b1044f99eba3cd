/** The longest operations and their traces. */

import type { OperationRecord } from '../../metrics/index.ts'
import { logLimits } from './log-data.ts'

/** The 50 longest operations so far, with all that was recorded of their traces. */
export class Slowest {
  /** Longest first. */
  #records: OperationRecord[] = []
  readonly #traces = new Map<number, OperationRecord[]>()

  static from(records: readonly OperationRecord[], parts: readonly OperationRecord[]): Slowest {
    const slowest = new Slowest()
    slowest.#records = records.toSorted((a, b) => b.duration - a.duration)
    for (const { trace } of records) slowest.#traces.set(trace, [])
    for (const part of parts) slowest.#take(part)
    return slowest
  }

  /** `recent` finds what came before of a trace. */
  add(entry: OperationRecord, recent: (trace: number) => readonly OperationRecord[]): void {
    this.#take(entry)
    const least = this.#records.at(-1)
    if (this.#records.length === logLimits.slowest && least !== undefined && entry.duration <= least.duration)
      return
    const at = this.#records.findIndex(({ duration }) => duration < entry.duration)
    this.#records.splice(at < 0 ? this.#records.length : at, 0, entry)
    const out = this.#records.length > logLimits.slowest ? this.#records.pop() : undefined
    if (out !== undefined && !this.#records.some(({ trace }) => trace === out.trace)) {
      this.#traces.delete(out.trace)
    }
    if (this.#traces.has(entry.trace)) return
    this.#traces.set(entry.trace, [])
    for (const part of recent(entry.trace)) this.#take(part)
    this.#take(entry)
  }

  list(): readonly OperationRecord[] {
    return this.#records
  }

  /** In the order of their start; empty where it is not kept. */
  trace(id: number): readonly OperationRecord[] {
    return (this.#traces.get(id) ?? []).toSorted((a, b) => a.start - b.start || a.id - b.id)
  }

  parts(): readonly OperationRecord[] {
    return [...this.#traces.values()].flat().sort((a, b) => a.id - b.id)
  }

  /** A join with many members has more parts than are kept: the last ones count. */
  #take(part: OperationRecord): void {
    const parts = this.#traces.get(part.trace)
    parts?.push(part)
    if (parts !== undefined && parts.length > logLimits.partsOfTrace) parts.shift()
  }
}
