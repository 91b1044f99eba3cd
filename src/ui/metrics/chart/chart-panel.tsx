/** A chart with its title, legend, table and picture export, for pointer and keyboard. */

import { type KeyboardEvent, type ReactNode, type Ref, useId, useMemo, useRef, useState } from 'react'
import { useWording } from '../../app/context.tsx'
import type { EventMark } from '../../records/marks.ts'
import { download } from '../../shared/download.ts'
import { Panel } from '../../shared/panel.tsx'
import type { Band, Column, Extent, Look, Row, Scale } from './chart.ts'
import { ChartLegend } from './chart-legend.tsx'
import styles from './chart-panel.module.css'
import { ChartTable } from './chart-table.tsx'
import { Overlay } from './overlay.tsx'
import { pngOf, svgOf } from './picture.ts'
import { type Axis, Plot } from './plot.tsx'
import { brushed, type PointerStore, type Span } from './pointer.ts'
import { linearExtent, logExtent, nearestRow } from './scale.ts'

export interface ChartPanelProps {
  readonly ref?: Ref<HTMLElement>
  readonly title: string
  /** What the chart says, for those who do not see it. */
  readonly label: string
  /** Without its ending. */
  readonly file: string
  readonly rows: readonly Row[]
  readonly looks: readonly Look[]
  readonly bands?: readonly Band[]
  /** Of the table alone. */
  readonly columns?: readonly Column[]
  readonly x: Axis
  readonly xName: string
  readonly formatX: (x: number) => string
  readonly scale: Scale
  /** What stands for zero on a logarithmic scale. */
  readonly floor?: number
  readonly formatY: (value: number) => string
  readonly unit: string
  /** No line over more than this without a row. */
  readonly gap?: number
  readonly marks?: readonly EventMark[]
  readonly throttled?: readonly Span[]
  readonly pointer: PointerStore
  readonly onBrush?: (span: Span | null) => void
  /** Newest first, for times. */
  readonly latestFirst?: boolean
  readonly controls?: ReactNode
  readonly note?: ReactNode
  readonly empty: string
}

const none: readonly never[] = []

const extentOf = (
  rows: readonly Row[],
  looks: readonly Look[],
  { scale, floor = 0.001 }: ChartPanelProps,
) => {
  const stacked = looks.filter(({ shape }) => shape === 'stacked')
  const values = rows.flatMap(({ values }) => [
    ...looks.flatMap(({ key, shape }) => (shape === 'stacked' ? [] : (values[key] ?? []))),
    ...(stacked.length === 0 ? [] : [stacked.reduce((sum, { key }) => sum + (values[key] ?? 0), 0)]),
  ])
  return scale === 'log' ? logExtent(values, floor) : linearExtent(values)
}

/** On a logarithmic scale, zero becomes the floor. */
const floored = (rows: readonly Row[], { scale, floor = 0.001 }: ChartPanelProps): readonly Row[] =>
  scale === 'linear'
    ? rows
    : rows.map(({ x, values }) => ({
        x,
        values: Object.fromEntries(
          Object.entries(values).map(([key, value]) => [key, value === null ? null : Math.max(value, floor)]),
        ),
      }))

