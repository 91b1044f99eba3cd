import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apart, clockTicks, linearExtent, logExtent, nearestRow, pixelScale } from './scale.ts'

const place = fc.double({ min: 1e-3, max: 1e9, noNaN: true })

describe('pixel scales', () => {
  it('put the ends of the domain at the ends of the plot, and lead back', () => {
    fc.assert(
      fc.property(
        fc.tuple(place, place).filter(([a, b]) => b > a * 1.01),
        fc.constantFrom('log' as const, 'linear' as const),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([low, high], scale, share) => {
          const pixel = pixelScale({ scale, domain: [low, high] }, 74, 612)
          expect(pixel(low)).toBeCloseTo(74, 3)
          expect(pixel(high)).toBeCloseTo(612, 3)
          const between = low + (high - low) * share
          expect(pixel.invert(pixel(between)) / between).toBeCloseTo(1, 3)
        },
      ),
    )
  })

  it('place powers of ten evenly on a logarithmic scale, upwards too', () => {
    const pixel = pixelScale({ scale: 'log', domain: [0.01, 100] }, 200, 0)
    expect([0.01, 0.1, 1, 10].map((value) => Math.round(pixel(value)))).toEqual([200, 150, 100, 50])
  })

  it('show a domain of one value without dividing by zero', () => {
    const pixel = pixelScale({ scale: 'linear', domain: [5, 5] }, 10, 90)
    const ends = [pixel(5), pixel.invert(40)]
    expect(ends.every(Number.isFinite)).toBe(true)
    expect(pixel.invert(40)).toBe(5)
  })
})

it('leaves out labels that would touch', () => {
  const labels = [0, 30, 45, 100].map((from) => ({ from, to: from + 20 }))
  expect(apart(labels, 5).map(({ from }) => from)).toEqual([0, 30, 100])
})

describe('extents', () => {
  it('make room for every value, with ticks inside', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e7, noNaN: true })), (values) => {
        for (const { domain, ticks } of [logExtent(values, 0.001), linearExtent(values)]) {
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
    expect(logExtent([0.02, 30], 0.001).ticks).toEqual([0.01, 0.1, 1, 10, 100])
    expect(logExtent([0], 0.001).domain).toEqual([0.001, 0.01])
    expect(linearExtent([7]).ticks).toEqual([0, 2, 4, 6, 8])
    expect(linearExtent([0.3]).ticks).toEqual([0, 0.1, 0.2, 0.3])
  })

  it('put times on the clock: a few ticks, all inside, evenly', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.integer({ min: 100, max: 3_600_000 }), (from, length) => {
        const ticks = clockTicks({ from, to: from + length }, 123)
        expect(ticks.length).toBeLessThanOrEqual(14)
        expect(ticks.every((tick) => tick >= from && tick <= from + length)).toBe(true)
        expect(new Set(ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0))).size).toBeLessThanOrEqual(1)
      }),
    )
    // The clock's full seconds, not those since the page was opened.
    expect(clockTicks({ from: 0, to: 20_000 }, 1_700_000_003_250)).toEqual([1_750, 6_750, 11_750, 16_750])
  })
})

it('finds the nearest row', () => {
  const rows = [0, 10, 20].map((x) => ({ x, values: { a: 1 } }))
  expect([-5, 4, 6, 14.9, 16, 99].map((x) => nearestRow(rows, x))).toEqual([0, 0, 1, 1, 2, 2])
})
