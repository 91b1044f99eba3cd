/** What the reader chose on the Metrics tab, and when each panel reads the logs. */

import { createContext, use } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RecordLog } from '../records/record-log.ts'
import type { PointerState, Span } from './chart/pointer.ts'

/** How far back the charts look, in milliseconds. */
export const windows = [30_000, 60_000, 300_000, 900_000, 3_600_000] as const
export type WindowMs = (typeof windows)[number]

/** The panels look at the records in turn, so that no frame has to draw all of them. */
const slots = 6
/** Four looks a second, each by another group of panels: a chart is redrawn every second and a half. */
const lookMs = 250
export type Slot = 0 | 1 | 2 | 3 | 4 | 5

interface Frozen {
  readonly log: RecordLog
  readonly at: number
  /** Those of the other tabs, by id. */
  readonly others: ReadonlyMap<string, RecordLog>
}

export interface MetricsViewState extends PointerState {
  readonly windowMs: WindowMs
  /** What the reader brushed; `null` follows the clock. */
  readonly zoom: Span | null
  /** The records as they were when the reader pressed pause. */
  readonly frozen: Frozen | null
  /** Ids of the other tabs that are shown beside this one, in the order of choosing. */
  readonly compared: readonly string[]
  /** When each group of panels looked last. */
  readonly looks: readonly number[]
  /** The latest of `looks`. */
  readonly latest: number
}

export type MetricsView = StoreApi<MetricsViewState>

export const createMetricsView = (now: number): MetricsView =>
  createStore<MetricsViewState>(() => ({
    windowMs: 300_000,
    zoom: null,
    brushing: null,
    pointed: null,
    frozen: null,
    compared: [],
    looks: Array.from({ length: slots }, () => now),
    latest: now,
  }))

/** Lets the panels look at the records in turn until the returned function is called. */
export const startLooking = (metricsView: MetricsView, now: () => number): (() => void) => {
  let slot = 0
  const at = now()
  // After an absence all of them are out of date.
  metricsView.setState({ looks: Array.from({ length: slots }, () => at), latest: at })
  const timer = setInterval(() => {
    const at = now()
    const turn = slot
    slot = (slot + 1) % slots
    metricsView.setState(({ looks }) => ({ looks: looks.with(turn, at), latest: at }))
  }, lookMs)
  return () => clearInterval(timer)
}

/** What a chart that looked at `at` shows. */
export const spanOf = ({ zoom, windowMs }: Pick<MetricsViewState, 'zoom' | 'windowMs'>, at: number): Span =>
  zoom ?? { from: at - windowMs, to: at }

export const MetricsViewContext = createContext<MetricsView | null>(null)

export const useMetricsViewStore = (): MetricsView => {
  const metricsView = use(MetricsViewContext)
  if (metricsView === null) throw new Error('no metrics view above')
  return metricsView
}

export const useMetricsView = <T>(select: (state: MetricsViewState) => T): T =>
  useStore(useMetricsViewStore(), select)
