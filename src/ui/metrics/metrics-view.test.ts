import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMetricsView, spanOf, startLooking } from './metrics-view.ts'

describe('metrics view', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('looks four times a second, each panel once, and never after it is stopped', () => {
    let now = 0
    const metricsView = createMetricsView(now)
    let updates = 0
    metricsView.subscribe(() => {
      updates += 1
    })
    const stop = startLooking(metricsView, () => now)
    updates = 0
    const all = (): readonly number[] => [...new Set(metricsView.getState().looks)]
    for (let i = 1; i <= 10; i++) {
      now = i * 1_500
      vi.advanceTimersByTime(1_500)
      expect(all()).toEqual([now])
    }
    expect(updates).toBe(60)
    stop()
    vi.advanceTimersByTime(60_000)
    expect(updates).toBe(60)
    now = 99_000
    startLooking(metricsView, () => now)()
    expect(all()).toEqual([now])
  })

  it('shows the window up to now, or what was brushed', () => {
    const { windowMs } = createMetricsView(0).getState()
    expect(spanOf({ zoom: null, windowMs }, 500_000)).toEqual({ from: 500_000 - windowMs, to: 500_000 })
    expect(spanOf({ zoom: { from: 1, to: 2 }, windowMs }, 500_000)).toEqual({ from: 1, to: 2 })
  })
})
