/**
 * The trace of one tab: an event per frame that left or arrived, and marks between them. Read strictly, since a
 * file may bring anything.
 */

/** An end of an arrow: this tab, the relay, or a member by the order of meeting. */
export type Lane = 'me' | 'relay' | `peer-${number}`

export const tracePaths = ['relay', 'direct', 'mail'] as const
export const traceMarks = [
  'join',
  'leave',
  'rekey',
  'healing-turn',
  'direct-link',
  'relay-link',
  'link-lost',
  'reconnect',
  'failed-attempt',
  'rejected',
] as const

interface Placed {
  /** Positive, growing within one tab. */
  readonly id: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** One frame as it left or came. Public facts only: no key bytes, no plaintext, no name. */
export interface TraceFrame extends Placed {
  readonly kind: 'frame'
  readonly from: Lane
  readonly to: Lane
  readonly path: (typeof tracePaths)[number]
  /** As anybody on its way can tell, the relay too: `pake 3`, `pair`, `group message`. */
  readonly type: string
  /** What the pair session sealed in it, known to its two ends: `epoch`, `ack`. `null`: nothing, or it did not open. */
  readonly inside: string | null
  /** Bytes of the frame, padded where it is sealed, without the transport's own envelope. */
  readonly size: number
  /** Bytes of its classical equivalent. */
  readonly classical: number
  /** What anybody on its way can read besides, such as the suite. */
  readonly fields: Readonly<Record<string, number>>
  /** What was sealed in it, in numbers: the counter of the epoch, say. */
  readonly insideFields: Readonly<Record<string, number>>
  /** First 8 hexadecimal digits of the other member's address: all that the relay knows of who that is. */
  readonly address: string
}

/** Something that happened here, and to whom; `null` for the group as a whole. */
export interface TraceMark extends Placed {
  readonly kind: 'mark'
  readonly mark: (typeof traceMarks)[number]
  readonly peer: Lane | null
}

export type TraceEvent = TraceFrame | TraceMark

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isTime = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0
const isLane = (value: unknown): value is Lane =>
  typeof value === 'string' && /^(me|relay|peer-[1-9]\d{0,3})$/.test(value)
const isWord = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z][a-z0-9 -]{0,39}$/.test(value)
const isOneOf = <T extends string>(list: readonly T[], value: unknown): value is T =>
  list.some((one) => one === value)

const hasOnly = (value: object, keys: readonly string[]): boolean =>
  Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key))

const areFields = (value: unknown): value is Record<string, number> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const entries = Object.entries(value)
  return entries.length <= 16 && entries.every(([key, one]) => isWord(key) && isCount(one))
}

const frameKeys = 'kind id at from to path type inside size classical fields insideFields address'.split(' ')
const markKeys = ['kind', 'id', 'at', 'mark', 'peer']

/**
 * @param value - parsed JSON, untrusted
 * @returns the event, or `null` for anything but a whole event and nothing besides
 */
export const parseTraceEvent = (value: unknown): TraceEvent | null => {
  if (typeof value !== 'object' || value === null) return null
  const { kind, id, at, ...rest } = value as Record<string, unknown>
  if (!isCount(id) || id === 0 || !isTime(at)) return null
  if (kind === 'mark') {
    const { mark, peer } = rest
    if (!hasOnly(value, markKeys) || !isOneOf(traceMarks, mark)) return null
    return peer === null || isLane(peer) ? { kind, id, at, mark, peer } : null
  }
  const { from, to, path, type, inside, size, classical, fields, insideFields, address } = rest
  if (kind !== 'frame' || !hasOnly(value, frameKeys)) return null
  if (!isLane(from) || !isLane(to) || !isOneOf(tracePaths, path) || !isWord(type)) return null
  if (inside !== null && !isWord(inside)) return null
  if (
    !areFields(insideFields) ||
    !isCount(size) ||
    !isCount(classical) ||
    classical > size ||
    !areFields(fields)
  )
    return null
  if (typeof address !== 'string' || !/^[0-9a-f]{8}$/.test(address)) return null
  const copied = { fields: { ...fields }, insideFields: { ...insideFields } }
  return { kind, id, at, from, to, path, type, inside, size, classical, ...copied, address }
}
