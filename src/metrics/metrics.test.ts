import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exportMetrics } from './export.ts'
import { Histogram, relativeError } from './histogram.ts'
import { Operations } from './operations.ts'
import type { Measurement, OperationRecord } from './record.ts'
import { Series } from './series.ts'

const qs = [0, 0.01, 0.5, 0.9, 0.95, 0.99, 1] as const
const magnitude = fc.oneof(
  fc.constant(0),
  fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
  fc.double({ min: 1e-6, max: 100, noNaN: true }),
)
const values = fc.array(magnitude, { minLength: 1, maxLength: 300 })

const histogramOf = (list: readonly number[]): Histogram => {
  const histogram = new Histogram()
  for (const value of list) histogram.add(value)
  return histogram
}
const atRank = (list: readonly number[], q: number): number =>
  list.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * list.length)) - 1] ?? Number.NaN
const expectNear = (actual: number | null, exact: number, error: number): void => {
  if (actual === null) throw new Error('no value')
  expect(Math.abs(actual - exact)).toBeLessThanOrEqual(exact * error)
}
const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0)

describe('Histogram', () => {
  it('is exact in count, sum and range, and within the promised error in quantiles', () => {
    fc.assert(
      fc.property(values, (list) => {
        const histogram = histogramOf(list)
        expect(histogram.count).toBe(list.length)
        expect(histogram.sum).toBe(sum(list))
        expect(histogram.min).toBe(Math.min(...list))
        expect(histogram.max).toBe(Math.max(...list))
        const found = histogram.quantiles(qs)
        for (const [i, q] of qs.entries()) expectNear(found[i] ?? null, atRank(list, q), relativeError)
      }),
    )
  })

  it('keeps its promise at every scale, at the ends of buckets too', () => {
    for (let exponent = -80; exponent <= 1000; exponent++) {
      for (const value of [
        1.02 ** exponent,
        10 ** (exponent / 10),
        ((1 + 0.0099) / (1 - 0.0099)) ** exponent,
      ]) {
        // The other two values keep the answer from being cut to the exact range.
        const [middle] = histogramOf([value / 2, value, value * 2]).quantiles([0.5])
        expectNear(middle ?? null, value, relativeError)
      }
    }
  })

  it('gives by merging what it would give by adding, in any grouping', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const left = histogramOf(a)
        left.merge(histogramOf(b))
        left.merge(histogramOf(c))
        const tail = histogramOf(b)
        tail.merge(histogramOf(c))
        const right = histogramOf(a)
        right.merge(tail)
        const whole = histogramOf([...a, ...b, ...c])
        for (const merged of [left, right]) {
          expect(merged.count).toBe(whole.count)
          expect(merged.min).toBe(whole.min)
          expect(merged.max).toBe(whole.max)
          expectNear(merged.sum, whole.sum, 1e-12)
          expect(merged.quantiles(qs)).toEqual(whole.quantiles(qs))
        }
      }),
    )
  })

  it('lays out its values in bins, few or many', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 80 }), (list, most) => {
        const histogram = histogramOf(list)
        for (const bins of [histogram.bins(), histogram.bins(most)]) {
          let above = Number.NEGATIVE_INFINITY
          for (const { from, to, count } of bins) {
            expect(from).toBeGreaterThanOrEqual(above - Math.abs(above) * 1e-9)
            above = to
            // The ends are rounded as the buckets are.
            const slack = from * 1e-9
            const inside = list.filter((v) =>
              to === 0 ? v < 1e-9 : v >= 1e-9 && v > from - slack && v <= to + slack,
            )
            expect(inside.length).toBeGreaterThanOrEqual(count)
          }
          expect(sum(bins.map(({ count }) => count))).toBe(list.length)
        }
        expect(histogram.bins(most).length).toBeLessThanOrEqual(most)
      }),
    )
  })

  it('comes back from its plain data, and not from data that contradict themselves', () => {
    fc.assert(
      fc.property(values, (list) => {
        const histogram = histogramOf(list)
        const data = JSON.parse(JSON.stringify(histogram.data()))
        const back = Histogram.from(data)
        expect(back?.data()).toEqual(histogram.data())
        expect(back?.quantiles(qs)).toEqual(histogram.quantiles(qs))
        const { max, zeros, buckets } = data
        for (const change of [
          { max: max * 2 + 1 },
          { min: max * 2 + 1 },
          { sum: max * list.length * 2 + 1 },
          { zeros: zeros + 1, buckets: [...buckets, 0] },
          { buckets: [...buckets, ...buckets, 5, 1] },
        ]) {
          expect(Histogram.from({ ...data, ...change })).toBeNull()
        }
      }),
    )
    expect(Histogram.from(new Histogram().data())?.count).toBe(0)
  })

  it('can be merged with itself and with nothing', () => {
    const histogram = histogramOf([1, 2])
    histogram.merge(new Histogram())
    histogram.merge(histogram)
    expect(histogram.count).toBe(4)
    expect(histogram.quantiles([1])).toEqual([2])
  })

  it('has no quantile while empty, and refuses negative and non-finite values', () => {
    const empty = new Histogram()
    expect(empty.quantiles([0.5])).toEqual([null])
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => empty.add(value)).toThrow()
    expect(empty.count).toBe(0)
  })
})

