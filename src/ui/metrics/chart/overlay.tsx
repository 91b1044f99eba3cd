/** What lies over the curves: event marks, throttled times, the brushed range and the crosshair. */

import type { PointerEvent } from 'react'
import type { EventKind, EventMark } from '../../records/marks.ts'
import type { Look, Row } from './chart.ts'
import styles from './overlay.module.css'
import { brushed, leastDrag, type PointerStore, type Span, useBrushing, usePointed } from './pointer.ts'
import { type Ground, nearestRow } from './scale.ts'

interface Props {
  readonly ground: Ground
  readonly rows: readonly Row[]
  readonly looks: readonly Look[]
  readonly marks: readonly EventMark[]
  /** Times in which the browser slowed this tab down. */
  readonly throttled: readonly Span[]
  readonly shown: Span
  readonly pointer: PointerStore
  /** `null`: nothing to zoom into. */
  readonly onBrush: ((span: Span) => void) | null
}

export function Overlay({ ground, rows, looks, marks, throttled, shown, pointer, onBrush }: Props) {
  const { left, top, width, height } = ground
  const pixel = pixelIn(ground)
  const within = ({ at }: EventMark): boolean => at >= shown.from && at <= shown.to

  const xOf = ({ clientX, currentTarget }: PointerEvent<SVGRectElement>): number | null => {
    const box = currentTarget.getBoundingClientRect()
    if (box.width === 0) return null
    return ground.x.invert(left + Math.min(1, Math.max(0, (clientX - box.left) / box.width)) * width)
  }
  const onPointerDown = (event: PointerEvent<SVGRectElement>): void => {
    const x = xOf(event)
    if (x === null || event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    pointer.setState({ pointed: x, brushing: onBrush === null ? null : { from: x, to: x } })
  }
  const onPointerMove = (event: PointerEvent<SVGRectElement>): void => {
    const x = xOf(event)
    if (x === null) return
    const { brushing } = pointer.getState()
    pointer.setState({ pointed: x, brushing: brushing === null ? null : { from: brushing.from, to: x } })
  }
  const onPointerUp = (): void => {
    const { brushing } = pointer.getState()
    if (brushing === null) return
    pointer.setState({ brushing: null })
    const span = brushed(brushing, shown, leastDrag(shown))
    if (span !== null) onBrush?.(span)
  }

  return (
    <g>
      {throttled.map(({ from, to }) => (
        <rect
          key={from}
          className={styles.throttled}
          x={pixel(from)}
          y={top}
          width={Math.max(1, pixel(to) - pixel(from))}
          height={height}
        />
      ))}
      {marks.filter(within).map(({ at, kind }) => (
        <g key={`${kind} ${at}`} className={styles.mark} data-kind={kind}>
          <line x1={pixel(at)} x2={pixel(at)} y1={top} y2={top + height} />
          <Sign kind={kind} x={pixel(at)} y={top - 8} />
        </g>
      ))}
      <Moving {...{ ground, rows, looks, pointer }} />
      <rect
        className={onBrush === null ? styles.field : styles.brushable}
        x={left}
        y={top}
        width={width}
        height={height}
        data-plot=""
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => pointer.setState({ pointed: null })}
        onPointerCancel={() => pointer.setState({ brushing: null, pointed: null })}
      />
    </g>
  )
}

/** What lies outside of the window is drawn at its edge. */
const pixelIn =
  ({ left, width, x }: Ground) =>
  (value: number): number =>
    Math.min(left + width, Math.max(left, x(value)))

function Moving({ ground, rows, looks, pointer }: Pick<Props, 'ground' | 'rows' | 'looks' | 'pointer'>) {
  const { top, height } = ground
  const pixel = pixelIn(ground)
  const pointed = usePointed(pointer)
  const brushing = useBrushing(pointer)
  const row = pointed === null ? undefined : rows[nearestRow(rows, pointed)]
  return (
    <g data-moving="">
      {brushing !== null && (
        <rect
          className={styles.brushing}
          x={pixel(Math.min(brushing.from, brushing.to))}
          y={top}
          width={Math.abs(pixel(brushing.to) - pixel(brushing.from))}
          height={height}
        />
      )}
      {pointed !== null && (
        <line
          className={styles.crosshair}
          data-crosshair=""
          x1={pixel(pointed)}
          x2={pixel(pointed)}
          y1={top}
          y2={top + height}
        />
      )}
      {row !== undefined &&
        looks.map(({ key, color, shape }) => {
          const value = row.values[key] ?? null
          const y = value === null || shape === 'stacked' ? Number.NaN : ground.y(value)
          if (!Number.isFinite(y) || y < top || y > top + height) return null
          return <circle key={key} className={styles.dot} cx={pixel(row.x)} cy={y} r={4} fill={color} />
        })}
    </g>
  )
}

const signs: Readonly<Record<EventKind, string>> = {
  join: 'M0,-5 L5,4 L-5,4 Z',
  leave: 'M0,5 L5,-4 L-5,-4 Z',
  rekey: 'M0,-5 L5,0 L0,5 L-5,0 Z',
  reconnect: 'M-4,-4 H4 V4 H-4 Z',
}

/** A shape for each kind: colours alone do not tell them apart for everybody. */
export function Sign({ kind, x, y }: { readonly kind: EventKind; readonly x: number; readonly y: number }) {
  return <path className={styles.sign} data-kind={kind} d={signs[kind]} transform={`translate(${x},${y})`} />
}
