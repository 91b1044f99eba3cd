/** The rows of the sequence diagram. */

import { memo } from 'react'
import type { Lane, TraceFrame, TraceMark } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { useFormats } from '../shared/format.ts'
import type { Exchange } from './exchanges.ts'
import { textOf } from './rows.ts'
import styles from './sequence.module.css'
import type { Side } from './sequence.tsx'
import type { LaneNames } from './use-lane-names.ts'

interface Shared {
  /** Whether Tab leads here: one row of the list at a time. */
  readonly isStop: boolean
  readonly lanes: readonly Lane[]
  readonly side: Side
  readonly names: LaneNames
}

interface Selectable extends Shared {
  readonly isSelected: boolean
  readonly onSelect: (id: number) => void
}

const middle = (lanes: readonly Lane[], lane: Lane): number =>
  ((Math.max(0, lanes.indexOf(lane)) + 0.5) / lanes.length) * 100

export function ExchangeHead({
  exchange,
  names,
}: {
  readonly exchange: Exchange
  readonly names: LaneNames
}) {
  const { protocol } = useWording()
  const { ms } = useFormats()
  const { kind, peer, rows } = exchange
  const took = (rows.at(-1)?.at ?? 0) - (rows[0]?.at ?? 0)
  return (
    <li className={styles.exchange} data-kind={kind}>
      {protocol.exchanges[kind](names(peer))}, {protocol.frameCount(rows.length)}, {ms(took)} ms
    </li>
  )
}

interface FrameProps extends Selectable {
  readonly row: TraceFrame
  readonly healed: boolean
  readonly inExchange: boolean
}

/** Rows that stay are not drawn again unless a lane comes or is named. */
const sameFrame = (before: FrameProps, after: FrameProps): boolean =>
  before.row === after.row &&
  before.healed === after.healed &&
  before.side === after.side &&
  before.isSelected === after.isSelected &&
  before.isStop === after.isStop &&
  before.onSelect === after.onSelect &&
  before.lanes.map(before.names).join() === after.lanes.map(after.names).join()

export const FrameRow = memo(function FrameRow(props: FrameProps) {
  const { row, lanes, side, names, healed, inExchange, isStop, isSelected, onSelect } = props
  const { protocol } = useWording()
  const { preciseTime: time, bytes } = useFormats()
  const text = textOf(row, side === 'relay', { marks: protocol.marks, lane: names })
  const way = protocol.way(names(row.from), names(row.to), row.path)
  const passes = row.path !== 'direct'
  const label = `${time(row.at)} ${text}, ${way}, ${protocol.bytes(row.size)}${healed ? `, ${protocol.marks['healing-turn']}` : ''}`
  const [from, to] = [middle(lanes, row.from), middle(lanes, row.to)]
  return (
    <li className={styles.item}>
      <button
        type="button"
        className={styles.row}
        data-exchange={inExchange}
        aria-label={label}
        aria-pressed={isSelected}
        data-row={row.id}
        tabIndex={isStop ? 0 : -1}
        onClick={() => onSelect(row.id)}
      >
        <span className={styles.time}>{time(row.at)}</span>
        <span className={styles.lanes}>
          <svg aria-hidden="true">
            {lanes.map((lane) => (
              <Lifeline key={lane} at={middle(lanes, lane)} />
            ))}
            <Arrow
              from={from}
              to={to}
              relay={passes ? middle(lanes, 'relay') : null}
              sealed={!row.type.includes(' ')}
            />
            {healed && <circle className={styles.healed} cx={`${to}%`} cy={lineY} r="5" />}
          </svg>
          <span className={styles.label} style={{ '--mid': `${(from + to) / 2}%` } as object}>
            {text} <small>{bytes(row.size)}</small>
          </span>
        </span>
        {side === 'both' && <RelayBox row={row} />}
      </button>
    </li>
  )
}, sameFrame)

