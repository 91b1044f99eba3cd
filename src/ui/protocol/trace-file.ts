/** A recording of the wire as a JSON file, read strictly. */

import { parseTraceEvent, type TraceEvent } from '../../metrics/index.ts'
import { traceCapacity } from '../records/trace-log.ts'
import { readDocument } from '../shared/json.ts'

const format = 'mlwe-pake trace'
const version = 1
const maxCharacters = 4 * 1024 * 1024

export type TraceProblem = 'too-large' | 'not-json' | 'not-a-trace' | 'other-version' | 'bad-event'

export const traceText = (events: readonly TraceEvent[]): string =>
  JSON.stringify({ format, version, events })

/** At most 2,000 whole events whose ids grow; anything else is refused as a whole. */
export const readTrace = (
  text: string,
): { readonly events: readonly TraceEvent[] } | { readonly problem: TraceProblem } => {
  const document = readDocument(text, { format, version, maxCharacters })
  if ('problem' in document)
    return { problem: document.problem === 'other-format' ? 'not-a-trace' : document.problem }
  const { events } = document.fields
  if (!Array.isArray(events)) return { problem: 'not-a-trace' }
  if (events.length > traceCapacity) return { problem: 'too-large' }
  const read: TraceEvent[] = []
  for (const one of events) {
    const event = parseTraceEvent(one)
    if (event === null || event.id <= (read.at(-1)?.id ?? 0)) return { problem: 'bad-event' }
    read.push(event)
  }
  return { events: read }
}
