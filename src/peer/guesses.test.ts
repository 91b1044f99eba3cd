import { describe, expect, test } from 'vitest'
import type { MemberId } from '../group/index.ts'
import { countGuess, type GuessBudget, maxDelayMs, noGuesses, recentFailures } from './guesses.ts'

const minute = 60_000
const [ann, bob, liar] = ['ann', 'bob', 'liar'] as unknown as [MemberId, MemberId, MemberId]
const fail = (
  times: readonly number[],
  by: MemberId | null = null,
  from: GuessBudget = noGuesses,
): GuessBudget => times.reduce((budget, at) => countGuess(budget, at, by), from)

test('four failures are free; the fifth closes the door for a minute, and each further one doubles that', () => {
  expect(fail([0, 1, 2, 3]).blockedUntil).toBe(0)
  let budget = fail([0, 1, 2, 3, 4])
  expect(budget.blockedUntil).toBe(minute + 4)
  // Somebody who tries as soon as the door opens.
  for (const minutes of [2, 4, 8, 16, 32, 60, 60]) {
    const now = budget.blockedUntil
    budget = countGuess(budget, now)
    expect(budget.blockedUntil - now).toBe(minutes * minute)
  }
})

test('the delay ends at an hour, and all is forgotten after ten quiet minutes and the length of the delay', () => {
  const many = fail(Array.from({ length: 20 }, (_, at) => at))
  expect(many.delay).toBe(maxDelayMs)
  const quiet = many.blockedUntil + maxDelayMs + 10 * minute
  expect(countGuess(many, quiet - 1).delay).toBe(maxDelayMs)
  expect(countGuess(many, quiet)).toEqual({
    failures: [{ at: quiet, by: null }],
    delay: 0,
    blockedUntil: 0,
  })
  expect(recentFailures(fail([0, 1, 2]), 10 * minute + 1)).toBe(1)
})

describe('failures that others report', () => {
  test('count like own ones where two members, or this one too, saw failures', () => {
    expect(fail([4], null, fail([0, 1, 2, 3], ann)).blockedUntil).toBe(minute + 4)
    const two = fail([3, 4], bob, fail([0, 1, 2], ann))
    expect(two.blockedUntil).toBe(minute + 4)
    expect(countGuess(two, 5, ann).delay).toBe(2 * minute)
  })

  test('a liar alone closes the door for a minute in ten, however long it lies', () => {
    let budget = noGuesses
    let closed = 0
    const hours = 5
    for (let now = 0; now < hours * 60 * minute; now += 1_000) {
      for (let i = 0; i < 3; i++) budget = countGuess(budget, now, liar)
      expect(budget.failures.length).toBeLessThanOrEqual(5)
      if (now < budget.blockedUntil) closed += 1_000
    }
    expect(closed).toBeGreaterThan(0)
    expect(closed).toBeLessThanOrEqual(hours * 60 * minute * 0.11)
  })

  test('a liar does not open a door either', () => {
    const closed = fail([0, 1, 2, 3, 4, 5, 6])
    expect(countGuess(closed, 7, liar).blockedUntil).toBeGreaterThanOrEqual(closed.blockedUntil)
  })
})
