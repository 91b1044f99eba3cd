/** A record log as JSON, CSV or Prometheus text. */

import { exportMetrics, type OperationRecord } from '../../../metrics/index.ts'
import type { RecordLog } from '../../records/record-log.ts'
import { captureOf } from './capture.ts'

export const exportFormats = ['capture', 'metrics', 'csv', 'prometheus'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportFile {
  readonly name: string
  readonly type: string
  readonly text: string
}

const columns = [
  'id',
  'parent',
  'trace',
  'operation',
  'algorithm',
  'start',
  'duration',
  'bytesIn',
  'bytesOut',
  'error',
  'phase',
  'peer',
  'epoch',
  'thread',
  'queueWait',
  'throttled',
] as const satisfies readonly (keyof OperationRecord)[]

/** RFC 4180. What a spreadsheet would take for a formula starts with a quote mark of its own. */
const cell = (value: string | number | boolean | null): string => {
  if (value === null) return ''
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const csvOf = (records: readonly OperationRecord[]): string =>
  [columns.join(','), ...records.map((entry) => columns.map((column) => cell(entry[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('')

const label = (value: string): string =>
  `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`

/** Prometheus text format 0.0.4: a summary of durations in seconds, and counters of errors. */
const prometheusOf = (log: RecordLog): string => {
  const rows = log.operations.snapshot(['operation', 'algorithm', 'thread'])
  const labels = (row: (typeof rows)[number], more = ''): string =>
    `{operation=${label(row.operation)},algorithm=${label(row.algorithm)},thread=${label(row.thread)}${more}}`
  const duration = 'mlwe_pake_operation_seconds'
  const errors = 'mlwe_pake_operation_errors_total'
  const quantiles = [
    ['0.5', 'p50'],
    ['0.9', 'p90'],
    ['0.95', 'p95'],
    ['0.99', 'p99'],
  ] as const
  const lines = [
    `# HELP ${duration} Duration of operations; quantiles are within 1 %`,
    `# TYPE ${duration} summary`,
    ...rows.flatMap((row) => [
      ...quantiles.map(([q, key]) => `${duration}${labels(row, `,quantile="${q}"`)} ${row[key] / 1_000}`),
      `${duration}_sum${labels(row)} ${(row.avgMs * row.count) / 1_000}`,
      `${duration}_count${labels(row)} ${row.count}`,
    ]),
    `# HELP ${errors} Operations that ended with an error`,
    `# TYPE ${errors} counter`,
    ...rows.map((row) => `${errors}${labels(row)} ${Math.round((1 - row.successRate) * row.count)}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/** The file in whole. `now` and its `origin` as `RecordLog.data`. */
export const exportText = (
  log: RecordLog,
  format: ExportFormat,
  clock: { readonly origin: number; readonly now: number },
): ExportFile => {
  switch (format) {
    case 'capture': {
      const text = JSON.stringify(captureOf(log.data(clock.origin, clock.now)))
      return { name: 'mlwe-pake-capture.json', type: 'application/json', text }
    }
    case 'metrics': {
      const text = JSON.stringify(exportMetrics(log.operations), null, 2)
      return { name: 'mlwe-pake-metrics.json', type: 'application/json', text }
    }
    case 'csv':
      return { name: 'mlwe-pake-records.csv', type: 'text/csv', text: csvOf(log.latest()) }
    case 'prometheus':
      return { name: 'mlwe-pake-metrics.prom', type: 'text/plain', text: prometheusOf(log) }
  }
}
