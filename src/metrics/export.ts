/** Figures as JSON, in snake case, for tools outside of this app. */

import type { Figures, Operations } from './operations.ts'

/**
 * Figures of one operation in the exported file. Times in milliseconds, throughput in bytes per second, rates from
 * 0 to 1.
 */
export interface SeedFigures {
  readonly count: number
  readonly avg_time_ms: number
  readonly min_time_ms: number
  readonly max_time_ms: number
  readonly throughput_bps: number
  readonly success_rate: number
  readonly p50_ms: number
  readonly p90_ms: number
  readonly p95_ms: number
  readonly p99_ms: number
}

const seedFigures = (figures: Figures): SeedFigures => ({
  count: figures.count,
  avg_time_ms: figures.avgMs,
  min_time_ms: figures.minMs,
  max_time_ms: figures.maxMs,
  throughput_bps: figures.throughputBps,
  success_rate: figures.successRate,
  p50_ms: figures.p50,
  p90_ms: figures.p90,
  p95_ms: figures.p95,
  p99_ms: figures.p99,
})

/**
 * @param operations - running figures
 * @returns one entry per operation, for JSON
 */
export const exportMetrics = (operations: Operations): Readonly<Record<string, SeedFigures>> =>
  Object.fromEntries(
    operations.snapshot(['operation']).map(({ operation, ...figures }) => [operation, seedFigures(figures)]),
  )
