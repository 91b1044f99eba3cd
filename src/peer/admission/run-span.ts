/**
 * Each run is one `pake_run` on the recorder: from this side's first secret to the flow that decides it.
 */
import { type Span, within } from '../../metrics/index.ts'
import type { Proof } from '../frames.ts'
import type { Transaction } from '../transaction.ts'

export interface RunSpan {
  /** Milliseconds on the recorder's clock. */
  readonly start: number
  /** `null` where nobody traces. */
  readonly span: Span | null
}

export const openSpan = ({ ports: { recorder } }: Transaction): RunSpan => ({
  start: recorder.now(),
  span: recorder.spans?.open(true) ?? null,
})

/** What `work` records lies in the run. */
export const inSpan = <T>(tx: Transaction, { span }: RunSpan, work: () => Promise<T>): Promise<T> =>
  within(tx.ports.recorder, span, work)

/** @param error - `null` where the other side proved the password */
export const recordRun = (
  { ports: { recorder } }: Transaction,
  { start, span }: RunSpan,
  proof: Proof,
  error: string | null,
): void => {
  const algorithm = proof === 'password' ? 'CPaceOQUAKE+' : 'CPaceOQUAKE'
  const duration = recorder.now() - start
  const entry = { operation: 'pake_run', algorithm, start, duration, bytesIn: 0, bytesOut: 0, error }
  recorder.record(entry, span ?? undefined)
}

/** Ended before it was decided: no record. */
export const dropSpan = ({ ports: { recorder } }: Transaction, { span }: RunSpan): void => {
  if (span !== null) recorder.spans?.drop(span)
}
