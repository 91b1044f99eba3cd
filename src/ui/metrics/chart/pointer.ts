/** Where the reader points and drags; charts over the same time share one pointer. */

import { useSyncExternalStore } from 'react'

/** Milliseconds of time, or whatever a chart counts on its x, both ends. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface PointerState {
  /** The x that is pointed at. */
  readonly pointed: number | null
  /** While the reader drags. */
  readonly brushing: Span | null
}

/** Outside of React, so that a moving pointer draws nothing but itself; charts that share one share the crosshair. */
export interface PointerStore {
  getState(): PointerState
  setState(part: Partial<PointerState>): void
  subscribe(listener: () => void): () => void
}

export const usePointed = (store: PointerStore): number | null =>
  useSyncExternalStore(store.subscribe, () => store.getState().pointed)

export const useBrushing = (store: PointerStore): Span | null =>
  useSyncExternalStore(store.subscribe, () => store.getState().brushing)

/** What a pointer drags over by accident is no range. */
export const leastDrag = ({ from, to }: Span): number => (to - from) / 200

/** A brushed range the right way round, within what is shown; `null` when it is not longer than `least`. */
export const brushed = ({ from, to }: Span, shown: Span, least: number): Span | null => {
  const span = { from: Math.max(shown.from, Math.min(from, to)), to: Math.min(shown.to, Math.max(from, to)) }
  return span.to - span.from > least ? span : null
}
