import { describe, expect, it } from 'vitest'
import { allOperations, operationKey, RecordLog } from './record-log.ts'
import { testRecord } from './testing/record.ts'

const record = (start: number, operation = 'aead_seal') => testRecord(start, { operation })

const windows = [30_000, 60_000, 300_000, 900_000, 3_600_000]

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

  const range = { from: 0, to: 1_000_000 }
  const shown = (log: RecordLog, ahead = 0) => {
    const within = { from: range.from + ahead, to: range.to + ahead }
    return JSON.parse(
      JSON.stringify({
        total: log.total,
        rows: log.operations.snapshot(),
        peers: log.operations.snapshot(['operation', 'peer', 'thread']),
        keys: log.keys(),
        points: ['', ...log.keys()].map((key) => log.points(key, within)),
        summary: ['', ...log.keys()].map((key) => log.summary(key, within)),
        errors: log.errors(within),
        slowest: log.slowest(),
        traces: log.slowest().map(({ trace }) => log.trace(trace)),
        latest: log.latest(),
      }),
    )
  }
  const seeded = (count: number): RecordLog => {
    const log = new RecordLog()
    for (let i = 0; i < count; i++) {
      const some = <T>(list: readonly T[], by: number): T | undefined => list[(i * by) % list.length]
      log.append([
        testRecord(i * 41, {
          operation: some(['a', 'b', 'c'], 7) ?? '',
          duration: ((i * 7_919) % 1_000) / 10,
          error: some([null, null, null, 'x/y', null], 11) ?? null,
          peer: some([null, 'peer-1', 'peer-2'], 5) ?? null,
          trace: i - (i % 5) + 1,
          id: i + 1,
        }),
      ])
    }
    return log
  }

  it('comes back from its plain data as it was, also after more than it keeps', () => {
    for (const count of [0, 10, 6_000]) {
      const log = seeded(count)
      const data = JSON.parse(JSON.stringify(log.data(1_000, 7)))
      const back = RecordLog.from(data, 1_000)
      if (back === null) throw new Error('refused')
      expect(shown(back)).toEqual(shown(log))
      expect(back.data(1_000, 7)).toEqual(data)
    }
  })

  it('keeps what it was as a copy', () => {
    const log = seeded(100)
    const [copy, before] = [log.copy(), shown(log)]
    log.append([testRecord(5_000, { duration: 1e6 })])
    expect(shown(copy)).toEqual(before)
    expect(shown(log)).not.toEqual(before)
  })

  it('shows the times of another page on the clock of this one', () => {
    const other = seeded(100)
    const here = RecordLog.from(other.data(5_000, 7), 3_000)
    if (here === null) throw new Error('refused')
    const later = shown(other)
    for (const list of [later.slowest, later.latest, ...later.traces])
      for (const entry of list) entry.start += 2_000
    for (const point of later.points.flat()) point.at += 2_000
    expect(shown(here, 2_000)).toEqual(later)
    expect(here.data(3_000, 2_007)).toEqual(other.data(5_000, 7))
  })

  it('follows another log by what is new, whatever was missed or came twice', () => {
    const [log, follower] = [new RecordLog(), new RecordLog()]
    const all = seeded(3_000).latest()
    let told = Number.NEGATIVE_INFINITY
    for (let at = 0; at < all.length; at += 100) {
      log.append(all.slice(at, at + 100))
      const now = all[at + 99]?.start ?? 0
      if (at % 300 === 0) continue
      for (const since of [told, told]) expect(follower.put(log.data(0, now, since), 0)).toBe(true)
      told = now
    }
    expect(shown(follower)).toEqual(shown(log))
  })
})
