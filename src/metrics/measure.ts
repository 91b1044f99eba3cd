import type { Recorder } from './record.ts'

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

/**
 * Runs `work` and leaves exactly one record of it: on return, on rejection, on throw.
 * `sizeOf` gives the size of the result in bytes. What `work` throws is thrown on.
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
  const finish = (bytesOut: number, error: string | null): void =>
    recorder.record({ ...subject, start, duration: recorder.now() - start, bytesOut, error })
  const succeed = (value: T): T => {
    finish(sizeOf(value), null)
    return value
  }
  const fail = (error: unknown): never => {
    finish(0, codeOf(error))
    throw error
  }
  let result: T | Promise<T>
  try {
    result = work()
  } catch (error) {
    return fail(error)
  }
  return result instanceof Promise ? result.then(succeed, fail) : succeed(result)
}
