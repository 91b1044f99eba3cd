/** Structured logs without rooms, addresses, IP addresses or payloads. */

import { pino } from 'pino'

/** One line of JSON per event. Fields are numbers and fixed words. */
export interface Log {
  info(fields: Readonly<Record<string, number | string>>, event: string): void
  warn(fields: Readonly<Record<string, number | string>>, event: string): void
  error(fields: Readonly<Record<string, number | string>>, event: string): void
}

export const logLevels = ['silent', 'error', 'warn', 'info'] as const
export type LogLevel = (typeof logLevels)[number]

/** Logs to standard error, since programs wait for the one line on standard output. */
export const createLog = (level: LogLevel): Log =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )

/** The code or class of an error. Its message is never logged, since it may contain private data. */
export const kindOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return 'unknown'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
