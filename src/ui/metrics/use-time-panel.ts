/** What all charts over time share: when they read the logs, the window, the zoom, the marks. */

import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useServices } from '../app/context.tsx'
import { type EventMark, eventsWithin, hiddenWithin } from '../records/marks.ts'
import type { RecordLog } from '../records/record-log.ts'
import { useValueAt } from '../records/store.ts'
import { useFormats } from '../shared/format.ts'
import type { Axis } from './chart/plot.tsx'
import type { PointerStore, Span } from './chart/pointer.ts'
import { clockTicks } from './chart/scale.ts'
import { type Slot, spanOf, useMetricsView, useMetricsViewStore } from './metrics-view.ts'

/** Whether any of it is in view; what is scrolled away need not be drawn. */
const useOnScreen = (ref: RefObject<HTMLElement | null>): boolean => {
  const [onScreen, setOnScreen] = useState(true)
  useEffect(() => {
    if (ref.current === null) return
    const observer = new IntersectionObserver((entries) =>
      setOnScreen(entries.at(-1)?.isIntersecting ?? true),
    )
    observer.observe(ref.current)
    return () => observer.disconnect()
  }, [ref])
  return onScreen
}

/** The records that the panels show: of now, or as they were at the pause. */
export const useLog = (): RecordLog => {
  const { records } = useServices()
  return useMetricsView(({ frozen }) => frozen?.log ?? records)
}

/** When a panel looked last: its turn comes once a second. What is out of view need not look. */
export const useLook = (slot: Slot, onScreen = true): number => {
  const held = useRef<number | null>(null)
  const at = useMetricsView(({ frozen, looks, zoom }) => {
    if (frozen !== null) return frozen.at
    const now = looks[slot] ?? 0
    // What is long past does not change; late records come within a second or two.
    if (zoom !== null) return Math.min(now, zoom.to + 2_000)
    return onScreen ? now : (held.current ?? now)
  })
  useEffect(() => {
    held.current = at
  }, [at])
  return at
}

/** The same for a chart, which is expensive to draw. */
export const useChartLook = (
  slot: Slot,
): { readonly ref: RefObject<HTMLElement | null>; readonly at: number } => {
  const ref = useRef<HTMLElement>(null)
  return { ref, at: useLook(slot, useOnScreen(ref)) }
}

export interface TimePanel {
  readonly ref: RefObject<HTMLElement | null>
  readonly log: RecordLog
  readonly at: number
  readonly span: Span
  readonly x: Axis
  readonly marks: readonly EventMark[]
  /** Times in the background. */
  readonly throttled: readonly Span[]
  readonly pointer: PointerStore
  readonly onBrush: (span: Span | null) => void
  readonly formatX: (at: number) => string
}

/** What all charts over time share: the window, the zoom, the crosshair, the marks. */
export const useTimePanel = (slot: Slot): TimePanel => {
  const { marks } = useServices()
  const metricsView = useMetricsViewStore()
  const { ref, at } = useChartLook(slot)
  const log = useLog()
  const zoom = useMetricsView((state) => state.zoom)
  const windowMs = useMetricsView((state) => state.windowMs)
  const marked = useValueAt(marks, at)
  const format = useFormats()
  const { from, to } = spanOf({ zoom, windowMs }, at)
  const x = useMemo((): Axis => {
    const ticks = clockTicks({ from, to }, performance.timeOrigin)
    return { scale: 'linear', domain: [from, to], ticks, format: format.time }
  }, [from, to, format])
  const onBrush = useCallback((span: Span | null) => metricsView.setState({ zoom: span }), [metricsView])
  return {
    ref,
    log,
    at,
    span: { from, to },
    x,
    marks: eventsWithin(marked, from, to),
    throttled: hiddenWithin(marked, from, Math.min(at, to)),
    pointer: metricsView,
    onBrush,
    formatX: format.time,
  }
}
