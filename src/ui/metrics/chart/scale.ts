/** Numbers of a chart as places in its picture: scales, their ends and their ticks, all by d3. */

import { bisector, max, min } from 'd3-array'
import { type ScaleContinuousNumeric, scaleLinear, scaleLog, scaleTime } from 'd3-scale'
import type { Extent, Row, Scale } from './chart.ts'

/** Calling it gives the picture point of a value, `invert` the value of a picture point. */
export type PixelScale = ScaleContinuousNumeric<number, number>

/** Where the curves lie in the picture, and what its points stand for. */
export interface Ground {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly x: PixelScale
  readonly y: PixelScale
}

/** The ends of the domain lie at `start` and `end`, in picture points. On a logarithmic scale all values are above zero. */
export const pixelScale = (
  { scale, domain }: { readonly scale: Scale; readonly domain: readonly [number, number] },
  start: number,
  end: number,
): PixelScale => (scale === 'log' ? scaleLog() : scaleLinear()).domain(domain).range([start, end])

const ends = (domain: readonly number[]): readonly [number, number] => [domain[0] ?? 0, domain.at(-1) ?? 1]

/** Whole powers of ten around all values, and each of them a tick. A logarithm has no zero: `floor` takes its place. */
export const logExtent = (values: readonly number[], floor: number): Extent => {
  const positive = values.map((value) => Math.max(value, floor))
  const scale = scaleLog()
    .domain([min(positive) ?? 1, max(positive) ?? 10])
    .nice()
  const [low, high] = ends(scale.domain())
  if (high <= low) scale.domain([low, low * 10])
  const domain = ends(scale.domain())
  return { domain, ticks: scale.ticks(Math.round(Math.log10(domain[1] / domain[0]))) }
}

/** From zero to a round number above all values, in a few steps of 1, 2 or 5. */
export const linearExtent = (values: readonly number[]): Extent => {
  const highest = max(values) ?? 0
  // Below, the steps themselves would be rounded away.
  const scale = scaleLinear()
    .domain([0, highest < 1e-9 ? 1 : highest])
    .nice(4)
  return { domain: ends(scale.domain()), ticks: scale.ticks(4) }
}

/** A few moments on round times of the reader's clock. `origin`: milliseconds since 1970 at the zero of the times. */
export const clockTicks = (
  { from, to }: { readonly from: number; readonly to: number },
  origin: number,
): readonly number[] =>
  scaleTime()
    .domain([from + origin, to + origin])
    .ticks(6)
    .map((moment) => moment.getTime() - origin)

const byX = bisector(({ x }: Row) => x)

/** The index of the row nearest to `x`; rows are in the order of x. */
export const nearestRow = (rows: readonly Row[], x: number): number => byX.center(rows, x)

/** Those of the labels that leave `room` between each other, the first of them first. */
export const apart = <T extends { readonly from: number; readonly to: number }>(
  labels: readonly T[],
  room: number,
): readonly T[] => {
  let free = Number.NEGATIVE_INFINITY
  return labels.filter(({ from, to }) => {
    if (from < free) return false
    free = to + room
    return true
  })
}
