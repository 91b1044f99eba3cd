import { expect, test } from 'vitest'
import { estimate } from './statistics.ts'

test('median, p95 and least of known samples', () => {
  expect(estimate([])).toBeNull()
  expect(estimate([3])).toEqual({ count: 1, median: 3, p95: 3, least: 3, interval: [3, 3] })
  const hundred = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1)
  expect(estimate(hundred)).toMatchObject({ count: 100, median: 50.5, p95: 95, least: 1 })
})

test('the interval holds the true median in about 95 of 100 experiments, and is the same each time', () => {
  // A uniform sample from a small generator: its true median is 0.5.
  let state = 7
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  let held = 0
  for (let i = 0; i < 300; i++) {
    const samples = Array.from({ length: 60 }, next)
    const { interval } = estimate(samples)!
    expect(estimate(samples)!.interval).toEqual(interval)
    if (interval[0] <= 0.5 && 0.5 <= interval[1]) held++
  }
  expect(held).toBeGreaterThan(300 * 0.9)
  expect(held).toBeLessThan(300 * 0.99)
})
