/** One way to do the work: the figure that one round of it gives, in the case's unit. */
export type Measure = () => Promise<number>

export interface Contest {
  readonly ours: Measure
  /** `null` where nobody else does this. */
  readonly peer: { readonly name: string; readonly measure: Measure } | null
  readonly end?: () => Promise<void> | void
}

export interface BenchCase {
  readonly name: string
  /** Size of the case: operations of a round, members, connections. */
  readonly n: number
  readonly unit: string
  readonly better: 'more' | 'less'
  /** Counted rounds; one more before them warms both up. */
  readonly rounds: number
  readonly prepare: () => Promise<Contest>
}

/** Which cases run, and how often: `null` is as the case says. */
export interface Choice {
  readonly n: number | null
  readonly rounds: number | null
}

/** One line of the result: medians of rounds that took turns in one run. `ratio` > 1: ours is better. */
export interface Figure {
  readonly area: string
  readonly case: string
  readonly n: number
  readonly unit: string
  readonly ours: number
  readonly peer: number | null
  readonly peerName: string | null
  readonly ratio: number | null
  readonly rounds: number
  readonly where: 'node' | 'chromium'
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Three digits that count, whatever the size. */
const rounded = (value: number): number => Number(value.toPrecision(4))

/** Operations per second over `n` of them. */
export const perSecond = async (n: number, work: (i: number) => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  for (let i = 0; i < n; i++) await work(i)
  return (1000 * n) / (performance.now() - start)
}

/** Milliseconds that `work` takes. */
export const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Where the engine was started so that it can be asked. */
const collectGarbage = (): void => (globalThis as { readonly gc?: () => void }).gc?.()

/** Medians of what the rounds gave. */
export const figureOf = (
  { name, n, unit, better, rounds }: Omit<BenchCase, 'prepare'>,
  { area, where }: Pick<Figure, 'area' | 'where'>,
  ours: readonly number[],
  peer: { readonly name: string; readonly figures: readonly number[] } | null,
): Figure => {
  const mine = median(ours)
  const theirs = peer && median(peer.figures)
  const ratio = theirs && (better === 'more' ? mine / theirs : theirs / mine)
  return {
    area,
    case: name,
    n,
    unit,
    ours: rounded(mine),
    peer: theirs && rounded(theirs),
    peerName: peer?.name ?? null,
    ratio: ratio && rounded(ratio),
    rounds,
    where,
  }
}

const runCase = async (one: BenchCase, place: Pick<Figure, 'area' | 'where'>): Promise<Figure> => {
  const { rounds, prepare } = one
  const { ours, peer, end } = await prepare()
  const figures: { ours: number[]; peer: number[] } = { ours: [], peer: [] }
  const measureOurs = async (): Promise<void> => void figures.ours.push(await ours())
  const measurePeer = async (): Promise<void> => void (peer && figures.peer.push(await peer.measure()))
  try {
    for (let round = 0; round <= rounds; round++) {
      // In turn first, and each on a heap that was collected: neither pays for the other's garbage.
      const order = round % 2 === 0 ? [measureOurs, measurePeer] : [measurePeer, measureOurs]
      for (const measure of order) {
        collectGarbage()
        await measure()
      }
      if (round === 0 && rounds > 1) figures.ours.length = figures.peer.length = 0
    }
  } finally {
    await end?.()
  }
  return figureOf(one, place, figures.ours, peer && { name: peer.name, figures: figures.peer })
}

/** One case after the other, each reported as soon as it is measured. */
export const runCases = async (
  cases: readonly BenchCase[],
  place: Pick<Figure, 'area' | 'where'>,
  report: (figure: Figure) => unknown,
  { n, rounds }: Choice,
): Promise<void> => {
  for (const one of cases)
    if (n === null || n === one.n)
      await report(await runCase({ ...one, rounds: rounds ?? one.rounds }, place))
}
