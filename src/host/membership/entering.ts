/**
 * The span from the user's command to the joined room. Every step until then is recorded inside it.
 *
 *   open ──arrive──> over
 */

import { type Tracer, within } from '../../metrics/index.ts'

export interface Entering {
  /** Runs `work` inside the span while it is open. */
  within<T>(work: () => Promise<T>): Promise<T>
  /** Closes the span; later calls do nothing. `null`: the member has joined. */
  arrive(error: string | null): void
}

export const beginEntering = (tracer: Tracer, operation: 'join' | 'resume'): Entering => {
  const start = tracer.now()
  const span = tracer.spans.open(true)
  let over = false
  return {
    within: (work) => within(tracer, over ? null : span, work),
    arrive(error) {
      if (over) return
      over = true
      const entry = { operation, algorithm: 'admission', start, duration: tracer.now() - start }
      tracer.record({ ...entry, bytesIn: 0, bytesOut: 0, error }, span)
    },
  }
}
