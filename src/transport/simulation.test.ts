import { expect, test } from 'vitest'
import { playLink } from './simulation/history.ts'

test('200 histories of a link: nothing lost, doubled or late; direct in the end', () => {
  const outcomes = Array.from({ length: 200 }, (_, i) => playLink(1_000_000 + i))
  expect(outcomes.flatMap(({ problems }) => problems)).toEqual([])
  // The histories are worth something: frames were handed back, and some links may not become direct.
  const sum = (count: (outcome: (typeof outcomes)[number]) => number) =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0)
  expect(sum(({ returned }) => returned)).toBeGreaterThan(500)
  expect(sum(({ doubled }) => doubled)).toBeGreaterThan(100)
  expect(sum(({ direct }) => (direct ? 1 : 0))).toBeGreaterThan(150)
})

test('a late offer of an earlier page does not keep the living one out for good', () => {
  // Found among 10,000: a life that was left could never be followed again.
  for (const seed of [509_138, 509_188]) expect(playLink(seed).problems).toEqual([])
})

test('one seed gives one history', () => {
  expect(playLink(5)).toEqual(playLink(5))
})
