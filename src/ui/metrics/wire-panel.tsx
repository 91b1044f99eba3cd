/** Bytes per second on the wire by type of message, beside their classical equivalent. */

import { useMemo } from 'react'
import { useServices, useWording } from '../app/context.tsx'
import { useValueAt } from '../records/store.ts'
import { wirePoints, wireResolution } from '../records/wire-log.ts'
import { useFormats } from '../shared/format.ts'
import type { Look } from './chart/chart.ts'
import { ChartPanel } from './chart/chart-panel.tsx'
import type { Slot } from './metrics-view.ts'
import { useTimePanel } from './use-time-panel.ts'

const colors = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `var(--series-${number})`)
const ghost = 'classical'

export function WirePanel({ slot }: { readonly slot: Slot }) {
  const { metrics, charts } = useWording()
  const { wire } = useServices()
  const format = useFormats()
  const panel = useTimePanel(slot)
  const { at, span } = panel
  const stretch = wireResolution(span.from, at)
  const state = useValueAt(wire, at)
  const known = state.types.join('\n')
  const rows = useMemo(() => {
    const names = known.split('\n')
    // The stretch under way is left out: it would look like a fall.
    const to = Math.min(at - stretch + 1, span.to)
    const points = new Map(
      wirePoints(state, stretch, { from: span.from, to }).map((point) => [point.at, point]),
    )
    if (points.size === 0) return []
    const perSecond = 1_000 / stretch
    const first = Math.ceil(span.from / stretch)
    return Array.from({ length: Math.max(0, Math.ceil(to / stretch) - first) }, (_, i) => {
      const x = (first + i) * stretch
      const point = points.get(x)
      const bytes = names.map((name) => [name, (point?.bytes[name] ?? 0) * perSecond] as const)
      return { x, values: { ...Object.fromEntries(bytes), [ghost]: (point?.classical ?? 0) * perSecond } }
    })
  }, [state, known, span.from, span.to, at, stretch])
  const looks = useMemo((): readonly Look[] => {
    const rate = (value: number | null): string => (value === null ? '–' : `${format.bytes(value)}/s`)
    const names: Readonly<Record<string, string>> = charts.messages
    return [
      ...known.split('\n').map((key, i) => ({
        key,
        name: names[key] ?? key,
        color: colors[i % colors.length] ?? '',
        shape: 'stacked' as const,
        format: rate,
      })),
      {
        key: ghost,
        name: charts.classical,
        color: 'var(--text)',
        dash: '2 3',
        shape: 'edge' as const,
        format: rate,
      },
    ]
  }, [known, format, charts])
  return (
    <ChartPanel
      {...panel}
      title={charts.wire}
      label={charts.wireLabel}
      file="mlwe-pake-wire"
      rows={rows}
      looks={looks}
      xName={metrics.time}
      scale="linear"
      formatY={format.bytes}
      unit="/s"
      latestFirst
      empty={charts.noFrames}
      note={charts.classicalHint}
    />
  )
}
