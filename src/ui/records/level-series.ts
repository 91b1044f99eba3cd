/** Durations over time by key, at one-second and twelve-second resolution. */

import { type Measurement, Series, type TimeRange } from '../../metrics/index.ts'
import { logLimits, type SeriesData } from './log-data.ts'

/** Slices of a second for five minutes, of twelve for the hour: 300 points of any chart. */
const spans = [1_000, 12_000] as const
export type Level = 0 | 1

/** Series by name, each at both levels; a bounded number of them. */
export class LevelSeries {
  readonly #series = new Map<string, readonly Series[]>()

  add(key: string, entry: Measurement): void {
    for (const level of this.#of(key)) level.add(entry)
  }

  keys(): readonly string[] {
    return [...this.#series.keys()]
  }

  at(key: string, level: Level): Series | undefined {
    return this.#series.get(key)?.[level]
  }

  /** The finest that still holds the beginning of the range, give or take what went by while it was drawn. */
  levelFor(key: string, { from }: TimeRange): Level {
    const finest = this.at(key, 0)
    return finest === undefined || from >= finest.oldest() - 2 * finest.spanMs ? 0 : 1
  }

  /** What ended after `since`. */
  data(since?: number): readonly SeriesData[] {
    return [...this.#series].flatMap(([key, levels]) =>
      levels
        .map((series, level) => ({ key, level, slices: series.data(since) }))
        .filter(({ slices }) => slices.length > 0),
    )
  }

  /** `false` where any of it contradicts itself, or there is no room. */
  put(data: readonly SeriesData[]): boolean {
    return data.every(({ key, level, slices }) => {
      const series = this.#of(key)[level]
      return series !== undefined && slices.every((slice) => series.put(slice))
    })
  }

  #of(key: string): readonly Series[] {
    const known = this.#series.get(key)
    if (known !== undefined || this.#series.size >= logLimits.keys) return known ?? []
    const levels = spans.map((spanMs) => new Series(spanMs, logLimits.slices))
    this.#series.set(key, levels)
    return levels
  }
}

export const resolutionOf = (level: Level): number => spans[level]
