import { estimate } from '../../metrics/index.ts'
import {
  type BenchmarkCommand,
  type BenchmarkResult,
  type BenchmarkView,
  benchmarkOperations,
  emptyBenchmark,
} from '../page/benchmark-view.ts'
import type { BenchmarkCase } from './benchmark-cases.ts'

/** Operations shorter than this are measured together: the clock of a page is coarse. */
const sampleMs = 1
const maxBatch = 512
/** Engines compile what has run for a while. */
const warmUpMs = 120
const warmUpRuns = 3
/** The room's own work comes between. */
const sliceMs = 25
const [leastSamples, mostSamples] = [5, 1_000]

interface Ports {
  /** Milliseconds. */
  readonly now: () => number
  /** Lets everything else that waits go first. */
  readonly breathe: () => Promise<void>
  readonly show: (view: BenchmarkView) => void
}

export interface Benchmark {
  /** Another order while one runs takes its place. */
  start(command: BenchmarkCommand): void
  stop(): void
}

/** Runs the cases of an order one after the other. Nothing of it is recorded among the operations of the room. */
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
          // An operation that breaks is shown like one that there is not.
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