export function ChartPanel(props: ChartPanelProps) {
  const { title, label, rows, looks, columns = none, bands = none, marks = none, throttled = none } = props
  const { x, formatX, formatY, unit, pointer, onBrush, gap } = props
  const { charts } = useWording()
  const [asTable, setAsTable] = useState(false)
  const [solo, setSolo] = useState<string | null>(null)
  const figure = useRef<HTMLElement>(null)
  const [from = 0, to = 1] = x.domain
  const shown = useMemo(() => ({ from, to }), [from, to])

  const alone = looks.filter(({ key }) => key === solo)
  const visible = alone.length > 0 ? alone : looks
  const extent: Extent = extentOf(rows, visible, props)
  const drawn = floored(rows, props)
  const y: Axis = { ...extent, scale: props.scale, format: formatY }
  const spread = bands.filter(({ low, high }) =>
    [low, high].every((end) => visible.some(({ key }) => key === end)),
  )
  const noteOf = (at: number): string => {
    const half = (gap ?? 0) / 4
    const near = marks.filter((mark) => Math.abs(mark.at - at) <= half).map(({ kind }) => charts.events[kind])
    const slow = throttled.some((span) => at >= span.from && at <= span.to) ? [charts.throttled] : []
    return [...new Set([...near, ...slow])].join(', ')
  }

  const save = async (kind: 'png' | 'svg'): Promise<void> => {
    const chart = figure.current?.querySelector<SVGSVGElement>('svg[data-chart]')
    if (chart === null || chart === undefined) return
    download(`${props.file}.${kind}`, kind === 'svg' ? svgOf(chart, label) : await pngOf(chart, label))
  }

  return (
    <Panel
      title={title}
      {...(props.ref === undefined ? {} : { ref: props.ref })}
      controls={
        <>
          {props.controls}
          <div className={styles.actions}>
            {(['png', 'svg'] as const).map((kind) => (
              <button
                key={kind}
                type="button"
                disabled={asTable || rows.length === 0}
                aria-label={charts.save(title, kind.toUpperCase())}
                onClick={() => void save(kind)}
              >
                {kind.toUpperCase()}
              </button>
            ))}
            <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              {charts.viewAsTable}
            </button>
          </div>
        </>
      }
    >
      {rows.length === 0 ? (
        <p className={styles.none}>{props.empty}</p>
      ) : asTable ? (
        <ChartTable
          caption={label}
          xName={props.xName}
          formatX={formatX}
          columns={[...looks, ...columns]}
          rows={props.latestFirst === true ? rows.toReversed() : rows}
          noteName={charts.notes}
          noteOf={noteOf}
        />
      ) : (
        <figure className={styles.figure} aria-label={label} ref={figure}>
          <Field
            {...{ label, rows, looks: visible, noteOf, shown, pointer, formatX }}
            onBrush={onBrush ?? null}
          >
            <Plot
              rows={drawn}
              looks={visible}
              bands={spread}
              {...{ x, y, unit }}
              gap={gap ?? Number.POSITIVE_INFINITY}
              over={(ground) => (
                <Overlay
                  {...{ ground, marks, throttled, shown, pointer }}
                  rows={drawn}
                  looks={visible}
                  onBrush={onBrush ?? null}
                />
              )}
            />
          </Field>
          <ChartLegend
            {...{ looks, rows, pointer, formatX, solo }}
            onSolo={setSolo}
            kinds={new Set(marks.filter(({ at }) => at >= from && at <= to).map(({ kind }) => kind))}
            throttled={throttled.length > 0}
          />
        </figure>
      )}
      {props.note !== undefined && <p className={styles.note}>{props.note}</p>}
    </Panel>
  )
}

interface FieldProps {
  readonly label: string
  readonly rows: readonly Row[]
  readonly looks: readonly Look[]
  readonly noteOf: (x: number) => string
  readonly shown: Span
  readonly pointer: PointerStore
  readonly formatX: (x: number) => string
  readonly onBrush: ((span: Span | null) => void) | null
  readonly children: ReactNode
}

const leaps: Partial<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowDown: -1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

/** The chart as a slider along its x: arrow keys move the crosshair, and the values there are its text. */
function Field({ label, rows, looks, noteOf, shown, pointer, formatX, onBrush, children }: FieldProps) {
  const { charts } = useWording()
  const hintId = useId()
  const field = useRef<HTMLDivElement>(null)
  const [focused, setFocused] = useState<number | null>(null)
  const index = focused === null ? rows.length - 1 : nearestRow(rows, focused)
  const row = rows[index]
  const text =
    row === undefined
      ? ''
      : [
          formatX(row.x),
          ...looks.map(({ key, name, format }) => `${name} ${format(row.values[key] ?? null)}`),
          noteOf(row.x),
        ]
          .filter((part) => part !== '')
          .join(', ')

  const point = (x: number | null): void => {
    setFocused(x)
    pointer.setState({ pointed: x })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const { brushing } = pointer.getState()
    const leap = leaps[event.key]
    if (leap !== undefined) {
      const next = rows[Math.min(rows.length - 1, Math.max(0, index + leap))]
      if (next === undefined) return
      if (event.shiftKey && onBrush !== null)
        pointer.setState({ brushing: { from: brushing?.from ?? row?.x ?? next.x, to: next.x } })
      else pointer.setState({ brushing: null })
      point(next.x)
    } else if (event.key === 'Enter' && brushing !== null) {
      // One step of a key is always meant, however short it is beside an hour.
      const span = brushed(brushing, shown, 0)
      pointer.setState({ brushing: null })
      if (span !== null) onBrush?.(span)
    } else if (event.key === 'Escape') {
      if (brushing === null) onBrush?.(null)
      else pointer.setState({ brushing: null })
    } else return
    event.preventDefault()
  }
  return (
    <>
      <div
        ref={field}
        className={styles.chart}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-describedby={hintId}
        aria-valuemin={Math.round(Math.min(shown.from, row?.x ?? shown.from))}
        aria-valuemax={Math.round(Math.max(shown.to, row?.x ?? shown.to))}
        aria-valuenow={Math.round(row?.x ?? shown.to)}
        aria-valuetext={text}
        onKeyDown={onKeyDown}
        onFocus={({ target }) => {
          // A click points by itself.
          if (target.matches(':focus-visible')) point(rows.at(-1)?.x ?? null)
        }}
        onBlur={() => {
          pointer.setState({ brushing: null })
          point(null)
        }}
        onDoubleClick={() => onBrush?.(null)}
      >
        {children}
      </div>
      <span id={hintId} className="visually-hidden">
        {onBrush === null ? charts.keyHint : charts.brushHint}
      </span>
    </>
  )
}
