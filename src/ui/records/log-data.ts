/** A record log as plain data, and the bounds of each part. */

import type { OperationRecord, SliceData, TallyData } from '../../metrics/index.ts'

/** Slices of one key at one level. */
export interface SeriesData {
  readonly key: string
  /** 0: of a second. 1: of twelve. */
  readonly level: number
  readonly slices: readonly SliceData[]
}

/** A whole `RecordLog` as plain data: what a capture holds, and what tabs of one browser tell each other. */
export interface LogData {
  /** Milliseconds since 1970 at the zero of the clock that all times count from. */
  readonly origin: number
  /** When it was taken, on that clock. */
  readonly at: number
  readonly total: number
  readonly operations: readonly TallyData[]
  readonly series: readonly SeriesData[]
  /** As `series`, with the error's code for a key. */
  readonly errors: readonly SeriesData[]
  readonly latest: readonly OperationRecord[]
  readonly slowest: readonly OperationRecord[]
  /** The parts of the traces of `slowest`. */
  readonly parts: readonly OperationRecord[]
}

/** How much of each a log may hold. */
export const logLimits = {
  keys: 128,
  slices: 300,
  latest: 5_000,
  slowest: 50,
  partsOfTrace: 400,
} as const
