import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordLog } from '../../records/record-log.ts'
import { testRecord } from '../../records/testing/record.ts'
import { CaptureProblem } from '../../shared/json.ts'
import { captureOf, maxCaptureBytes, readCapture } from './capture.ts'
import { exportText } from './export-text.ts'

const clock = { origin: 1_000, now: 90_000 }
const filled = (): RecordLog => {
  const log = new RecordLog()
  for (let i = 0; i < 400; i++) {
    log.append([
      testRecord(i * 200, {
        operation: ['pake_run', 'aead_seal', 'kem_encapsulation'][i % 3] ?? '',
        duration: (i * 7919) % 97,
        error: i % 50 === 0 ? 'pake/failed' : null,
        peer: i % 2 === 0 ? 'peer-1' : null,
        trace: i + 1 - (i % 4),
      }),
    ])
  }
  return log
}
const tables = (log: RecordLog) => ({
  rows: log.operations.snapshot(),
  peers: log.operations.snapshot(['operation', 'peer', 'thread']),
  slowest: log.slowest(),
  traces: log.slowest().map(({ trace }) => log.trace(trace)),
  errors: log.errors({ from: 0, to: 1e6 }),
  points: log.points('', { from: 0, to: 1e6 }),
})
const text = exportText(filled(), 'capture', clock).text
const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof CaptureProblem) return error.code
    throw error
  }
  return 'taken'
}

describe('a capture', () => {
  it('loads again and shows identical tables, on the clock of the page that loads it', () => {
    const { log, at } = readCapture(text, clock.origin)
    expect(tables(log)).toEqual(tables(filled()))
    expect(at).toBe(clock.now)
    expect(readCapture(text, 400).at).toBe(clock.now + 600)
    expect(exportText(log, 'capture', clock).text).toBe(text)
  })

  it.each<[string, (capture: ReturnType<typeof JSON.parse>) => unknown]>([
    ['capture/unknown-field', (c) => ({ ...c, password: 1 })],
    ['capture/unknown-field', (c) => ({ ...c, log: { ...c.log, strange: 1 } })],
    ['capture/other-format', (c) => ({ ...c, format: 'x' })],
    ['capture/other-format', () => []],
    ['capture/other-format', () => null],
    ['capture/other-version', (c) => ({ ...c, version: 2 })],
    ['capture/wrong-value', (c) => ({ ...c, log: null })],
    ['capture/wrong-value', (c) => ({ ...c, log: { ...c.log, total: -1 } })],
    ['capture/wrong-value', (c) => ({ ...c, log: { ...c.log, at: '1' } })],
    ['capture/wrong-value', (c) => ({ ...c, log: { ...c.log, total: undefined } })],
    ['capture/wrong-value', (c) => ({ ...c, log: { ...c.log, latest: Array(5_001).fill(c.log.latest[0]) } })],
    [
      'capture/wrong-value',
      (c) => ({ ...c, log: { ...c.log, latest: [{ ...c.log.latest[0], operation: 'a\u202eb' }] } }),
    ],
    [
      'capture/contradiction',
      (c) => ({ ...c, log: { ...c.log, operations: Array(2).fill(c.log.operations[0]) } }),
    ],
    [
      'capture/contradiction',
      (c) => ({ ...c, log: { ...c.log, operations: [{ ...c.log.operations[0], errors: 1e9 }] } }),
    ],
  ])('is refused whole with %s', (code, change) => {
    expect(codeOf(() => readCapture(JSON.stringify(change(JSON.parse(text))), 0))).toBe(code)
  })

  it('is refused where it is no JSON or too large', () => {
    expect(codeOf(() => readCapture(text.slice(0, -1), 0))).toBe('capture/not-json')
    expect(codeOf(() => readCapture(' '.repeat(maxCaptureBytes + 1), 0))).toBe('capture/too-large')
  })

  it('never breaks on any JSON: it is taken whole or refused with a code', () => {
    const json = fc.json({ maxDepth: 4 })
    fc.assert(fc.property(json, (any) => void codeOf(() => readCapture(any, 0))))
    fc.assert(
      fc.property(json, fc.nat(), (any, at) => {
        const value = JSON.parse(any)
        const small = captureOf(JSON.parse(text).log)
        const keys = Object.keys(small.log)
        const name = keys[at % keys.length] ?? ''
        const changed = { ...small, log: { ...small.log, [name]: value } }
        void codeOf(() => readCapture(JSON.stringify(changed), 0))
      }),
      { numRuns: 60 },
    )
    // A byte of the file changed at any place.
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('0', '9', '-', '"', '}', ',', 'e'), (at, by) => {
        void codeOf(() => readCapture(text.slice(0, at) + by + text.slice(at + 1), 0))
      }),
      { numRuns: 100 },
    )
  })
})

describe('other formats', () => {
  it('quote what would break a line of CSV or be run as a formula', () => {
    const log = new RecordLog()
    log.append([testRecord(0, { operation: 'a,"b', algorithm: '=cmd()' })])
    const { text: csv } = exportText(log, 'csv', clock)
    expect(csv.split('\r\n')[1]).toBe('1,,1,"a,""b",\'=cmd(),0,1,10,26,,joined,,1,worker,0,false')
  })

  it('count in Prometheus text what the table counts', () => {
    const { text: lines } = exportText(filled(), 'prometheus', clock)
    const counts = [...lines.matchAll(/_count\{.*\} (\d+)$/gm)].map(([, count]) => Number(count))
    expect(counts.reduce((a, b) => a + b)).toBe(400)
    expect(lines).toMatch(/^mlwe_pake_operation_errors_total\{operation="pake_run".*\} [1-9]/m)
    for (const line of lines.trimEnd().split('\n')) expect(line).toMatch(/^(# |[a-z_]+\{[^{}]*\} [\d.e+-]+$)/)
  })
})