const record: fc.Arbitrary<Measurement> = fc.record({
  operation: fc.constantFrom('kem_key_generation', 'aead_seal', 'pake_run'),
  algorithm: fc.constantFrom('ML-KEM-768', 'X25519'),
  start: fc.double({ min: 0, max: 1e6, noNaN: true }),
  duration: magnitude,
  bytesIn: fc.nat(70_000),
  bytesOut: fc.nat(70_000),
  error: fc.option(fc.constantFrom('error', 'pake/failed')),
})
const records = fc.array(record, { maxLength: 200 })
const operationsOf = (...batches: readonly (readonly Measurement[])[]): Operations => {
  const operations = new Operations()
  for (const batch of batches) operations.add(batch)
  return operations
}

describe('Operations', () => {
  it('agrees with an exact computation over the same records', () => {
    fc.assert(
      fc.property(records, (batch) => {
        const rows = operationsOf(batch).snapshot()
        expect(sum(rows.map(({ count }) => count))).toBe(batch.length)
        for (const row of rows) {
          const own = batch.filter((r) => r.operation === row.operation && r.algorithm === row.algorithm)
          const durations = own.map(({ duration }) => duration)
          const busy = sum(durations)
          expect(row.count).toBe(own.length)
          expectNear(row.avgMs, busy / own.length, 1e-12)
          expect(row.minMs).toBe(Math.min(...durations))
          expect(row.maxMs).toBe(Math.max(...durations))
          expect(row.successRate).toBe(own.filter(({ error }) => error === null).length / own.length)
          const bytes = sum(own.map(({ bytesIn, bytesOut }) => bytesIn + bytesOut))
          expectNear(row.throughputBps, busy === 0 ? 0 : bytes / (busy / 1000), 1e-12)
          expectNear(row.p50, atRank(durations, 0.5), relativeError)
          expectNear(row.p90, atRank(durations, 0.9), relativeError)
          expectNear(row.p95, atRank(durations, 0.95), relativeError)
          expectNear(row.p99, atRank(durations, 0.99), relativeError)
        }
      }),
    )
  })

  it('does not care how records were cut into batches or piles', () => {
    fc.assert(
      fc.property(records, records, (a, b) => {
        const merged = operationsOf(a)
        merged.merge(operationsOf(b))
        const counts = (operations: Operations) =>
          operations
            .snapshot()
            .map(({ operation, algorithm, count, p50, p99 }) => ({ operation, algorithm, count, p50, p99 }))
        const whole = counts(operationsOf([...a, ...b]))
        expect(counts(operationsOf(a, b))).toEqual(whole)
        expect(counts(merged)).toHaveLength(whole.length)
        expect(counts(merged)).toEqual(expect.arrayContaining(whole))
      }),
    )
  })
})

