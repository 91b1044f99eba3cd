import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apart, rulerOf } from './ruler.ts'

const place = fc.double({ min: 1e-3, max: 1e9, noNaN: true })

describe('rulers', () => {
  it('put the ends of the domain at the ends of the plot, and lead back', () => {
    fc.assert(
      fc.property(
        fc.tuple(place, place).filter(([a, b]) => b > a * 1.01),
        fc.constantFrom('log' as const, 'linear' as const),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([low, high], scale, share) => {
          const { pixel, value } = rulerOf({ scale, domain: [low, high] }, 74, 612)
          expect(pixel(low)).toBeCloseTo(74, 3)
          expect(pixel(high)).toBeCloseTo(612, 3)
          const between = low + (high - low) * share
          expect(value(pixel(between)) / between).toBeCloseTo(1, 3)
        },
      ),
    )
  })

  it('place powers of ten evenly on a logarithmic scale, upwards too', () => {
    const { pixel } = rulerOf({ scale: 'log', domain: [0.01, 100] }, 200, 0)
    expect([0.01, 0.1, 1, 10].map((value) => Math.round(pixel(value)))).toEqual([200, 150, 100, 50])
  })

  it('show a domain of one value without dividing by zero', () => {
    const { pixel, value } = rulerOf({ scale: 'linear', domain: [5, 5] }, 10, 90)
    expect([pixel(5), value(40)]).toEqual([10, 5])
  })
})

it('leaves out labels that would touch', () => {
  const labels = [0, 30, 45, 100].map((from) => ({ from, to: from + 20 }))
  expect(apart(labels, 5).map(({ from }) => from)).toEqual([0, 30, 100])
})
