/** The sequence diagram: a lane for this tab, the relay and each member, an arrow for each frame. */

import { type KeyboardEvent, useMemo, useState } from 'react'
import type { Lane } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import { type Item, itemsOf } from './exchanges.ts'
import { lanesOf, type Row } from './rows.ts'
import styles from './sequence.module.css'
import { ExchangeHead, FoldedRow, FrameRow, MarkRow } from './sequence-rows.tsx'
import { useFollowedEnd } from './use-followed-end.ts'
import type { LaneNames } from './use-lane-names.ts'

/** As many arrows as a reader can follow; the table has more. */
export const maxArrows = 300

export type Side = 'me' | 'both' | 'relay'

/** Of the row; that of a fold is its first row's, and a heading has none. */
const idOf = (item: Item): number =>
  item.kind === 'row' ? item.row.id : item.kind === 'fold' ? (item.rows[0]?.id ?? -1) : -1

interface Props {
  /** Oldest first. */
  readonly rows: readonly Row[]
  readonly side: Side
  readonly names: LaneNames
  readonly selected: number | null
  readonly onSelect: (id: number) => void
}

export function Sequence({ rows, side, names, selected, onSelect }: Props) {
  const { protocol } = useWording()
  const { count } = useFormats()
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set())
  const lanes = lanesOf(rows)
  const items = useMemo(() => itemsOf(rows, { unfolded, asRelay: side === 'relay' }), [rows, unfolded, side])
  const { list, missed, onScroll, toEnd } = useFollowedEnd(rows.at(-1)?.id ?? 0, rows)
  const [focused, setFocused] = useState<number | null>(null)
  const ids = items.map(idOf)
  const stop = focused !== null && ids.includes(focused) ? focused : ids.at(-1)
  const shared = (id: number) => ({ lanes, side, names, isStop: id === stop })
  return (
    <div className={styles.sequence} data-side={side} style={{ '--lanes': lanes.length } as object}>
      <div className={styles.heads} aria-hidden="true">
        <span />
        <div className={styles.lanes}>
          {lanes.map((lane) => (
            <span key={lane} className={styles.head}>
              <Portrait lane={lane} name={names(lane)} />
              <span>{names(lane)}</span>
            </span>
          ))}
        </div>
        {side === 'both' && <span className={styles.relayHead}>{protocol.relayView}</span>}
      </div>
      <ol
        ref={list}
        className={styles.arrows}
        aria-label={protocol.arrows}
        onScroll={onScroll}
        onKeyDown={moveFocus}
        onFocus={({ target }) => setFocused(Number(target.dataset.row))}
      >
        {items.map((item) => {
          if (item.kind === 'exchange')
            return (
              <ExchangeHead key={`exchange ${item.exchange.id}`} exchange={item.exchange} names={names} />
            )
          if (item.kind === 'fold') {
            const id = idOf(item)
            const unfold = () => setUnfolded(new Set([...unfolded, id]))
            return <FoldedRow key={id} rows={item.rows} {...shared(id)} onUnfold={unfold} />
          }
          const { row } = item
          const common = { ...shared(row.id), isSelected: selected === row.id, onSelect }
          return row.kind === 'mark' ? (
            <MarkRow key={row.id} row={row} {...common} />
          ) : (
            <FrameRow key={row.id} row={row} healed={item.healed} inExchange={item.inExchange} {...common} />
          )
        })}
      </ol>
      {missed > 0 && (
        <button type="button" className={styles.fresh} onClick={toEnd}>
          {protocol.below(count(missed))}
        </button>
      )}
    </div>
  )
}

const hues = 8

function Portrait({ lane, name }: { readonly lane: Lane; readonly name: string }) {
  const number = Number(/\d+/.exec(lane)?.[0] ?? 0)
  return (
    <span className={styles.portrait} data-lane={number === 0 ? lane : `hue-${number % hues}`}>
      {lane === 'relay' ? '⇄' : (Array.from(name)[0] ?? '').toLocaleUpperCase()}
    </span>
  )
}

/** One tab stop for the list; arrow keys, Home and End go through it. */
const moveFocus = (event: KeyboardEvent<HTMLOListElement>): void => {
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const at = buttons.indexOf(event.target as HTMLButtonElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
  const next = to === undefined ? undefined : buttons[to]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