describe('export', () => {
  const entry = {
    start: 0,
    duration: 2,
    bytesIn: 0,
    bytesOut: 100,
    error: null,
    id: 1,
    parent: null,
    trace: 1,
    phase: 'proving',
    peer: 'peer-1',
    epoch: null,
    thread: 'worker',
    queueWait: 0.5,
    throttled: false,
  } as const
  const batch: readonly OperationRecord[] = [
    { ...entry, operation: 'kem_key_generation', algorithm: 'ML-KEM-768' },
    { ...entry, operation: 'kem_key_generation', algorithm: 'X-Wing', duration: 4, error: 'error' },
  ]

  it('has the exported shape, the algorithms of an operation together', () => {
    expect(JSON.parse(JSON.stringify(exportMetrics(operationsOf(batch))))).toEqual({
      kem_key_generation: {
        count: 2,
        avg_time_ms: 3,
        min_time_ms: 2,
        max_time_ms: 4,
        throughput_bps: 200 / 0.006,
        success_rate: 0.5,
        p50_ms: expect.closeTo(2, 1),
        p90_ms: expect.closeTo(4, 1),
        p95_ms: expect.closeTo(4, 1),
        p99_ms: expect.closeTo(4, 1),
      },
    })
  })
})

describe('Series', () => {
  const at = (start: number, duration = 1, error: string | null = null) => ({
    start,
    duration,
    bytesIn: 2,
    bytesOut: 3,
    error,
  })

  it('has one point per span that holds anything', () => {
    const series = new Series(1000, 300)
    for (const entry of [at(10, 5), at(20, 7, 'error'), at(2500, 9)]) series.add(entry)
    const points = series.points({ from: 0, to: 3000 })
    expect(points.map(({ at, count, errors, bytes }) => ({ at, count, errors, bytes }))).toEqual([
      { at: 0, count: 2, errors: 1, bytes: 10 },
      { at: 2000, count: 1, errors: 0, bytes: 5 },
    ])
    expect(series.points({ from: 1, to: 2000 })).toEqual([])
    expectNear(points[1]?.p50 ?? null, 9, relativeError)
  })

  it('stays within its capacity, holds the newest, and agrees with an exact computation', () => {
    const entries = fc.array(
      fc.record({ start: fc.nat(5000), duration: fc.nat(100), error: fc.constantFrom(null, 'error') }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(entries, (list) => {
        const series = new Series(10, 7)
        const ordered = list.toSorted((a, b) => a.start + a.duration - (b.start + b.duration))
        for (const entry of ordered) series.add(at(entry.start, entry.duration, entry.error))
        const now = Math.max(0, ...ordered.map(({ start, duration }) => start + duration))
        const first = Math.floor(now / 10) - 6
        const held = ordered.filter(({ start, duration }) => Math.floor((start + duration) / 10) >= first)
        const range = { from: first * 10, to: now + 1 }
        const points = series.points(range)
        expect(points.length).toBeLessThanOrEqual(7)
        expect(sum(points.map(({ count }) => count))).toBe(held.length)
        const total = series.total(range)
        expect(total.count).toBe(held.length)
        expect(total.errors).toBe(held.filter(({ error }) => error !== null).length)
        if (held.length > 0) {
          const durations = held.map(({ duration }) => duration)
          expectNear(total.p95, atRank(durations, 0.95), relativeError)
          expect(sum(total.bins.map(({ count }) => count))).toBe(held.length)
        } else expect(total.p95).toBeNull()
      }),
    )
  })

  it('leaves out what is too old, whether it came late or time went on', () => {
    const series = new Series(10, 3)
    series.add(at(100))
    series.add(at(60))
    expect(series.points({ from: 0, to: 110 })).toHaveLength(1)
    expect(series.points({ from: 0, to: 1000 })).toEqual([])
    expect(series.total({ from: 0, to: 1000 })).toMatchObject({ count: 0, errors: 0, p99: null })
  })
})
