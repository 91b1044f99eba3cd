/** What every chart is made of: rows of values, and how each series of them is drawn. */

/** Values of one x, by key. `null`: nothing was recorded there. */
export interface Row {
  readonly x: number
  readonly values: Readonly<Record<string, number | null>>
}

export interface Column {
  readonly key: string
  readonly name: string
  readonly format: (value: number | null) => string
}

/** How one series is drawn. */
export interface Look extends Column {
  readonly color: string
  readonly dash?: string
  /** `stacked` areas lie upon each other; `steps` and `edge` hold each value until the next x, `edge` without an area. */
  readonly shape: 'line' | 'edge' | 'stacked' | 'steps'
}

/** The room between two series, faintly. */
export interface Band {
  readonly low: string
  readonly high: string
  readonly color: string
}

export type Scale = 'log' | 'linear'

/** The numbers that a scale has to make room for, and its ticks. */
export interface Extent {
  readonly domain: readonly [number, number]
  readonly ticks: readonly number[]
}

/** Puts an empty row into each gap of more than `gap`, so that no line is drawn over a time without records. */
export const withGaps = (rows: readonly Row[], gap: number): readonly Row[] =>
  rows.flatMap((row, i) => {
    const next = rows[i + 1]
    if (next === undefined || next.x - row.x <= gap) return [row]
    return [row, { x: row.x + gap / 2, values: {} }]
  })

/** The newest value of each series: one that comes from another tab may lag behind the others. */
export const latestOf = (rows: readonly Row[], keys: readonly string[]): Row['values'] =>
  Object.fromEntries(
    keys.map((key) => [key, rows.findLast(({ values }) => values[key] != null)?.values[key] ?? null]),
  )
