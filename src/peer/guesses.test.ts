import { expect, test } from 'vitest'
import { countGuess, type GuessBudget, noGuesses } from './guesses.ts'

const fail = (times: readonly number[], from: GuessBudget = noGuesses): GuessBudget =>
  times.reduce(countGuess, from)

test('four failures are free; the fifth blocks for a minute, and each further one doubles that', () => {
  expect(fail([0, 1, 2, 3]).blockedUntil).toBe(0)
  const five = fail([0, 1, 2, 3, 4])
  expect(five.blockedUntil).toBe(60_004)
  const six = countGuess(five, 60_004)
  expect(six.blockedUntil).toBe(60_004 + 120_000)
  expect(countGuess(six, 180_004).blockedUntil).toBe(180_004 + 240_000)
})

test('the delay ends at an hour, and failures are forgotten after ten minutes', () => {
  const many = fail(Array.from({ length: 20 }, (_, at) => at))
  expect(many.delay).toBe(60 * 60_000)
  expect(countGuess(many, 10 * 60_000 + 20).delay).toBe(0)
})
