/**
 * Puts each measurement where it belongs. Steps never overlap, so the innermost open span is known without an
 * argument.
 *
 *   join ─┬─ pake_run ─── kem_encapsulation
 *         └─ peer_step ── pair_seal ── aead_seal
 */

import type { Measurement, OperationRecord, Recorder, Span, Spans } from './record.ts'

/** What is true of every record until the next `note`. */
export interface Circumstances
  extends Pick<OperationRecord, 'phase' | 'peer' | 'epoch' | 'queueWait' | 'throttled'> {}

export interface Tracer extends Recorder {
  readonly spans: Spans
  note(change: Partial<Circumstances>): void
}

interface OpenSpan {
  readonly parent: Span | null
  readonly trace: Span
  readonly lasting: boolean
}

/** A span that was given up never ends: the oldest makes room. */
const maxOpen = 256
const noWhere: Circumstances = { phase: null, peer: null, epoch: null, queueWait: 0, throttled: false }

/**
 * Ids are odd in the Worker and even on the page, so that both number theirs alone.
 *
 * @param thread - where it runs
 * @param now - clock, milliseconds
 * @param emit - takes each finished record
 * @returns the recorder to give to the core
 */
export const createTracer = (
  thread: OperationRecord['thread'],
  now: () => number,
  emit: (entry: OperationRecord) => void,
): Tracer => {
  const open = new Map<Span, OpenSpan>()
  const innermost: Span[] = []
  let where = noWhere
  let last = thread === 'worker' ? -1 : 0

  const nextId = (): number => {
    last += 2
    return last
  }
  const current = (lasting: boolean): Span | null =>
    innermost.findLast((span) => !lasting || open.get(span)?.lasting === true) ?? null
  const placeIn = (id: Span, parent: Span | null, lasting: boolean): OpenSpan => ({
    parent,
    trace: parent === null ? id : (open.get(parent)?.trace ?? parent),
    lasting,
  })

  return {
    now,
    note: (change) => {
      where = { ...where, ...change }
    },
    spans: {
      open(lasting) {
        const id = nextId()
        if (open.size >= maxOpen) open.delete(open.keys().next().value ?? id)
        open.set(id, placeIn(id, current(lasting), lasting))
        return id
      },
      enter(span) {
        innermost.push(span)
        return () => {
          const at = innermost.lastIndexOf(span)
          if (at >= 0) innermost.splice(at, 1)
        }
      },
      drop: (span) => void open.delete(span),
    },
    record({ operation, algorithm, start, duration, bytesIn, bytesOut, error }: Measurement, span) {
      const id = span ?? nextId()
      const { parent, trace } = open.get(id) ?? placeIn(id, innermost.at(-1) ?? null, false)
      open.delete(id)
      const { phase, peer, epoch, queueWait, throttled } = where
      // Field by field: this runs several times for each message.
      emit({
        operation,
        algorithm,
        start,
        duration,
        bytesIn,
        bytesOut,
        error,
        id,
        parent,
        trace,
        phase,
        peer,
        epoch,
        thread,
        queueWait,
        throttled,
      })
    },
  }
}

/**
 * Runs `work` as the innermost span: what it records lies in `span`.
 *
 * @param recorder - the one in use
 * @param span - an open span, or `null` where nobody traces
 * @param work - the operation
 * @returns what `work` returns
 */
export const within = async <T>(
  recorder: Recorder,
  span: Span | null,
  work: () => Promise<T>,
): Promise<T> => {
  const leave = span === null ? undefined : recorder.spans?.enter(span)
  try {
    return await work()
  } finally {
    leave?.()
  }
}

/**
 * @param now - clock, milliseconds
 * @param rounds - records to make
 * @returns what one record costs on this machine and thread: the mean in nanoseconds
 */
export const recordCostNs = (now: () => number, rounds = 4_000): number => {
  let kept: OperationRecord | null = null
  const tracer = createTracer('worker', now, (entry) => {
    kept = entry
  })
  const entry = { operation: 'cost', algorithm: 'cost', bytesIn: 1, bytesOut: 1, error: null }
  const start = now()
  for (let i = 0; i < rounds; i++) {
    const begin = now()
    tracer.record({ ...entry, start: begin, duration: now() - begin })
  }
  const spent = now() - start
  if (kept === null) throw new Error('nothing was recorded')
  return (spent / rounds) * 1e6
}
