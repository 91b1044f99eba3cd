import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allOperations, RecordLog } from '../records/record-log.ts'
import { cdfRows, histogramRows } from './distribution.ts'

const durations = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e4, noNaN: true })), {
  minLength: 1,
})
const binsOf = (values: readonly number[]) => {
  const log = new RecordLog()
  log.append(
    values.map((duration, i) => ({
      operation: 'hash',
      algorithm: 'SHA-256',
      start: 20_000 - duration,
      duration,
      bytesIn: 0,
      bytesOut: 0,
      error: null,
      id: i + 1,
      parent: null,
      trace: i + 1,
      phase: null,
      peer: null,
      epoch: null,
      thread: 'worker' as const,
      queueWait: 0,
      throttled: false,
    })),
  )
  return log.summary(allOperations, { from: 0, to: 60_000 }).bins
}

describe('distribution', () => {
  it('loses nothing, and its x rises', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const rows = histogramRows(binsOf(values), 0.001)
        expect(rows.reduce((sum, row) => sum + (row.values.count ?? 0), 0)).toBe(values.length)
        expect(rows.at(-1)?.values.count).toBe(0)
        for (const [i, row] of rows.entries()) expect(row.x).toBeGreaterThan((rows[i - 1]?.x ?? 0) * 0.9999)
      }),
    )
  })

  it('tells the share below each x, as counted one by one', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const bins = binsOf(values)
        const rows = cdfRows(bins, 0.001)
        expect(rows.at(-1)?.values.share).toBeCloseTo(100)
        for (const [i, { to }] of bins.entries()) {
          const below = values.filter((value) => value <= to * (1 + 1e-9)).length / values.length
          const strictly = values.filter((value) => value < to * (1 - 1e-9)).length / values.length
          const share = (rows[i + 1]?.values.share ?? Number.NaN) / 100
          expect(share).toBeGreaterThanOrEqual(strictly - 1e-9)
          expect(share).toBeLessThanOrEqual(below + 1e-9)
        }
      }),
    )
  })

  it('is empty without records', () => {
    expect(histogramRows([], 0.001)).toEqual([])
    expect(cdfRows([], 0.001)).toEqual([])
  })
})
