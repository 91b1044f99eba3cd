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

/** Whole powers of ten around all values, and each of them a tick. A logarithm has no zero: `floor` takes its place. */
export const decades = (values: readonly number[], floor: number): Extent => {
  const positive = values.map((value) => Math.max(value, floor))
  const low = positive.length === 0 ? 0 : Math.floor(Math.log10(positive.reduce((a, b) => Math.min(a, b))))
  const high = positive.length === 0 ? 1 : Math.ceil(Math.log10(positive.reduce((a, b) => Math.max(a, b))))
  const last = Math.max(low + 1, high)
  const ticks = Array.from({ length: last - low + 1 }, (_, i) => Number(`1e${low + i}`))
  return { domain: [Number(`1e${low}`), Number(`1e${last}`)], ticks }
}

/** From zero to a round number above all values, in two to five steps of 1, 2 or 5. */
export const rounded = (values: readonly number[]): Extent => {
  const highest = values.reduce((a, b) => Math.max(a, b), 0)
  // Below, the steps themselves would be rounded away.
  if (highest < 1e-9) return { domain: [0, 1], ticks: [0, 1] }
  const power = 10 ** Math.floor(Math.log10(highest / 4))
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => highest / each <= 4) ?? 10 * power
  const steps = Math.max(1, Math.ceil(highest / step - 1e-9))
  const ticks = Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)))
  return { domain: [0, ticks.at(-1) ?? 1], ticks }
}

/** Moments on round clock times, four to eight of them. `offset`: milliseconds from the clock's midnight to zero. */
export const clockTicks = ({ from, to }: { from: number; to: number }, offset: number): readonly number[] => {
  const steps = [50, 100, 250, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3]
  const step = steps.find((each) => (to - from) / each <= 6) ?? 1_800e3
  const first = Math.ceil((from + offset) / step) * step - offset
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step)
}

/** The row nearest to `x`; rows are in the order of x. */
export const nearest = (rows: readonly Row[], x: number): number => {
  let low = 0
  let high = rows.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.x ?? 0) < x) low = middle + 1
    else high = middle
  }
  const before = rows[low - 1]
  const after = rows[low]
  if (before === undefined || after === undefined) return low
  return x - before.x < after.x - x ? low - 1 : low
}

/** Puts an empty row into each gap of more than `gap`, so that no line is drawn over a time without records. */
export const withGaps = (rows: readonly Row[], gap: number): readonly Row[] =>
  rows.flatMap((row, i) => {
    const next = rows[i + 1]
    if (next === undefined || next.x - row.x <= gap) return [row]
    return [row, { x: row.x + gap / 2, values: {} }]
  })
