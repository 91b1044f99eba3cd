/** Bands, areas and lines of a chart, as paths by d3-shape. */

import { area, curveLinear, curveStepAfter, line, stack } from 'd3-shape'
import { type Band, type Look, type Row, withGaps } from './chart.ts'
import type { Ground } from './scale.ts'

interface Props {
  readonly ground: Ground
  readonly rows: readonly Row[]
  readonly looks: readonly Look[]
  readonly bands: readonly Band[]
  readonly gap: number
  /** The value that areas stand on. */
  readonly base: number
}

/** One place of a series in the picture, an area's other edge included. `y` is `null` where nothing was recorded. */
interface Point {
  readonly x: number
  readonly y: number | null
  readonly y0: number
}

type Edges = readonly [low: number, high: number | null]

const isThere = ({ y }: Point): boolean => y !== null
const curveOf = (shape: Look['shape'] | 'band') =>
  shape === 'line' || shape === 'band' ? curveLinear : curveStepAfter

/** Tenths of a picture point: more digits only make the document longer. */
const linePath = (points: readonly Point[], shape: Look['shape']): string =>
  line<Point>(
    ({ x }) => x,
    ({ y }) => y ?? 0,
  )
    .defined(isThere)
    .curve(curveOf(shape))
    .digits(1)([...points]) ?? ''

const areaPath = (points: readonly Point[], shape: Look['shape'] | 'band'): string =>
  area<Point>(
    ({ x }) => x,
    ({ y0 }) => y0,
    ({ y }) => y ?? 0,
  )
    .defined(isThere)
    .curve(curveOf(shape))
    .digits(1)([...points]) ?? ''

/** Both edges of each stacked series, by key, one entry a row. */
const stackOf = (rows: readonly Row[], looks: readonly Look[]): ReadonlyMap<string, readonly Edges[]> => {
  const keys = looks.filter(({ shape }) => shape === 'stacked').map(({ key }) => key)
  const layers = stack<unknown, Row, string>()
    .keys(keys)
    .value(({ values }, key) => values[key] ?? 0)([...rows])
  return new Map(layers.map((layer) => [layer.key, layer.map(([low, high]) => [low, high] as const)]))
}

/** From back to front. */
export function Curves({ ground, rows, looks, bands, gap, base }: Props) {
  const place = (over: readonly Row[], edges: (row: Row, index: number) => Edges): readonly Point[] =>
    over.map((row, i) => {
      const [low, high] = edges(row, i)
      return { x: ground.x(row.x), y: high === null ? null : ground.y(high), y0: ground.y(low) }
    })
  // Where another series has a value, this one need not have any.
  const rowsWith = (key: string): readonly Row[] =>
    withGaps(
      rows.filter(({ values }) => (values[key] ?? null) !== null),
      gap,
    )
  const stacked = stackOf(rows, looks)
  return (
    <>
      {bands.map(({ low, high, color }) => (
        <path
          key={`${low} ${high}`}
          d={areaPath(
            place(rowsWith(high), ({ values }) => [values[low] ?? base, values[high] ?? null]),
            'band',
          )}
          fill={color}
          fillOpacity={0.16}
        />
      ))}
      {looks.map((look) => {
        const { key, shape } = look
        if (shape === 'line' || shape === 'edge') {
          const points = place(rowsWith(key), ({ values }) => [base, values[key] ?? null])
          return <Line key={key} points={points} look={look} />
        }
        const edges = stacked.get(key)
        const points = place(rows, ({ values }, i) => edges?.[i] ?? [base, values[key] ?? null])
        return <Area key={key} points={points} look={look} />
      })}
    </>
  )
}

interface SeriesProps {
  readonly points: readonly Point[]
  readonly look: Look
}

function Line({ points, look }: SeriesProps) {
  return (
    <g data-series="line">
      <Stroke points={points} look={look} />
      <IsolatedPoints points={points} color={look.color} />
    </g>
  )
}

function Area({ points, look }: SeriesProps) {
  const { color, shape } = look
  return (
    <g data-series="area">
      <path d={areaPath(points, shape)} fill={color} fillOpacity={shape === 'stacked' ? 0.5 : 0.3} />
      <Stroke points={points} look={look} />
    </g>
  )
}

function Stroke({ points, look: { color, dash, shape } }: SeriesProps) {
  return (
    <path
      data-curve=""
      d={linePath(points, shape)}
      fill="none"
      stroke={color}
      strokeWidth={2}
      strokeDasharray={dash}
    />
  )
}

/** A point without neighbours has no line: it gets a dot. */
function IsolatedPoints({ points, color }: { readonly points: readonly Point[]; readonly color: string }) {
  const isGap = (index: number): boolean => (points[index]?.y ?? null) === null
  return (
    <g data-isolated="">
      {points.map(({ x, y }, i) =>
        y === null || !isGap(i - 1) || !isGap(i + 1) ? null : (
          <circle key={x} cx={x} cy={y} r={2.5} fill={color} />
        ),
      )}
    </g>
  )
}
