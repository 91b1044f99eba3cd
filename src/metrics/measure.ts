/** One operation, one record, taken where the operation is called: on return, on rejection, on throw. */

import type { Recorder, Span } from './record.ts'
import { within } from './tracer.ts'

interface Subject {
  readonly operation: string
  readonly algorithm: string
  /** Bytes. */
  readonly bytesIn: number
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'error'

/** Field by field: this runs several times for each message. */
const leave = (
  recorder: Recorder,
  { operation, algorithm, bytesIn }: Subject,
  start: number,
  {
    bytesOut = 0,
    error = null,
    span,
  }: { readonly bytesOut?: number; readonly error?: string | null; readonly span?: Span },
): void => {
  const duration = recorder.now() - start
  recorder.record({ operation, algorithm, start, duration, bytesIn, bytesOut, error }, span)
}

/**
 * Runs `work` and leaves exactly one record of it: on return, on rejection, on throw.
 *
 * @param recorder - where the record goes
 * @param subject - what is measured
 * @param work - the operation
 * @param sizeOf - bytes of its result
 * @returns what `work` returns
 * @throws what `work` throws
 */
export function measure<T>(
  recorder: Recorder,
  subject: Subject,
  work: () => Promise<T>,
  sizeOf: (value: T) => number,
): Promise<T>
export function measure<T>(
  recorder: Recorder,
  subject: Subject,
  work: () => T,
  sizeOf: (value: T) => number,
): T
export function measure<T>(
  recorder: Recorder,
  subject: Subject,
  work: () => T | Promise<T>,
  sizeOf: (value: T) => number,
): T | Promise<T> {
  const start = recorder.now()
  let result: T | Promise<T>
  try {
    result = work()
  } catch (error) {
    leave(recorder, subject, start, { error: codeOf(error) })
    throw error
  }
  if (!(result instanceof Promise)) {
    leave(recorder, subject, start, { bytesOut: sizeOf(result) })
    return result
  }
  return result.then(
    (value) => {
      leave(recorder, subject, start, { bytesOut: sizeOf(value) })
      return value
    },
    (error) => {
      leave(recorder, subject, start, { error: codeOf(error) })
      throw error
    },
  )
}

/**
 * Like `measure`, for an operation made of others: what `work` records lies in it.
 *
 * @param recorder - where the record goes
 * @param subject - what is measured
 * @param work - the operation
 * @param sizeOf - bytes of its result
 * @returns what `work` returns
 * @throws what `work` throws
 */
export const measureWhole = async <T>(
  recorder: Recorder,
  subject: Subject,
  work: () => Promise<T>,
  sizeOf: (value: T) => number,
): Promise<T> => {
  const start = recorder.now()
  const opened = recorder.spans?.open(false)
  const ends = opened === undefined ? {} : { span: opened }
  try {
    const value = await within(recorder, opened ?? null, work)
    leave(recorder, subject, start, { bytesOut: sizeOf(value), ...ends })
    return value
  } catch (error) {
    leave(recorder, subject, start, { error: codeOf(error), ...ends })
    throw error
  }
}
