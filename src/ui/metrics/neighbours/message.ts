/** Messages between the tabs of one browser, parsed strictly. */

import type { LogData, SeriesData } from '../../records/log-data.ts'
import {
  CaptureProblem,
  flag,
  numberIn,
  oneOf,
  orNull,
  type Parse,
  shape,
  textOf,
} from '../../shared/json.ts'
import { parseLog } from '../capture/capture.ts'

/** What the tabs of one browser say to each other: figures of operations, as in a capture, and nothing of what was said. */
export type NeighbourMessage =
  /** Every tab that hears it answers with its figures; `whole`: from the beginning. */
  | { readonly kind: 'ask'; readonly from: string; readonly whole: boolean }
  | {
      readonly kind: 'tell'
      readonly from: string
      /** Display name, or empty. */
      readonly name: string
      /** The series hold what came since then, on the sender's clock; `null`: all of it, or a part of that. */
      readonly since: number | null
      readonly log: LogData
    }

const idDigits = 16
const maxName = 64

/** Hexadecimal digits of a new tab. */
export const newTabId = (random: Uint8Array): string =>
  [...random.subarray(0, idDigits / 2)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** A display name without what a message may not hold. */
export const nameToTell = (name: string): string => name.replaceAll(/\p{C}/gu, '').slice(0, maxName)

const tabId: Parse<string> = (value, path) => {
  const id = textOf(idDigits)(value, path)
  if (!/^[0-9a-f]{16}$/.test(id)) throw new CaptureProblem('capture/wrong-value', path)
  return id
}
const ask = shape({ kind: oneOf('ask'), from: tabId, whole: flag })
const tell = shape({
  kind: oneOf('tell'),
  from: tabId,
  name: textOf(maxName),
  since: orNull(numberIn(-1e15, 1e15)),
  log: parseLog,
})

/** Every page of this origin can say anything on the channel. Throws `CaptureProblem`. */
export const parseMessage = (value: unknown): NeighbourMessage => {
  const { kind } = Object(value) as { readonly kind?: unknown }
  return kind === 'ask' ? ask(value, '') : tell(value, '')
}

/** The log in parts of so few slices that to read one holds no page up. Each part has all totals. */
export const partsOf = (log: LogData, slices: number): readonly LogData[] => {
  const parts: { series: SeriesData[]; errors: SeriesData[] }[] = []
  let room = 0
  for (const list of ['series', 'errors'] as const) {
    for (const each of log[list]) {
      let part = parts.at(-1)
      if (part === undefined || room < each.slices.length) {
        part = { series: [], errors: [] }
        parts.push(part)
        room = slices
      }
      part[list].push(each)
      room -= each.slices.length
    }
  }
  return parts.length === 0 ? [log] : parts.map((part) => ({ ...log, ...part }))
}
