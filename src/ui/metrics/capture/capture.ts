/** A capture: the whole record log as JSON, bounded and read strictly. */

import type { OperationRecord, SliceData, TallyData } from '../../../metrics/index.ts'
import { type LogData, logLimits, type SeriesData } from '../../records/log-data.ts'
import { RecordLog } from '../../records/record-log.ts'
import {
  CaptureProblem,
  flag,
  integerIn,
  listOf,
  numberIn,
  oneOf,
  orNull,
  type Parse,
  readDocument,
  shape,
  textOf,
} from '../../shared/json.ts'

const format = 'mlwe-pake-capture'
const version = 1
/** Bytes. A full log of an hour has some five million. */
export const maxCaptureBytes = 32 * 2 ** 20

/** All that the Metrics tab shows, to be shown again. */
export interface Capture {
  readonly format: typeof format
  readonly version: typeof version
  readonly log: LogData
}

export const captureOf = (log: LogData): Capture => ({ format, version, log })

const most = Number.MAX_SAFE_INTEGER
const count = integerIn(0, most)
const magnitude = numberIn(0, 1e15)
/** Milliseconds on a page's clock: before its zero, too, for what was loaded. */
const moment = numberIn(-1e15, 1e15)
const name = textOf(80)
const id = integerIn(1, most)

const durations = shape<TallyData['durations']>({
  zeros: count,
  sum: magnitude,
  min: magnitude,
  max: magnitude,
  buckets: listOf(integerIn(-most, most), 8_000),
})
const record = shape<OperationRecord>({
  operation: name,
  algorithm: name,
  start: moment,
  duration: magnitude,
  bytesIn: count,
  bytesOut: count,
  error: orNull(name),
  id,
  parent: orNull(id),
  trace: id,
  phase: orNull(name),
  peer: orNull(name),
  epoch: orNull(count),
  thread: oneOf('worker', 'page'),
  queueWait: magnitude,
  throttled: flag,
})
const tally = shape<TallyData>({
  operation: name,
  algorithm: name,
  peer: name,
  thread: oneOf('worker', 'page', ''),
  errors: count,
  bytes: count,
  durations,
})
const slice = shape<SliceData>({ index: integerIn(-most, most), errors: count, bytes: count, durations })
const series = shape<SeriesData>({
  key: textOf(163),
  level: oneOf(0, 1),
  slices: listOf(slice, logLimits.slices),
})
const records = (limit: number): Parse<readonly OperationRecord[]> => listOf(record, limit)

/** Bounds of every part; `RecordLog` finds what contradicts itself. */
export const parseLog: Parse<LogData> = shape<LogData>({
  origin: numberIn(-1e15, 1e15),
  at: moment,
  total: count,
  operations: listOf(tally, 2_000),
  series: listOf(series, 2 * logLimits.keys),
  errors: listOf(series, 2 * logLimits.keys),
  latest: records(logLimits.latest),
  slowest: records(logLimits.slowest),
  parts: records(logLimits.slowest * logLimits.partsOfTrace),
})

export interface LoadedCapture {
  readonly log: RecordLog
  /** When it was taken, on the clock of this page, whose zero is `origin` milliseconds after 1970. */
  readonly at: number
}

/** Reads a capture. Throws `CaptureProblem`; nothing else is touched. */
export const readCapture = (text: string, origin: number): LoadedCapture => {
  const read = readDocument(text, { format, version, maxCharacters: maxCaptureBytes })
  if ('problem' in read) {
    const path = { 'too-large': '', 'not-json': '', 'other-format': 'format', 'other-version': 'version' }
    throw new CaptureProblem(`capture/${read.problem}`, path[read.problem])
  }
  const capture = shape<Capture>({ format: oneOf(format), version: oneOf(version), log: parseLog })(
    read.fields,
    '',
  )
  const log = RecordLog.from(capture.log, origin)
  if (log === null) throw new CaptureProblem('capture/contradiction', 'log')
  return { log, at: capture.log.at + capture.log.origin - origin }
}
