import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  greatest,
  lowest,
  maxRanges,
  type Numbers,
  noNumbers,
  openBetween,
  type Settled,
  settle,
  stateOf,
} from './numbers.ts'

interface Move {
  readonly from: number
  readonly length: number
  readonly kind: Settled
}

const moves = (reach: number): fc.Arbitrary<readonly Move[]> =>
  fc.array(
    fc.record({
      from: fc.integer({ min: 1, max: reach }),
      length: fc.integer({ min: 0, max: 5 }),
      kind: fc.constantFrom<Settled>('shown', 'void'),
    }),
    { maxLength: 300 },
  )

/** The same with a plain map: the first word on a number stands. */
const play = (given: readonly Move[]): { numbers: Numbers; model: Map<number, Settled> } => {
  let numbers = noNumbers
  const model = new Map<number, Settled>()
  for (const { from, length, kind } of given) {
    numbers = settle(numbers, { from, to: from + length }, kind)
    for (let number = from; number <= from + length; number++) if (!model.has(number)) model.set(number, kind)
  }
  return { numbers, model }
}

test('within the bound, every number is what the first word on it said', () => {
  fc.assert(
    fc.property(moves(60), (given) => {
      const { numbers, model } = play(given)
      for (let number = 1; number <= 70; number++)
        expect(stateOf(numbers, number)).toBe(model.get(number) ?? 'open')
      expect(greatest(numbers)).toBe(Math.max(0, ...model.keys()))
    }),
  )
})

test('beyond the bound the lowest are forgotten; nothing that was settled is ever open again', () => {
  fc.assert(
    fc.property(moves(5_000), (given) => {
      const { numbers, model } = play(given)
      expect(numbers.ranges.length).toBeLessThanOrEqual(maxRanges)
      for (const [number, kind] of model) expect([kind, 'forgotten']).toContain(stateOf(numbers, number))
      for (const [at, range] of numbers.ranges.entries()) {
        const before = numbers.ranges[at - 1]
        expect(range.from).toBeGreaterThan(before?.to ?? numbers.floor)
        if (before?.kind === range.kind) expect(range.from).toBeGreaterThan(before.to + 1)
      }
    }),
  )
})

test('what is open is what is neither settled nor forgotten', () => {
  fc.assert(
    fc.property(
      moves(200),
      fc.integer({ min: 1, max: 210 }),
      fc.integer({ min: 0, max: 60 }),
      (given, from, length) => {
        const { numbers } = play(given)
        const expected = Array.from({ length: length + 1 }, (_, i) => from + i).filter(
          (number) => stateOf(numbers, number) === 'open',
        )
        expect(lowest(openBetween(numbers, from, from + length), 1_000)).toEqual(expected)
      },
    ),
  )
})

test('a long conversation without holes is one range', () => {
  let numbers = noNumbers
  for (let number = 1; number <= 10_000; number++)
    numbers = settle(numbers, { from: number, to: number }, 'shown')
  expect(numbers).toEqual({ floor: 0, ranges: [{ from: 1, to: 10_000, kind: 'shown' }] })
})

test('a range as wide as the numbers go costs nothing', () => {
  const numbers = settle(noNumbers, { from: 1, to: 2 ** 48 - 2 }, 'void')
  expect(openBetween(numbers, 1, 2 ** 48 - 1)).toEqual([{ from: 2 ** 48 - 1, to: 2 ** 48 - 1 }])
  expect(lowest(openBetween(noNumbers, 1, 2 ** 48 - 1), 3)).toEqual([1, 2, 3])
})
