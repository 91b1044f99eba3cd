import { pino } from 'pino'

/** One line of JSON an event. Fields are numbers and fixed words: no room, address, IP address or payload. */
export interface Log {
  info(fields: Readonly<Record<string, number | string>>, event: string): void
  warn(fields: Readonly<Record<string, number | string>>, event: string): void
  error(fields: Readonly<Record<string, number | string>>, event: string): void
}

export const logLevels = ['silent', 'error', 'warn', 'info'] as const
export type LogLevel = (typeof logLevels)[number]

/** Writes to standard error, so that a line that a program waits for can stand alone on standard output. */
export const createLog = (level: LogLevel): Log =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )

/** What an error says of itself in a log: its kind, never its text, which may name what must not be logged. */
export const kindOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return 'unknown'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
