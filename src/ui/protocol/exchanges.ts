/** Rows of the trace as a reader follows them: exchanges under a heading, repeated heartbeats as one, healings on their frame. */

import type { Lane, TraceFrame } from '../../metrics/index.ts'
import type { Row } from './rows.ts'

/** One password exchange or handshake with one member, from its first frame to its last. */
export interface Exchange {
  /** Of its first frame. */
  readonly id: number
  readonly kind: 'password' | 'handshake'
  readonly peer: Lane
  readonly rows: readonly TraceFrame[]
}

export type Item =
  | { readonly kind: 'exchange'; readonly exchange: Exchange }
  /** `healed`: the frame completed a turn of the ratchet. */
  | { readonly kind: 'row'; readonly row: Row; readonly inExchange: boolean; readonly healed: boolean }
  | { readonly kind: 'fold'; readonly rows: readonly TraceFrame[] }

const kinds: readonly (readonly [Exchange['kind'], RegExp])[] = [
  ['password', /^(pake [1-5]|admission [23])$/],
  ['handshake', /^handshake [12]$/],
]
const firsts = new Set(['pake 1', 'handshake 1'])

const peerOf = ({ from, to }: TraceFrame): Lane => (from === 'me' ? to : from)

/** Oldest first. One that began before the first row begins with what is left of it. */
export const exchangesOf = (rows: readonly Row[]): readonly Exchange[] => {
  const found: { id: number; kind: Exchange['kind']; peer: Lane; rows: TraceFrame[] }[] = []
  for (const row of rows) {
    if (row.kind !== 'frame') continue
    const kind = kinds.find(([, types]) => types.test(row.type))?.[0]
    if (kind === undefined) continue
    const peer = peerOf(row)
    const open = found.findLast((one) => one.kind === kind && one.peer === peer)
    if (open === undefined || firsts.has(row.type)) found.push({ id: row.id, kind, peer, rows: [row] })
    else open.rows.push(row)
  }
  return found
}

const isHeartbeat = (row: Row | undefined): row is TraceFrame =>
  row?.kind === 'frame' && row.inside === 'heartbeat'

/** A heartbeat between others of its kind tells nothing new. */
const leastFolded = 3

/**
 * @param unfolded - folds that the reader opened, by the id of their first row
 * @param asRelay - the relay cannot tell a heartbeat from anything else, nor see what healed
 */
export const itemsOf = (
  rows: readonly Row[],
  { unfolded, asRelay }: { readonly unfolded: ReadonlySet<number>; readonly asRelay: boolean },
): readonly Item[] => {
  const exchanges = exchangesOf(rows)
  const starts = new Map(exchanges.map((exchange) => [exchange.id, exchange]))
  const within = new Set(exchanges.flatMap((exchange) => exchange.rows))
  const items: Item[] = []
  /** The row behind a run that stays as it is. */
  let unfoldedTo = 0
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as Row
    if (!asRelay && isHeartbeat(row) && at >= unfoldedTo) {
      const run = [row]
      for (let next = rows[at + 1]; isHeartbeat(next); next = rows[at + run.length]) run.push(next)
      unfoldedTo = at + run.length
      if (run.length >= leastFolded && !unfolded.has(row.id)) {
        items.push({ kind: 'fold', rows: run })
        at += run.length - 1
        continue
      }
    }
    const last = items.at(-1)
    const heals =
      row.kind === 'mark' &&
      row.mark === 'healing-turn' &&
      last?.kind === 'row' &&
      last.row.kind === 'frame' &&
      peerOf(last.row) === row.peer
    if (heals) {
      items[items.length - 1] = { ...last, healed: true }
      continue
    }
    const exchange = starts.get(row.id)
    if (exchange !== undefined) items.push({ kind: 'exchange', exchange })
    items.push({ kind: 'row', row, inExchange: row.kind === 'frame' && within.has(row), healed: false })
  }
  return items
}
