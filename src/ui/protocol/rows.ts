/** Trace events as rows: their text, their fields, the filter, and the lanes they touch. */

import type { Lane, TraceEvent, TraceMark } from '../../metrics/index.ts'

export type Row = TraceEvent

/** Of the reader's language. */
export interface RowWords {
  readonly marks: Readonly<Record<TraceMark['mark'], string>>
  readonly lane: (lane: Lane) => string
}

/** What stands in a row as words: for the relay, only what it can read. */
export const textOf = (row: Row, asRelay: boolean, { marks, lane }: RowWords): string =>
  row.kind === 'mark'
    ? [marks[row.mark], ...(row.peer === null ? [] : [lane(row.peer)])].join(', ')
    : asRelay || row.inside === null
      ? row.type
      : `${row.type}: ${row.inside}`

export const fieldsOf = (row: Row, asRelay: boolean): readonly (readonly [string, number])[] =>
  row.kind === 'mark' ? [] : Object.entries(asRelay ? row.fields : { ...row.fields, ...row.insideFields })

/** Every word of the filter stands somewhere in the row, as it is shown or as a recording names it. */
export const matches = (row: Row, filter: string, asRelay: boolean, words: RowWords): boolean => {
  const codes = row.kind === 'mark' ? `${row.mark} ${row.peer}` : `${row.from} ${row.to} ${row.path}`
  const text = `${textOf(row, asRelay, words)} ${codes}`.toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** What passes the relay: marks and frames between two browsers do not. */
export const relayRows = (rows: readonly Row[]): readonly Row[] =>
  rows.filter((row) => row.kind === 'frame' && row.path !== 'direct')

/** The lanes that `rows` touch, this tab first, the relay second, then members by the order of meeting. */
export const lanesOf = (rows: readonly Row[]): readonly Lane[] => {
  const seen = new Set<Lane>()
  for (const row of rows) {
    if (row.kind === 'frame') seen.add(row.from).add(row.to)
    else if (row.peer !== null) seen.add(row.peer)
  }
  for (const fixed of ['me', 'relay'] as const) seen.delete(fixed)
  const number = (lane: Lane): number => Number(lane.slice('peer-'.length))
  return ['me', 'relay', ...[...seen].sort((a, b) => number(a) - number(b))]
}
