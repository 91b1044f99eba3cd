import { Curve, Layer } from 'recharts'
import type { Band, Look, Row } from './chart.ts'
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
  /** The value that areas stand on. */
  readonly base: number
}

/** Tenths of a picture point: more digits only make the document longer. */
const placed = (ruler: Ruler, value: number): number => Math.round(ruler.pixel(value) * 10) / 10

/** Bands, areas and lines, from back to front. */
export function Curves({ ground, rows, looks, bands, base }: Props) {
  const at = rows.map(({ x }) => placed(ground.x, x))
  const course = (pick: (row: Row) => number | null): readonly Point[] =>
    rows.map((row, i) => {
      const value = pick(row)
      return { x: at[i] ?? 0, y: value === null ? null : placed(ground.y, value) }
    })
  const sums = new Map<Row, number>()
  return (
    <>
      {bands.map(({ low, high, color }) => (
        <Curve
          key={`${low} ${high}`}
          points={course(({ values }) => values[high] ?? null)}
          baseLine={course(({ values }) => values[low] ?? null)}
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
          const points = course(({ values }) => values[key] ?? null)
          return (
            <Layer key={key} className="recharts-line">
              <Curve {...line} points={points} type={shape === 'line' ? 'linear' : 'stepAfter'} />
              <LonelyDots points={points} color={color} />
            </Layer>
          )
        }
        const stacked = shape === 'stacked'
        const below = stacked ? course((row) => sums.get(row) ?? 0) : placed(ground.y, base)
        if (stacked) for (const row of rows) sums.set(row, (sums.get(row) ?? 0) + (row.values[key] ?? 0))
        const points = course((row) => (stacked ? (sums.get(row) ?? 0) : (row.values[key] ?? null)))
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
