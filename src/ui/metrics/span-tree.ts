/** The parts of a trace as a tree. */

import type { OperationRecord } from '../../metrics/index.ts'

export interface SpanNode {
  readonly record: OperationRecord
  readonly parts: readonly SpanNode[]
  /** Milliseconds of its own: not in any part. Parts of one operation do not overlap. */
  readonly own: number
}

/** What lies in what. A record whose whole is not among them stands on its own. */
export const spanTree = (records: readonly OperationRecord[]): readonly SpanNode[] => {
  const known = new Set(records.map(({ id }) => id))
  const parts = new Map<number | null, OperationRecord[]>()
  for (const record of records) {
    const { id, parent } = record
    const whole = parent !== null && parent !== id && known.has(parent) ? parent : null
    const siblings = parts.get(whole) ?? []
    parts.set(whole, siblings)
    siblings.push(record)
  }
  const seen = new Set<number>()
  const nodesIn = (parent: number | null): readonly SpanNode[] =>
    (parts.get(parent) ?? [])
      .filter(({ id }) => !seen.has(id) && seen.add(id))
      .toSorted((a, b) => a.start - b.start)
      .map((record) => {
        const inner = nodesIn(record.id)
        const spent = inner.reduce((sum, part) => sum + part.record.duration, 0)
        return { record, parts: inner, own: Math.max(0, record.duration - spent) }
      })
  return nodesIn(null)
}
