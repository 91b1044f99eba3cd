import { Curve, Layer } from 'recharts'
import { type Band, type Look, type Row, withGaps } from './chart.ts'
import type { Ground, Ruler } from './ruler.ts'

interface Point {
  readonly x: number
  readonly y: number | null
}

interface Props {
  readonly ground: Ground
  readonly rows: readonly Row[]
  readonly looks: readonly Look[]
  readonly bands: readonly Band[]
  readonly gap: number
  /** The value that areas stand on. */
  readonly base: number
}

/** Tenths of a picture point: more digits only make the document longer. */
const placed = (ruler: Ruler, value: number): number => Math.round(ruler.pixel(value) * 10) / 10

/** Bands, areas and lines, from back to front. */
export function Curves({ ground, rows, looks, bands, gap, base }: Props) {
  const course = (over: readonly Row[], pick: (row: Row) => number | null): readonly Point[] =>
    over.map((row) => {
      const value = pick(row)
      return { x: placed(ground.x, row.x), y: value === null ? null : placed(ground.y, value) }
    })
  // Where another series has a value, this one need not have any.
  const lineOf = (key: string): readonly Row[] =>
    withGaps(
      rows.filter(({ values }) => (values[key] ?? null) !== null),
      gap,
    )
  const sums = new Map<Row, number>()
  return (
    <>
      {bands.map(({ low, high, color }) => (
        <Curve
          key={`${low} ${high}`}
          points={course(lineOf(high), ({ values }) => values[high] ?? null)}
          baseLine={course(lineOf(high), ({ values }) => values[low] ?? null)}
          layout="horizontal"
          fill={color}
          fillOpacity={0.16}
        />
      ))}
      {looks.map((look) => {
        const { key, color, dash, shape } = look
        const line = {
          fill: 'none',
          stroke: color,
          strokeWidth: 2,
          ...(dash === undefined ? {} : { strokeDasharray: dash }),
        }
        if (shape === 'line' || shape === 'edge') {
          const points = course(lineOf(key), ({ values }) => values[key] ?? null)
          return (
            <Layer key={key} className="recharts-line">
              <Curve {...line} points={points} type={shape === 'line' ? 'linear' : 'stepAfter'} />
              <LonelyDots points={points} color={color} />
            </Layer>
          )
        }
        const stacked = shape === 'stacked'
        const below = stacked ? course(rows, (row) => sums.get(row) ?? 0) : placed(ground.y, base)
        if (stacked) for (const row of rows) sums.set(row, (sums.get(row) ?? 0) + (row.values[key] ?? 0))
        const points = course(rows, (row) => (stacked ? (sums.get(row) ?? 0) : (row.values[key] ?? null)))
        return (
          <Layer key={key} className="recharts-area">
            <Curve
              points={points}
              baseLine={below}
              type="stepAfter"
              layout="horizontal"
              fill={color}
              fillOpacity={stacked ? 0.5 : 0.3}
            />
            <Curve {...line} points={points} type="stepAfter" />
          </Layer>
        )
      })}
    </>
  )
}

/** A lone point has no line: it gets a dot. */
function LonelyDots({ points, color }: { readonly points: readonly Point[]; readonly color: string }) {
  const empty = (index: number): boolean => (points[index]?.y ?? null) === null
  return (
    <Layer className="recharts-line-dots">
      {points.map(({ x, y }, i) =>
        y === null || !empty(i - 1) || !empty(i + 1) ? null : (
          <circle key={x} cx={x} cy={y} r={2.5} fill={color} />
        ),
      )}
    </Layer>
  )
}
