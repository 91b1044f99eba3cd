/** Seeded randomness of a history. */

export interface Dice {
  /** Uniform in [0, 1). */
  real(): number
  /** Whole, from `least` to `most`. */
  int(least: number, most: number): number
  chance(probability: number): boolean
  pick<T>(of: readonly [T, ...T[]]): T
}

/** mulberry32. */
export const dice = (seed: number): Dice => {
  let state = (seed * 0x9e3779b1) >>> 0
  const real = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    real,
    int: (least, most) => least + Math.floor(real() * (most - least + 1)),
    chance: (probability) => real() < probability,
    pick: (of) => of[Math.floor(real() * of.length)] ?? of[0],
  }
}

/** Jobs in virtual time, first in first out at equal times. */
export interface Clock {
  now(): number
  at(time: number, run: () => void): () => void
  run(until: number): void
  /** Jobs that ran. */
  count(): number
}

export const createClock = (): Clock => {
  interface Job {
    readonly at: number
    readonly run: () => void
    cancelled: boolean
  }
  const jobs: Job[] = []
  let clock = 0
  let count = 0
  return {
    now: () => clock,
    count: () => count,
    at: (time, run) => {
      const job: Job = { at: Math.max(time, clock), run, cancelled: false }
      let low = 0
      for (let high = jobs.length; low < high; ) {
        const middle = (low + high) >> 1
        if ((jobs[middle]?.at ?? 0) <= job.at) low = middle + 1
        else high = middle
      }
      jobs.splice(low, 0, job)
      return () => {
        job.cancelled = true
      }
    },
    run: (until) => {
      for (let job = jobs[0]; job !== undefined && job.at <= until; job = jobs[0]) {
        jobs.shift()
        clock = job.at
        if (job.cancelled) continue
        count += 1
        job.run()
      }
      clock = until
    },
  }
}
