import { describe, expect, it } from 'vitest'
import type { OperationRecord } from '../metrics/index.ts'
import { allOperations, operationKey, RecordLog, ranges } from './records.ts'

const record = (start: number, operation = 'aead_seal'): OperationRecord => ({
  operation,
  algorithm: 'AES-256-GCM',
  start,
  duration: 1,
  bytesIn: 10,
  bytesOut: 26,
  error: null,
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
    expect(log.latency(operationKey(record(0)), 'minutes')?.total(999, 1).count).toBe(2)
    expect(log.latency(allOperations, 'hour')?.total(999, 1).count).toBe(3)
    expect(log.latency('unknown', 'minutes')).toBeNull()
  })

  it('never gives a chart more than 300 points', () => {
    const log = new RecordLog()
    const seconds = 4_000
    log.append(Array.from({ length: seconds }, (_, second) => record(second * 1000)))
    for (const range of ['minutes', 'hour'] as const) {
      const points = log.latency(allOperations, range)?.points(seconds * 1000) ?? []
      expect(points.length).toBeGreaterThan(290)
      expect(points.length).toBeLessThanOrEqual(300)
      expect(ranges[range].spans).toBeLessThanOrEqual(300)
    }
  })
})
