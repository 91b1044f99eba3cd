/** What the page knows of a benchmark, and the command that starts one. */

import type { Estimate } from '../../metrics/index.ts'

/** In the order of the page. */
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
  /** Milliseconds per operation; fast ones are means over `batch`. Empty if this browser cannot run the case. */
  readonly samples: readonly number[]
  readonly batch: number
  /** Of the samples; `null` if there are none. */
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
  /** Samples per operation and engine, 5 to 1,000. */
  readonly samples: number
}

export const emptyBenchmark: BenchmarkView = { running: false, done: 0, of: 0, results: [] }
