/** A recording of the wire as a JSON file, read strictly. */

import { parseTraceEvent, type TraceEvent } from '../../metrics/index.ts'
import { traceCapacity } from '../records/trace-log.ts'

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
  if (text.length > maxCharacters) return { problem: 'too-large' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'not-json' }
  }
  const { format: named, version: of, events } = Object(value) as Record<string, unknown>
  if (named !== format || !Array.isArray(events)) return { problem: 'not-a-trace' }
  if (of !== version) return { problem: 'other-version' }
  if (events.length > traceCapacity) return { problem: 'too-large' }
  const read: TraceEvent[] = []
  for (const one of events) {
    const event = parseTraceEvent(one)
    if (event === null || event.id <= (read.at(-1)?.id ?? 0)) return { problem: 'bad-event' }
    read.push(event)
  }
  return { events: read }
}
