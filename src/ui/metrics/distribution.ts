/** Histogram bins as rows of a chart, or as a cumulative share. */

import type { Total } from '../../metrics/index.ts'
import type { Row } from './chart/chart.ts'

type Bin = Total['bins'][number]

/** What the clock saw no time pass in has no place on a logarithmic scale: it stands to the left of all others. */
const placed = (bins: readonly Bin[], floor: number): readonly Bin[] => {
  const lowest = bins.find(({ from }) => from > 0)?.from ?? floor * 2
  return bins.map((bin) => (bin.to > 0 ? bin : { ...bin, from: lowest / 2, to: lowest }))
}

/** Steps of a histogram: each row's count lies between it and the next row. */
export const histogramRows = (bins: readonly Bin[], floor: number): readonly Row[] => {
  const all = placed(bins, floor)
  return all.flatMap(({ from, to, count }, i) => {
    const next = all[i + 1]
    const row = { x: from, values: { count } }
    // Computed ends of neighbours differ in the last digits.
    return next !== undefined && next.from <= to * 1.0001 ? [row] : [row, { x: to, values: { count: 0 } }]
  })
}

/** Which share, in percent, took no longer than x. */
export const cdfRows = (bins: readonly Bin[], floor: number): readonly Row[] => {
  const all = placed(bins, floor)
  const whole = all.reduce((sum, { count }) => sum + count, 0)
  const first = all[0]
  if (first === undefined) return []
  let seen = 0
  const rows = all.map(({ to, count }) => {
    seen += count
    return { x: to, values: { share: (seen / whole) * 100 } }
  })
  return [{ x: first.from, values: { share: 0 } }, ...rows]
}
