import type { Scale } from './chart.ts'

/** Values of one axis as picture points, and back. */
export interface Ruler {
  readonly pixel: (value: number) => number
  readonly value: (pixel: number) => number
}

/** Where the curves lie in the picture, and what its points stand for. */
export interface Ground {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly x: Ruler
  readonly y: Ruler
}

interface Axis {
  readonly scale: Scale
  readonly domain: readonly [number, number]
}

/** The ends of the domain lie at `start` and `end`, in picture points. On a logarithmic scale all values are above zero. */
export const rulerOf = ({ scale, domain }: Axis, start: number, end: number): Ruler => {
  const log = scale === 'log'
  const [low, high] = log ? domain.map(Math.log) : domain
  const [from = 0, to = 1] = [low, high]
  const perUnit = to === from ? 0 : (end - start) / (to - from)
  return {
    pixel: (value) => start + ((log ? Math.log(value) : value) - from) * perUnit,
    value: (pixel) => {
      const at = from + (perUnit === 0 ? 0 : (pixel - start) / perUnit)
      return log ? Math.exp(at) : at
    },
  }
}

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
