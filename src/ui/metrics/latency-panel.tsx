/** Latency over time: p50, p95 and p99, on a logarithmic or linear scale. */

import { useMemo, useState } from 'react'
import { useWording } from '../app/context.tsx'
import { allOperations } from '../records/record-log.ts'
import { Choice } from '../shared/choice.tsx'
import { type Formats, useFormats } from '../shared/format.ts'
import type { Band, Column, Look, Scale } from './chart/chart.ts'
import { ChartPanel } from './chart/chart-panel.tsx'
import { joinRows } from './join-rows.ts'
import type { Slot } from './metrics-view.ts'
import { useCompared } from './use-compared.ts'
import { useTimePanel } from './use-time-panel.ts'

const scales: readonly Scale[] = ['log', 'linear']

const bands: readonly Band[] = [
  { low: 'p95', high: 'p99', color: 'var(--series-3)' },
  { low: 'p50', high: 'p95', color: 'var(--series-2)' },
]

const lineIn = (format: Formats): Pick<Look, 'shape' | 'format'> => ({
  shape: 'line',
  format: (value) => (value === null ? '–' : `${format.ms(value)} ms`),
})
const looksOf = (format: Formats): readonly Look[] => [
  { ...lineIn(format), key: 'p50', name: 'p50', color: 'var(--series-1)' },
  { ...lineIn(format), key: 'p95', name: 'p95', color: 'var(--series-2)', dash: '6 3' },
  { ...lineIn(format), key: 'p99', name: 'p99', color: 'var(--series-3)', dash: '2 3' },
]

interface Props {
  readonly slot: Slot
  readonly operation: string
  readonly onOperation: (key: string) => void
}

export function LatencyPanel({ slot, operation, onOperation }: Props) {
  const { metrics, charts, neighbours } = useWording()
  const format = useFormats()
  const panel = useTimePanel(slot)
  const { log, at, span } = panel
  const [scale, setScale] = useState<Scale>('log')
  const points = useMemo(
    () => log.points(operation, { from: span.from, to: Math.min(at, span.to) }),
    [log, operation, span.from, span.to, at],
  )
  const stretch = log.resolution(span)
  const compared = useCompared()
  const range = { from: span.from, to: Math.min(at, span.to) }
  const others = compared.map(({ id, log: other }) => ({ key: id, points: other.points(operation, range) }))
  const rows = joinRows(
    points.map(({ at, ...values }) => ({ x: at, values })),
    others.map(({ key, points: theirs }) => ({
      key,
      points: theirs.map((p) => ({ at: p.at, value: p.p95 })),
    })),
    stretch,
  )
  const looks = [
    ...looksOf(format),
    ...compared.map(({ id, label, color }) => ({
      ...lineIn(format),
      key: id,
      name: neighbours.p95Of(label),
      color,
    })),
  ]
  const columns = useMemo((): readonly Column[] => {
    const count = (value: number | null): string => format.count(value ?? 0)
    return [
      { key: 'count', name: metrics.count, format: count },
      { key: 'errors', name: metrics.errors, format: count },
    ]
  }, [format, metrics])
  const keys = log.keys().toSorted()
  const name = operation === allOperations ? metrics.allOperations : operation
  return (
    <ChartPanel
      {...panel}
      title={metrics.latency}
      label={metrics.chartLabel(name)}
      file="mlwe-pake-latency"
      rows={rows}
      looks={looks}
      bands={bands}
      columns={columns}
      xName={metrics.time}
      scale={scale}
      formatY={format.ms}
      unit=" ms"
      gap={Math.max(stretch * 2.5, (span.to - span.from) / 40)}
      latestFirst
      empty={metrics.noPoints}
      controls={
        <>
          <Choice
            label={metrics.operation}
            value={operation}
            onChange={onOperation}
            options={[[allOperations, metrics.allOperations], ...keys.map((each) => [each, each] as const)]}
          />
          <Choice
            label={metrics.scale}
            value={scale}
            onChange={setScale}
            options={scales.map((each) => [each, metrics.scales[each]] as const)}
          />
        </>
      }
      note={panel.throttled.length > 0 ? charts.throttledHint : undefined}
    />
  )
}
