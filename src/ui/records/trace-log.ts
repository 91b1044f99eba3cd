/** The newest events of the wire, oldest first, and before them how members came in; another array after every batch. */

import type { TraceEvent } from '../../metrics/index.ts'
import { createValue, type Store } from './store.ts'

export const traceCapacity = 2_000
/** Of these, events of entrances that newer ones do not push out. */
const entrances = 300

export interface TraceLog extends Store<readonly TraceEvent[]> {
  append(batch: readonly TraceEvent[]): void
}

const isEntrance = (event: TraceEvent): boolean =>
  event.kind === 'frame' ? /^(pake|admission|handshake) \d$/.test(event.type) : event.mark === 'join'

export const createTraceLog = (): TraceLog => {
  const { get, set, subscribe } = createValue<readonly TraceEvent[]>([])
  const append = (batch: readonly TraceEvent[]): void => {
    const all = [...get(), ...batch]
    if (all.length <= traceCapacity) return set(all)
    const rest = all.slice(0, entrances - traceCapacity)
    set([...rest.filter(isEntrance).slice(-entrances), ...all.slice(entrances - traceCapacity)])
  }
  return { get, subscribe, append }
}
