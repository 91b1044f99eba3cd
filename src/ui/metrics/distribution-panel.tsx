/** How durations are distributed in the window or in the brushed range. */

import { useMemo, useState } from 'react'
import { createStore } from 'zustand/vanilla'
import { useWording } from '../app/context.tsx'
import { allOperations } from '../records/record-log.ts'
import { Choice } from '../shared/choice.tsx'
import { useFormats } from '../shared/format.ts'
import type { Look } from './chart/chart.ts'
import { ChartPanel } from './chart/chart-panel.tsx'
import type { PointerState } from './chart/pointer.ts'
import { logExtent } from './chart/scale.ts'
import { cdfRows, histogramRows } from './distribution.ts'
import { type Slot, spanOf, useMetricsView } from './metrics-view.ts'
import { useChartLook, useLog } from './use-time-panel.ts'

const kinds = ['histogram', 'cdf'] as const
type Kind = (typeof kinds)[number]
const floorMs = 0.001

export function DistributionPanel({ slot, operation }: { readonly slot: Slot; readonly operation: string }) {
  const { metrics, charts } = useWording()
  const format = useFormats()
  const log = useLog()
  const { ref, at } = useChartLook(slot)
  const zoom = useMetricsView((state) => state.zoom)
  const windowMs = useMetricsView((state) => state.windowMs)
  const [kind, setKind] = useState<Kind>('histogram')
  const [pointer] = useState(() => createStore<PointerState>(() => ({ pointed: null, brushing: null })))
  const { from, to } = spanOf({ zoom, windowMs }, at)
  const rows = useMemo(() => {
    const { bins } = log.summary(operation, { from, to: Math.min(at, to) })
    return kind === 'histogram' ? histogramRows(bins, floorMs) : cdfRows(bins, floorMs)
  }, [log, operation, from, to, at, kind])
  const ms = (value: number): string => `${format.ms(Number(value.toPrecision(2)))} ms`
  const looks = useMemo(
    (): readonly Look[] =>
      kind === 'histogram'
        ? [
            {
              key: 'count',
              name: metrics.count,
              color: 'var(--series-1)',
              shape: 'steps',
              format: (value) => format.count(value ?? 0),
            },
          ]
        : [
            {
              key: 'share',
              name: charts.share,
              color: 'var(--series-2)',
              shape: 'line',
              format: (value) => format.share((value ?? 0) / 100),
            },
          ],
    [kind, format, metrics, charts],
  )
  const x = useMemo(() => {
    const extent = logExtent(
      rows.map((row) => row.x),
      floorMs,
    )
    const [first = 0.001, last = 1] = [rows[0]?.x, rows.at(-1)?.x]
    return { ...extent, domain: [first, last] as const, scale: 'log' as const, format: format.ms }
  }, [rows, format])
  const name = operation === allOperations ? metrics.allOperations : operation
  const range = zoom === null ? charts.windows[windowMs] : `${format.time(from)} – ${format.time(to)}`
  return (
    <ChartPanel
      ref={ref}
      title={charts.distribution}
      label={charts.distributionLabel[kind](name)}
      file={`mlwe-pake-${kind}`}
      rows={rows}
      looks={looks}
      x={x}
      xName={charts.xNames[kind]}
      formatX={ms}
      scale="linear"
      formatY={format.count}
      unit={kind === 'cdf' ? ' %' : ''}
      pointer={pointer}
      empty={metrics.noPoints}
      controls={
        <Choice
          label={charts.form}
          value={kind}
          onChange={setKind}
          options={kinds.map((each) => [each, charts.forms[each]] as const)}
        />
      }
      note={charts.ofRange(name, range)}
    />
  )
}
