import type { Estimate } from '../../metrics/index.ts'

/** What can be measured, in the order of the page. */
export const benchmarkOperations = [
  'kem-768-generate',
  'kem-768-encapsulate',
  'kem-768-decapsulate',
  'kem-1024-generate',
  'kem-1024-encapsulate',
  'kem-1024-decapsulate',
  'x25519',
  'ristretto255',
  'sha3-1k',
  'aead-1k',
  'hkdf',
  'argon2id',
  'pake-run',
  'ratchet-message',
  'ratchet-turn',
] as const
export type BenchmarkOperation = (typeof benchmarkOperations)[number]

/** `classical`: the same code with the post-quantum part left out. */
export const benchmarkEngines = ['javascript', 'webassembly', 'browser', 'classical'] as const
export type BenchmarkEngine = (typeof benchmarkEngines)[number]

export interface BenchmarkResult {
  readonly operation: BenchmarkOperation
  readonly engine: BenchmarkEngine
  /** Milliseconds of one operation each; of fast ones the mean over `batch`. Empty: not available here. */
  readonly samples: readonly number[]
  readonly batch: number
  /** Of the samples; `null` where there are none. */
  readonly value: Estimate | null
}

export interface BenchmarkView {
  readonly running: boolean
  readonly done: number
  readonly of: number
  readonly results: readonly BenchmarkResult[]
}

export interface BenchmarkCommand {
  readonly operations: readonly BenchmarkOperation[]
  /** Samples of each operation and engine, 5 to 1,000. */
  readonly samples: number
}

export const emptyBenchmark: BenchmarkView = { running: false, done: 0, of: 0, results: [] }
