/** Figures and files made from the samples of a benchmark. */

import {
  type BenchmarkEngine,
  type BenchmarkOperation,
  type BenchmarkResult,
  benchmarkEngines,
  benchmarkOperations,
} from '../../host/index.ts'
import type { Estimate } from '../../metrics/index.ts'
import type { Environment } from './environment.ts'

export interface Figure {
  readonly operation: BenchmarkOperation
  readonly engine: BenchmarkEngine
  /** `null`: not available here. */
  readonly value: Estimate | null
}

/** In the order of the page. */
export const figuresOf = (results: readonly BenchmarkResult[]): readonly Figure[] =>
  benchmarkOperations.flatMap((operation) =>
    benchmarkEngines.flatMap((engine) => {
      const result = results.find((one) => one.operation === operation && one.engine === engine)
      return result === undefined ? [] : [result]
    }),
  )

/** How many times as long as its classical form the best engine takes, where both were measured. */
export const baselinesOf = (
  figures: readonly Figure[],
): readonly { readonly operation: BenchmarkOperation; readonly ratio: number }[] =>
  benchmarkOperations.flatMap((operation) => {
    const own = figures.filter((one) => one.operation === operation)
    const classical = own.find(({ engine }) => engine === 'classical')?.value
    const medians = own.flatMap(({ engine, value }) =>
      engine === 'classical' || value == null ? [] : [value.median],
    )
    if (classical == null || medians.length === 0) return []
    return [{ operation, ratio: Math.min(...medians) / classical.median }]
  })

interface Run {
  readonly environment: Environment
  readonly results: readonly BenchmarkResult[]
}

/** Everything measured, raw. */
export const benchmarkJson = ({ environment, results }: Run): unknown => ({
  format: 'mlwe-pake benchmark',
  version: 1,
  environment,
  unit: 'ms',
  results: results.map(({ operation, engine, batch, samples }) => ({ operation, engine, batch, samples })),
})

export const benchmarkCsv = ({ results }: Run): string =>
  [
    'operation,engine,samples,median_ms,p95_ms,interval_low_ms,interval_high_ms',
    ...figuresOf(results).map(({ operation, engine, value }) =>
      value === null
        ? `${operation},${engine},0,,,,`
        : [operation, engine, value.count, value.median, value.p95, ...value.interval].join(','),
    ),
  ].join('\r\n')
