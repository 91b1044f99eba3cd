import { expect, test } from 'vitest'
import type { WebCrypto } from '../../crypto/index.ts'
import { type BenchmarkView, benchmarkOperations, emptyBenchmark } from '../page/benchmark-view.ts'
import { createBenchmark } from './benchmark.ts'
import { createCases } from './benchmark-cases.ts'

const subtle = crypto.subtle as unknown as WebCrypto
const random = (count: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(count))
const cases = () => createCases({ subtle, random })

const setUp = () => {
  let view: BenchmarkView = emptyBenchmark
  const benchmark = createBenchmark(cases, {
    now: () => performance.now(),
    breathe: () => new Promise((resolve) => setTimeout(resolve)),
    show: (shown) => {
      view = shown
    },
  })
  const over = async (): Promise<BenchmarkView> => {
    while (view.running) await new Promise((resolve) => setTimeout(resolve, 10))
    return view
  }
  return { benchmark, over, view: () => view }
}

test('every operation has an engine, and the whole protocols have a classical baseline', () => {
  const all = cases()
  expect(new Set(all.map(({ operation }) => operation))).toEqual(new Set(benchmarkOperations))
  expect(all.filter(({ engine }) => engine === 'classical').map(({ operation }) => operation)).toEqual([
    'pake-run',
    'ratchet-message',
    'ratchet-turn',
  ])
})

test('every case runs', async () => {
  for (const one of cases()) {
    if (one.operation === 'argon2id') continue
    const act = await one.prepare()
    if (act === null) expect(one.engine).toBe('browser')
    else for (let i = 0; i < 2; i++) await act()
  }
})

test('gives the number of samples asked for, within bounds; stop ends it', async () => {
  const { benchmark, over, view } = setUp()
  benchmark.start({ operations: ['hkdf', 'sha3-1k'], samples: 1 })
  const { results, done, of } = await over()
  expect([done, of]).toEqual([3, 3])
  expect(results.map(({ samples }) => samples.length)).toEqual([5, 5, 5])
  for (const { samples } of results) for (const ms of samples) expect(ms).toBeGreaterThan(0)
  benchmark.start({ operations: ['pake-run'], samples: 1_000_000 })
  expect(view().running).toBe(true)
  benchmark.stop()
  expect(view().running).toBe(false)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(view().results).toEqual([])
})
