import { expect, test } from 'vitest'
import { crashTrial, fuzzTrial } from './trial.ts'

test.each([
  ['a file', false],
  ['Redis, and one of two relays', true],
])('killed under load with %s: nothing acknowledged is lost, nothing served twice', async (_, redis) => {
  const { faults, put, taken, mailed } = await crashTrial(2, redis)
  expect(faults).toEqual([])
  expect(Math.min(put.size, taken.size, mailed.size)).toBeGreaterThan(0)
})

test('2,000 fuzzed frames: the relay survives and serves an honest pair', async () => {
  expect((await fuzzTrial(2000, 1)).answered).toBeGreaterThan(0)
})
