/** Names the series, shows their values at the crosshair, and isolates one on request. */

import { useWording } from '../../app/context.tsx'
import { type EventKind, eventKinds } from '../../records/marks.ts'
import { type Look, latestOf, type Row } from './chart.ts'
import styles from './chart-panel.module.css'
import { Sign } from './overlay.tsx'
import { type PointerStore, usePointed } from './pointer.ts'
import { nearestRow } from './scale.ts'

interface Props {
  readonly looks: readonly Look[]
  readonly rows: readonly Row[]
  readonly pointer: PointerStore
  readonly formatX: (x: number) => string
  readonly solo: string | null
  readonly onSolo: (key: string | null) => void
  readonly kinds: ReadonlySet<EventKind>
  readonly throttled: boolean
}

export function ChartLegend({ looks, rows, pointer, formatX, solo, onSolo, kinds, throttled }: Props) {
  const { charts } = useWording()
  const pointed = usePointed(pointer)
  const row = pointed === null ? undefined : rows[nearestRow(rows, pointed)]
  // Without a pointer, the latest: and nothing moves about when one comes.
  const values =
    row?.values ??
    latestOf(
      rows,
      looks.map(({ key }) => key),
    )
  return (
    <figcaption className={styles.legend}>
      <ul className={styles.series} aria-label={charts.series}>
        {looks.map(({ key, name, color, dash, shape, format }) => (
          <li key={key}>
            <button
              type="button"
              className={styles.one}
              aria-pressed={solo === key}
              title={charts.soloHint}
              onClick={() => onSolo(solo === key ? null : key)}
            >
              <svg width="22" height="10" aria-hidden="true">
                {shape === 'stacked' ? (
                  <rect width="22" height="10" rx="2" fill={color} />
                ) : (
                  <line x1="0" x2="22" y1="5" y2="5" stroke={color} strokeWidth="2" strokeDasharray={dash} />
                )}
              </svg>
              {name}
            </button>
            {rows.length > 0 && <span className={styles.value}>{format(values[key] ?? null)}</span>}
          </li>
        ))}
        {eventKinds
          .filter((kind) => kinds.has(kind))
          .map((kind) => (
            <li key={kind} className={styles.event}>
              <svg width="14" height="14" aria-hidden="true">
                <Sign kind={kind} x={7} y={7} />
              </svg>
              {charts.events[kind]}
            </li>
          ))}
        {throttled && (
          <li className={styles.event}>
            <svg width="22" height="10" aria-hidden="true">
              <rect width="22" height="10" className={styles.throttled} />
            </svg>
            {charts.throttled}
          </li>
        )}
      </ul>
      <span className={styles.at}>{row === undefined ? '' : formatX(row.x)}</span>
    </figcaption>
  )
}
