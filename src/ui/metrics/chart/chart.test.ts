import { describe, expect, it } from 'vitest'
import { latestOf, withGaps } from './chart.ts'
import { brushed, leastDrag } from './pointer.ts'

const rowsAt = (...xs: readonly number[]) => xs.map((x) => ({ x, values: { a: 1 } }))

describe('rows', () => {
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

describe('the latest values', () => {
  it('are those of each series: one that lags behind keeps its own', () => {
    const rows = [
      { x: 0, values: { a: 1, b: 5 } },
      { x: 1, values: { a: 2, b: null } },
      { x: 2, values: { a: 3 } },
    ]
    expect(latestOf(rows, ['a', 'b', 'c'])).toEqual({ a: 3, b: 5, c: null })
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
