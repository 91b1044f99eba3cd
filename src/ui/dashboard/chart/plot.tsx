import { memo, type ReactNode } from 'react'
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import type { Band, Extent, Look, Row, Scale } from './chart.ts'

export interface Axis extends Extent {
  readonly scale: Scale
  readonly format: (value: number) => string
}

interface Props {
  /** At most 300, and empty ones for gaps. */
  readonly rows: readonly Row[]
  readonly looks: readonly Look[]
  readonly bands: readonly Band[]
  readonly x: Axis
  readonly y: Axis
  readonly unit: string
  /** Drawn over it, inside the same picture. */
  readonly children: ReactNode
}

const tick = { fill: 'var(--muted)', fontSize: 12 }
const seriesOf =
  (key: string) =>
  ({ values }: Row): number | null =>
    values[key] ?? null
const bandOf =
  ({ low, high }: Band) =>
  ({ values }: Row): readonly [number, number] | null => {
    const bottom = values[low] ?? null
    const top = values[high] ?? null
    return bottom === null || top === null ? null : [bottom, top]
  }

interface DotProps {
  readonly cx?: number
  readonly cy?: number
  readonly index?: number
}

/** A lone point has no line: it gets a dot. */
const lonelyDot =
  (rows: readonly Row[], key: string, color: string) =>
  ({ cx, cy, index: at = -1 }: DotProps) => {
    const empty = (index: number): boolean => (rows[index]?.values[key] ?? null) === null
    const drawn = cx !== undefined && cy !== undefined && Number.isFinite(cy)
    if (!drawn || empty(at) || !empty(at - 1) || !empty(at + 1)) return <g key={at} />
    return <circle key={at} cx={cx} cy={cy} r={2.5} fill={color} />
  }

/** What recharts draws: axes, lines, areas. Everything that moves with the pointer lies over it and is drawn apart. */
export const Plot = memo(function Plot({ rows, looks, bands, x, y, unit, children }: Props) {
  return (
    <ResponsiveContainer width="100%" height="100%" debounce={50}>
      <ComposedChart
        data={rows as Row[]}
        margin={{ top: 16, right: 12, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis
          dataKey="x"
          type="number"
          scale={x.scale}
          domain={[...x.domain]}
          ticks={[...x.ticks]}
          tickFormatter={x.format}
          stroke="var(--line-strong)"
          tick={tick}
          minTickGap={18}
          allowDataOverflow
        />
        <YAxis
          type="number"
          scale={y.scale}
          domain={[...y.domain]}
          ticks={[...y.ticks]}
          tickFormatter={y.format}
          unit={unit}
          width={74}
          stroke="var(--line-strong)"
          tick={tick}
          allowDataOverflow
        />
        {bands.map((band) => (
          <Area
            key={`${band.low} ${band.high}`}
            dataKey={bandOf(band)}
            stroke="none"
            fill={band.color}
            fillOpacity={0.16}
            isAnimationActive={false}
            activeDot={false}
          />
        ))}
        {looks.map(({ key, color, dash, shape }) => {
          const common = {
            dataKey: seriesOf(key),
            stroke: color,
            strokeWidth: 2,
            isAnimationActive: false,
            activeDot: false,
            ...(dash === undefined ? {} : { strokeDasharray: dash }),
          }
          if (shape === 'line') return <Line key={key} {...common} dot={lonelyDot(rows, key, color)} />
          return (
            <Area
              key={key}
              {...common}
              type="stepAfter"
              fill={color}
              fillOpacity={shape === 'stacked' ? 0.5 : 0.3}
              {...(shape === 'stacked' ? { stackId: 'all' } : {})}
            />
          )
        })}
        {children}
      </ComposedChart>
    </ResponsiveContainer>
  )
})
