/** Aligns the series of other tabs with the rows of this one. */

import type { Row } from './chart/chart.ts'

interface Added {
  readonly key: string
  readonly points: readonly { readonly at: number; readonly value: number | null }[]
}

/** Puts series whose slices begin at other times into the rows, at the nearest multiple of `stretch`. */
export const joinRows = (rows: readonly Row[], added: readonly Added[], stretch: number): readonly Row[] => {
  if (added.every(({ points }) => points.length === 0)) return rows
  const all = new Map(rows.map(({ x, values }) => [x, { ...values }]))
  for (const { key, points } of added) {
    for (const { at, value } of points) {
      const x = Math.round(at / stretch) * stretch
      all.set(x, { ...all.get(x), [key]: value })
    }
  }
  return [...all].map(([x, values]) => ({ x, values })).sort((a, b) => a.x - b.x)
}
