import { expect, test } from 'vitest'
import type { BenchmarkResult } from '../../host/index.ts'
import { estimate } from '../../metrics/index.ts'
import { baselinesOf, benchmarkCsv, figuresOf } from './results.ts'

const measured: readonly Omit<BenchmarkResult, 'value'>[] = [
  { operation: 'pake-run', engine: 'classical', samples: [2, 2, 2], batch: 1 },
  { operation: 'pake-run', engine: 'browser', samples: [6, 6, 6], batch: 1 },
  { operation: 'pake-run', engine: 'javascript', samples: [8, 8, 8], batch: 1 },
  { operation: 'kem-768-generate', engine: 'browser', samples: [], batch: 0 },
]
const results = measured.map((one) => ({ ...one, value: estimate(one.samples) }))
const environment = { browser: 'b', cores: 2, nativeKem: false, isolated: true, clockStep: 0.1, date: '' }

test('figures in the order of the page; what is not available has none', () => {
  const figures = figuresOf(results)
  expect(figures.map(({ operation, engine }) => `${operation} ${engine}`)).toEqual([
    'kem-768-generate browser',
    'pake-run javascript',
    'pake-run browser',
    'pake-run classical',
  ])
  expect(figures[0]?.value).toBeNull()
  expect(baselinesOf(figures)).toEqual([{ operation: 'pake-run', ratio: 3 }])
})

test('CSV has a line for each, numbers with a point', () => {
  const lines = benchmarkCsv({ environment, results }).split('\r\n')
  expect(lines).toHaveLength(5)
  expect(lines[1]).toBe('kem-768-generate,browser,0,,,,')
  expect(lines[2]).toBe('pake-run,javascript,3,8,8,8,8')
})
