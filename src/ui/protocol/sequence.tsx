/** The sequence diagram: a lane for this tab, the relay and each member, an arrow for each frame. */

import { memo, useLayoutEffect, useMemo, useRef } from 'react'
import type { Lane } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import styles from './protocol-screen.module.css'
import { lanesOf, type Row, textOf } from './rows.ts'

/** As many arrows as a reader can follow; the table has more. */
export const maxArrows = 120
const laneWidth = 74
const rowHeight = 26

interface Props {
  /** Oldest first. */
  readonly rows: readonly Row[]
  readonly asRelay: boolean
  readonly selected: number | null
  readonly onSelect: (id: number) => void
}

const place = (lanes: readonly Lane[], lane: Lane): number => (lanes.indexOf(lane) + 0.5) * laneWidth

export function Sequence({ rows, asRelay, selected, onSelect }: Props) {
  const { protocol } = useWording()
  const key = lanesOf(rows).join()
  // The same array as long as the lanes are the same: rows that stay are not drawn again.
  const lanes = useMemo(() => key.split(',') as Lane[], [key])
  const list = useRef<HTMLOListElement>(null)
  const newest = rows.at(-1)?.id
  useLayoutEffect(() => {
    if (newest !== undefined && list.current !== null) list.current.scrollTop = list.current.scrollHeight
  }, [newest])
  return (
    <div className={styles.sequence}>
      <svg width={lanes.length * laneWidth} height="22" className={styles.heads} aria-hidden="true">
        {lanes.map((lane) => (
          <text key={lane} x={place(lanes, lane)} y="15" textAnchor="middle">
            {protocol.lane(lane)}
          </text>
        ))}
      </svg>
      <ol ref={list} className={styles.arrows} aria-label={protocol.arrows}>
        {rows.map((row) => (
          <Item
            key={row.id}
            row={row}
            lanes={lanes}
            asRelay={asRelay}
            isSelected={selected === row.id}
            onSelect={onSelect}
          />
        ))}
      </ol>
    </div>
  )
}

interface ItemProps {
  readonly row: Row
  readonly lanes: readonly Lane[]
  readonly asRelay: boolean
  readonly isSelected: boolean
  readonly onSelect: (id: number) => void
}

const Item = memo(function Item({ row, lanes, asRelay, isSelected, onSelect }: ItemProps) {
  const { protocol } = useWording()
  const { preciseTime: time } = useFormats()
  const x = (lane: Lane): number => place(lanes, lane)
  const text = textOf(row, asRelay, protocol)
  const label =
    row.kind === 'mark'
      ? `${time(row.at)} ${text}`
      : `${time(row.at)} ${text}, ${protocol.way(row.from, row.to, row.path)}, ${protocol.bytes(row.size)}`
  return (
    <li className={styles.item}>
      <button
        type="button"
        className={styles.arrow}
        aria-label={label}
        aria-pressed={isSelected}
        onClick={() => onSelect(row.id)}
      >
        <svg width={lanes.length * laneWidth} height={rowHeight} aria-hidden="true">
          {lanes.map((lane) => (
            <line key={lane} className={styles.lane} x1={x(lane)} x2={x(lane)} y1="0" y2={rowHeight} />
          ))}
          {row.kind === 'frame' ? (
            <Arrow from={x(row.from)} to={x(row.to)} relay={row.path === 'direct' ? null : x('relay')} />
          ) : (
            <circle className={styles.dot} cx={x(row.peer ?? 'me')} cy={rowHeight / 2} r="4" />
          )}
        </svg>
        <span className={styles.kind} data-kind={row.kind === 'mark' ? 'mark' : row.type.split(' ')[0]}>
          {text}
        </span>
        <span className={styles.size}>{row.kind === 'frame' && protocol.bytes(row.size)}</span>
        <span className={styles.time}>{time(row.at)}</span>
      </button>
    </li>
  )
})

interface Ends {
  readonly from: number
  readonly to: number
  /** Where the relay stands; `null` for what passes it by. */
  readonly relay: number | null
}

function Arrow({ from, to, relay }: Ends) {
  const y = rowHeight / 2
  const towards = to > from ? 1 : -1
  return (
    <>
      <line
        className={styles.shaft}
        data-direct={relay === null}
        x1={from}
        x2={to - 7 * towards}
        y1={y}
        y2={y}
      />
      <path className={styles.head} d={`M${to},${y} l${-8 * towards},-4 v8 z`} />
      {relay !== null && <circle className={styles.hop} cx={relay} cy={y} r="4" />}
    </>
  )
}