/** What the relay has of a frame: a locked box. */
function RelayBox({ row }: { readonly row: TraceFrame }) {
  const { protocol } = useWording()
  const { bytes } = useFormats()
  if (row.path === 'direct') return <span className={styles.nothing}>{protocol.passesBy}</span>
  return (
    <span className={styles.box}>
      <svg viewBox="0 0 12 14" aria-hidden="true">
        <path d="M3 6V4a3 3 0 0 1 6 0v2M2 6h8v7H2z" />
      </svg>
      {row.type} <small>{bytes(row.size)}</small>
    </span>
  )
}

interface MarkProps extends Selectable {
  readonly row: TraceMark
}

export function MarkRow({ row, side, names, isStop, isSelected, onSelect }: MarkProps) {
  const { protocol } = useWording()
  const { preciseTime: time } = useFormats()
  const text = textOf(row, false, { marks: protocol.marks, lane: names })
  return (
    <li className={styles.item}>
      <button
        type="button"
        className={styles.row}
        data-exchange="false"
        data-row={row.id}
        tabIndex={isStop ? 0 : -1}
        aria-label={`${time(row.at)} ${text}`}
        aria-pressed={isSelected}
        onClick={() => onSelect(row.id)}
      >
        <span className={styles.time}>{time(row.at)}</span>
        <span className={styles.mark} data-mark={row.mark}>
          <span>{text}</span>
        </span>
        {side === 'both' && <span />}
      </button>
    </li>
  )
}

interface FoldProps extends Shared {
  readonly rows: readonly TraceFrame[]
  readonly onUnfold: () => void
}

export function FoldedRow({ rows, side, isStop, onUnfold }: FoldProps) {
  const { protocol } = useWording()
  const { preciseTime: time, bytes } = useFormats()
  const size = rows.reduce((sum, row) => sum + row.size, 0)
  const text = protocol.folded(rows.length)
  return (
    <li className={styles.item}>
      <button
        type="button"
        className={styles.row}
        data-exchange="false"
        data-row={rows[0]?.id}
        tabIndex={isStop ? 0 : -1}
        aria-label={`${time(rows[0]?.at ?? 0)} ${text}`}
        aria-expanded="false"
        onClick={onUnfold}
      >
        <span className={styles.time}>{time(rows[0]?.at ?? 0)}</span>
        <span className={styles.fold}>
          {text} <small>{bytes(size)}</small>
        </span>
        {side === 'both' && (
          <span className={styles.nothing}>
            {protocol.sealedBoxes(rows.filter(({ path }) => path !== 'direct').length)}
          </span>
        )}
      </button>
    </li>
  )
}

const lineY = 25

function Lifeline({ at }: { readonly at: number }) {
  return <line className={styles.lifeline} x1={`${at}%`} x2={`${at}%`} y1="0" y2="100%" />
}

interface Ends {
  /** In percent of the width. */
  readonly from: number
  readonly to: number
  /** Where the relay stands; `null` for what passes it by. */
  readonly relay: number | null
  readonly sealed: boolean
}

function Arrow({ from, to, relay, sealed }: Ends) {
  const towards = to > from ? 1 : -1
  return (
    <>
      <line
        className={styles.shaft}
        data-direct={relay === null}
        data-sealed={sealed}
        x1={`${from}%`}
        x2={`${to}%`}
        y1={lineY}
        y2={lineY}
      />
      <svg x={`${to}%`} y={lineY} overflow="visible" aria-hidden="true">
        <path
          className={styles.tip}
          data-direct={relay === null}
          data-sealed={sealed}
          d={`M0,0 l${-9 * towards},-4.5 v9 z`}
        />
      </svg>
      {relay !== null && (
        <svg x={`${relay}%`} y={lineY} overflow="visible" aria-hidden="true">
          <rect className={styles.hop} x="-4.5" y="-4.5" width="9" height="9" rx="2" />
        </svg>
      )}
    </>
  )
}
