import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockTicks, decades, nearest, rounded, withGaps } from './chart.ts'
import { brushed, leastDrag } from './pointer.ts'

const rowsAt = (...xs: readonly number[]) => xs.map((x) => ({ x, values: { a: 1 } }))

describe('scales', () => {
  it('make room for every value, with ticks inside', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e7, noNaN: true })), (values) => {
        for (const { domain, ticks } of [decades(values, 0.001), rounded(values)]) {
          const [low, high] = domain
          expect(low).toBeLessThan(high)
          for (const value of values) {
            expect(Math.max(value, low)).toBeGreaterThanOrEqual(low)
            expect(value).toBeLessThanOrEqual(high * 1.000001)
          }
          expect(ticks.every((tick) => tick >= low && tick <= high)).toBe(true)
          expect(ticks.length).toBeLessThan(13)
        }
      }),
    )
  })

  it('step in round numbers', () => {
    expect(decades([0.02, 30], 0.001).ticks).toEqual([0.01, 0.1, 1, 10, 100])
    expect(decades([0], 0.001).domain).toEqual([0.001, 0.01])
    expect(rounded([7]).ticks).toEqual([0, 2, 4, 6, 8])
    expect(rounded([0.3]).ticks).toEqual([0, 0.1, 0.2, 0.3])
  })

  it('put times on the clock: a few ticks, all inside, evenly', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.integer({ min: 100, max: 3_600_000 }), (from, length) => {
        const ticks = clockTicks({ from, to: from + length }, 123)
        expect(ticks.length).toBeLessThanOrEqual(7)
        expect(ticks.every((tick) => tick >= from && tick <= from + length)).toBe(true)
        expect(new Set(ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0))).size).toBeLessThanOrEqual(1)
      }),
    )
    expect(clockTicks({ from: 0, to: 60_000 }, 5_000)).toEqual([
      5_000, 15_000, 25_000, 35_000, 45_000, 55_000,
    ])
  })
})

describe('rows', () => {
  it('finds the nearest', () => {
    const rows = rowsAt(0, 10, 20)
    expect([-5, 4, 6, 14.9, 16, 99].map((x) => nearest(rows, x))).toEqual([0, 0, 1, 1, 2, 2])
  })

  it('breaks a line over a gap, and only there', () => {
    expect(withGaps(rowsAt(0, 1, 9, 10), 2).map(({ x, values }) => [x, 'a' in values])).toEqual([
      [0, true],
      [1, true],
      [2, false],
      [9, true],
      [10, true],
    ])
  })
})

describe('brushed', () => {
  it('turns a range round, cuts it to what is shown, and takes no click for one', () => {
    const shown = { from: 0, to: 1_000 }
    expect(brushed({ from: 700, to: 300 }, shown, 0)).toEqual({ from: 300, to: 700 })
    expect(brushed({ from: -50, to: 2_000 }, shown, 0)).toEqual(shown)
    expect(brushed({ from: 500, to: 501 }, shown, leastDrag(shown))).toBeNull()
    expect(brushed({ from: 501, to: 500 }, shown, 0)).toEqual({ from: 500, to: 501 })
    expect(brushed({ from: 500, to: 500 }, shown, 0)).toBeNull()
  })
})
