import { type Tracer, within } from '../../metrics/index.ts'

/** The span from the user's command to the room, which all its steps lie in. */
export interface Entering {
  /** Once it is over, `work` stands for itself. */
  within<T>(work: () => Promise<T>): Promise<T>
  /** Ends it, once: `null` when the member is in. */
  arrive(error: string | null): void
}

export const beginEntering = (tracer: Tracer, operation: 'join' | 'resume', suite: 1 | 2): Entering => {
  const start = tracer.now()
  const span = tracer.spans.open(true)
  let over = false
  return {
    within: (work) => within(tracer, over ? null : span, work),
    arrive(error) {
      if (over) return
      over = true
      const entry = { operation, algorithm: `suite ${suite}`, start, duration: tracer.now() - start }
      tracer.record({ ...entry, bytesIn: 0, bytesOut: 0, error }, span)
    },
  }
}
