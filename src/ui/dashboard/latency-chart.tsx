import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { SeriesPoint } from '../../metrics/index.ts'
import type { Formats } from './format.ts'
import styles from './latency-chart.module.css'

export type Scale = 'log' | 'linear'

const lines = [
  { key: 'p50', color: 'var(--series-1)' },
  { key: 'p95', color: 'var(--series-2)', dash: '6 3' },
  { key: 'p99', color: 'var(--series-3)', dash: '2 3' },
] as const

/** A logarithm has no zero: what the clock could not see counts as a microsecond. */
const floorMs = 0.001
const floored = (value: number | null): number | null => (value === null ? null : Math.max(value, floorMs))

/** Whole powers of ten around all points, and each of them a tick. */
const decades = (points: readonly SeriesPoint[]): readonly number[] => {
  const values = points.flatMap(({ p50, p99 }) => [floored(p50) ?? floorMs, floored(p99) ?? floorMs])
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  return Array.from({ length: high - low + 1 }, (_, i) => Number(`1e${low + i}`))
}

interface Props {
  readonly label: string
  readonly points: readonly SeriesPoint[]
  readonly from: number
  readonly to: number
  readonly scale: Scale
  readonly format: Formats
}

export function LatencyChart({ label, points, from, to, scale, format }: Props) {
  const ticks = decades(points)
  const data = points.map(({ at, p50, p95, p99 }) => ({
    at,
    p50: floored(p50),
    p95: floored(p95),
    p99: floored(p99),
  }))
  const domain: [number, number | 'auto'] =
    scale === 'log' ? [ticks[0] ?? floorMs, ticks.at(-1) ?? 1] : [0, 'auto']
  return (
    <figure className={styles.figure} aria-label={label}>
      <div className={styles.chart}>
        <ResponsiveContainer width="100%" height="100%">
          <LineChart data={data} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis
              dataKey="at"
              type="number"
              domain={[from, to]}
              tickCount={5}
              tickFormatter={format.time}
              stroke="var(--line-strong)"
              tick={{ fill: 'var(--muted)', fontSize: 12 }}
              minTickGap={24}
              allowDataOverflow
            />
            <YAxis
              scale={scale}
              domain={domain}
              {...(scale === 'log' ? { ticks } : {})}
              tickFormatter={(value: number) => format.ms(value)}
              unit=" ms"
              width={78}
              stroke="var(--line-strong)"
              tick={{ fill: 'var(--muted)', fontSize: 12 }}
            />
            <Tooltip
              isAnimationActive={false}
              labelFormatter={(at) => format.time(Number(at))}
              formatter={(value) => `${format.ms(Number(value))} ms`}
              contentStyle={{
                background: 'var(--surface)',
                borderColor: 'var(--line-strong)',
                borderRadius: 6,
              }}
            />
            {lines.map(({ key, color, ...line }) => (
              <Line
                key={key}
                dataKey={key}
                name={key}
                stroke={color}
                {...('dash' in line ? { strokeDasharray: line.dash } : {})}
                strokeWidth={2}
                dot={points.length <= 60 ? { r: 2.5, strokeDasharray: '', fill: color } : false}
                connectNulls
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </div>
      <figcaption className={styles.legend}>
        {lines.map(({ key, color, ...line }) => (
          <span key={key}>
            <svg width="26" height="8" aria-hidden="true">
              <line
                x1="0"
                x2="26"
                y1="4"
                y2="4"
                stroke={color}
                strokeWidth="2"
                {...('dash' in line ? { strokeDasharray: line.dash } : {})}
              />
            </svg>{' '}
            {key}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}
