/** The last 2,000 events of the wire, oldest first; another array after every batch. */

import type { TraceEvent } from '../../metrics/index.ts'
import { createValue, type Store } from './store.ts'

export const traceCapacity = 2_000

export interface TraceLog extends Store<readonly TraceEvent[]> {
  append(batch: readonly TraceEvent[]): void
}

export const createTraceLog = (): TraceLog => {
  const { get, set, subscribe } = createValue<readonly TraceEvent[]>([])
  return { get, subscribe, append: (batch) => set([...get(), ...batch].slice(-traceCapacity)) }
}
