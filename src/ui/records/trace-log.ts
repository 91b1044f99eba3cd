import type { TraceEvent } from '../../metrics/index.ts'

export const traceCapacity = 2_000

/** The last 2,000 events of the wire, outside of React. */
export class TraceLog {
  #events: readonly TraceEvent[] = []
  readonly #listeners = new Set<() => void>()

  append(batch: readonly TraceEvent[]): void {
    this.#events = [...this.#events, ...batch].slice(-traceCapacity)
    for (const listener of this.#listeners) listener()
  }

  /** Oldest first; another array after every batch. */
  readonly events = (): readonly TraceEvent[] => this.#events

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
