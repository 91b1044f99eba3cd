/** Operations and errors per second, or bytes in and out. */

import { useMemo, useState } from 'react'
import type { SeriesPoint } from '../../metrics/index.ts'
import { useWording } from '../app/context.tsx'
import { allOperations } from '../records/record-log.ts'
import { Choice } from '../shared/choice.tsx'
import { useFormats } from '../shared/format.ts'
import type { Look } from './chart/chart.ts'
import { ChartPanel } from './chart/chart-panel.tsx'
import type { Slot } from './metrics-view.ts'
import { useCompared } from './use-compared.ts'
import { useTimePanel } from './use-time-panel.ts'

const measures = ['operations', 'bytes'] as const
type Measure = (typeof measures)[number]

export function ThroughputPanel({ slot, operation }: { readonly slot: Slot; readonly operation: string }) {
  const { metrics, charts } = useWording()
  const format = useFormats()
  const panel = useTimePanel(slot)
  const { log, at, span } = panel
  const [measure, setMeasure] = useState<Measure>('operations')
  const stretch = log.resolution(span)
  const compared = useCompared()
  const rows = useMemo(() => {
    // The stretch under way is left out: it would look like a fall.
    const to = Math.min(at - stretch + 1, span.to)
    const points = new Map(log.points(operation, { from: span.from, to }).map((point) => [point.at, point]))
    if (points.size === 0) return []
    const first = Math.ceil(span.from / stretch)
    const others = compared.map(
      ({ id, log: other }) =>
        [id, measuredIn(other.points(operation, { from: span.from, to }), measure, stretch)] as const,
    )
    // What was not recorded did not happen: zero, not a gap.
    return Array.from({ length: Math.max(0, Math.ceil(to / stretch) - first) }, (_, i) => {
      const x = (first + i) * stretch
      const { count = 0, errors = 0, bytes = 0 } = points.get(x) ?? {}
      const perSecond = 1_000 / stretch
      return {
        x,
        values: {
          operations: count * perSecond,
          errors: errors * perSecond,
          bytes: bytes * perSecond,
          ...Object.fromEntries(others.map(([id, sums]) => [id, (sums.get(x) ?? 0) * perSecond])),
        },
      }
    })
  }, [log, operation, span.from, span.to, at, stretch, measure, compared])
  const looks = useMemo((): readonly Look[] => {
    const per = (unit: (value: number) => string) => (value: number | null) =>
      value === null ? '–' : `${unit(value)}/s`
    const rate = per(measure === 'bytes' ? format.bytes : format.rate)
    const steps = { shape: 'steps', format: rate } as const
    const own: readonly Look[] =
      measure === 'bytes'
        ? [{ ...steps, key: 'bytes', name: charts.bytes, color: 'var(--series-1)' }]
        : [
            { ...steps, key: 'operations', name: metrics.operations, color: 'var(--series-1)' },
            { ...steps, key: 'errors', name: metrics.errors, color: 'var(--series-3)' },
          ]
    const others = compared.map(({ id, label, color }) => ({ key: id, name: label, color, format: rate }))
    return [...own, ...others.map((look) => ({ ...look, shape: 'edge' as const }))]
  }, [measure, format, metrics, charts, compared])
  const name = operation === allOperations ? metrics.allOperations : operation
  return (
    <ChartPanel
      {...panel}
      title={charts.throughput}
      label={charts.throughputLabel[measure](name)}
      file={`mlwe-pake-throughput-${measure}`}
      rows={rows}
      looks={looks}
      xName={metrics.time}
      scale="linear"
      formatY={measure === 'bytes' ? format.bytes : format.rate}
      unit={measure === 'bytes' ? '/s' : ' /s'}
      latestFirst
      empty={metrics.noPoints}
      controls={
        <Choice
          label={charts.measure}
          value={measure}
          onChange={setMeasure}
          options={measures.map((each) => [each, charts.measures[each]] as const)}
        />
      }
    />
  )
}

/** Operations or bytes of another tab, by the beginnings of this tab's stretches: its own begin at other times. */
const measuredIn = (
  points: readonly SeriesPoint[],
  measure: Measure,
  stretch: number,
): ReadonlyMap<number, number> => {
  const sums = new Map<number, number>()
  for (const { at, count, bytes } of points) {
    const x = Math.round(at / stretch) * stretch
    sums.set(x, (sums.get(x) ?? 0) + (measure === 'bytes' ? bytes : count))
  }
  return sums
}
