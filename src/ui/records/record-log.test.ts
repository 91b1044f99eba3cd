import { describe, expect, it } from 'vitest'
import type { OperationRecord } from '../../metrics/index.ts'
import { allOperations, operationKey, RecordLog, windows } from './record-log.ts'

const record = (start: number, operation = 'aead_seal'): OperationRecord => ({
  operation,
  algorithm: 'AES-256-GCM',
  start,
  duration: 1,
  bytesIn: 10,
  bytesOut: 26,
  error: null,
  id: start + 1,
  parent: null,
  trace: start + 1,
  phase: 'joined',
  peer: null,
  epoch: 1,
  thread: 'worker',
  queueWait: 0,
  throttled: false,
})

describe('RecordLog', () => {
  it('keeps the last records, oldest first, and counts all of them', () => {
    const log = new RecordLog(3)
    expect(log.latest()).toEqual([])
    for (let count = 1; count <= 8; count++) {
      log.append([record(count)])
      expect(log.total).toBe(count)
      const oldest = Math.max(1, count - 2)
      expect(log.latest().map(({ start }) => start)).toEqual(
        Array.from({ length: count - oldest + 1 }, (_, i) => oldest + i),
      )
    }
  })

  it('sums up per operation and over all of them', () => {
    const log = new RecordLog()
    log.append([record(0), record(10), record(20, 'aead_open')])
    expect(log.operations.snapshot().map(({ operation, count }) => [operation, count])).toEqual([
      ['aead_seal', 2],
      ['aead_open', 1],
    ])
    const range = { from: 0, to: 1_000 }
    expect(log.summary(operationKey(record(0)), range).count).toBe(2)
    expect(log.summary(allOperations, range)).toMatchObject({ count: 3, bytes: 108, errors: 0 })
    expect(log.summary('unknown', range)).toMatchObject({ count: 0, p50: null, bins: [] })
    expect(log.points('unknown', range)).toEqual([])
    expect(log.keys()).toEqual(['aead_seal · AES-256-GCM', 'aead_open · AES-256-GCM'])
  })

  it('never gives a chart more than 300 points', () => {
    const log = new RecordLog()
    const seconds = 4_000
    log.append(Array.from({ length: seconds }, (_, second) => record(second * 1000)))
    for (const window of windows) {
      const range = { from: seconds * 1000 - window, to: seconds * 1000 }
      const points = log.points(allOperations, range)
      expect(points.length).toBe(window / log.resolution(range))
      expect(points.length).toBeLessThanOrEqual(300)
      // A slice that begins before the window is left out whole.
      expect(log.summary(allOperations, range).count).toBeGreaterThan(window / 1000 - 12)
    }
    const long = log.points(allOperations, { from: 0, to: seconds * 1000 })
    expect(long.length).toBeGreaterThan(290)
    expect(long.length).toBeLessThanOrEqual(300)
  })

  it('counts errors by code', () => {
    const log = new RecordLog()
    const codes = ['b', 'a', 'b', null]
    log.append(codes.map((error, i) => ({ ...record(i * 2_000), error })))
    expect(log.errors({ from: 0, to: 10_000 })).toEqual([
      { code: 'b', count: 2 },
      { code: 'a', count: 1 },
    ])
    expect(log.errors({ from: 4_000, to: 10_000 })).toEqual([{ code: 'b', count: 1 }])
  })

  it('keeps the longest 50 and the whole trace of each', () => {
    const log = new RecordLog(20)
    const entries = Array.from({ length: 300 }, (_, i) => {
      const trace = 3 * i + 3
      const whole = { ...record(i * 10), id: trace, trace, duration: (i * 7919) % 300 }
      const parts = [1, 2].map((by) => ({
        ...record(i * 10 + by),
        id: trace - by,
        parent: trace,
        trace,
        duration: 0,
      }))
      return [...parts, whole]
    })
    for (const batch of entries) log.append(batch)
    const slowest = log.slowest()
    expect(slowest.map(({ duration }) => duration)).toEqual(Array.from({ length: 50 }, (_, i) => 299 - i))
    for (const { id, trace } of slowest) {
      expect(log.trace(trace).map((part) => part.id)).toEqual([id, id - 1, id - 2])
    }
    expect(log.trace(entries.findIndex((batch) => batch.at(-1)?.duration === 5) * 3 + 3)).toEqual([])
  })
})
