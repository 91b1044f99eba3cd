/**
 * Measures operations in the Worker beside the room, in slices that let the room's own work through.
 *
 *   idle ──start──> running ──last case──> idle        running ──stop──> idle, ──start──> running from the beginning
 */

import { estimate } from '../../metrics/index.ts'
import {
  type BenchmarkCommand,
  type BenchmarkResult,
  type BenchmarkView,
  benchmarkOperations,
  emptyBenchmark,
} from '../page/benchmark-view.ts'
import type { BenchmarkCase } from './benchmark-cases.ts'

/** Operations shorter than this are measured in batches, since a page's clock is coarse. */
const sampleMs = 1
const maxBatch = 512
/** Lets the engine optimize the code first. */
const warmUpMs = 120
const warmUpRuns = 3
/** Longest stretch before the room's work gets its turn. */
const sliceMs = 25
const [leastSamples, mostSamples] = [5, 1_000]

interface Ports {
  /** Milliseconds. */
  readonly now: () => number
  /** Yields to everything else in the event queue. */
  readonly breathe: () => Promise<void>
  readonly show: (view: BenchmarkView) => void
}

export interface Benchmark {
  /** Replaces a benchmark that is running. */
  start(command: BenchmarkCommand): void
  stop(): void
}

/** Runs the chosen cases one by one. They leave no records among the operations of the room. */
export const createBenchmark = (cases: () => readonly BenchmarkCase[], ports: Ports): Benchmark => {
  const { now, breathe, show } = ports
  let view: BenchmarkView = emptyBenchmark
  let generation = 0
  const draw = (next: BenchmarkView): void => {
    view = next
    show(view)
  }

  const measure = async (
    one: BenchmarkCase,
    samples: number,
    isOver: () => boolean,
  ): Promise<BenchmarkResult> => {
    const { operation, engine } = one
    const act = await one.prepare()
    if (act === null) return { operation, engine, samples: [], batch: 0, value: null }
    const begun = now()
    let runs = 0
    while (runs < warmUpRuns || (now() - begun < warmUpMs && runs < maxBatch)) {
      await act()
      runs++
    }
    const each = (now() - begun) / runs
    const batch = Math.max(1, Math.min(maxBatch, Math.ceil(sampleMs / Math.max(each, 1e-6))))
    const taken: number[] = []
    let rested = now()
    while (taken.length < samples && !isOver()) {
      const start = now()
      for (let i = 0; i < batch; i++) await act()
      taken.push((now() - start) / batch)
      if (now() - rested > sliceMs) {
        await breathe()
        rested = now()
      }
    }
    return { operation, engine, samples: taken, batch, value: estimate(taken) }
  }

  return {
    start(command) {
      const wanted = benchmarkOperations.filter((operation) => command.operations.includes(operation))
      const given = Number.isInteger(command.samples) ? command.samples : leastSamples
      const samples = Math.max(leastSamples, Math.min(mostSamples, given))
      const chosen = cases().filter(({ operation }) => wanted.includes(operation))
      const mine = ++generation
      const isOver = (): boolean => mine !== generation
      draw({ running: chosen.length > 0, done: 0, of: chosen.length, results: [] })
      void (async () => {
        for (const one of chosen) {
          await breathe()
          if (isOver()) return
          // An operation that throws is shown as unavailable.
          const { operation, engine } = one
          const broken: BenchmarkResult = { operation, engine, samples: [], batch: 0, value: null }
          const result = await measure(one, samples, isOver).catch(() => broken)
          if (isOver()) return
          const done = view.done + 1
          draw({ ...view, done, running: done < chosen.length, results: [...view.results, result] })
        }
      })()
    },
    stop() {
      generation += 1
      draw({ ...view, running: false })
    },
  }
}
