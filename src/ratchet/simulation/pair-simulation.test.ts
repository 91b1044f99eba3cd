import { expect, test } from 'vitest'
import { words } from '../safety-words.ts'
import { simulatePairs } from './pair-simulation.ts'

// More: npx tsx src/ratchet/simulation/main.ts --runs 100000
const runs = 250

test(`${runs} histories of loss, reordering, duplication, forgery and rollback follow the model`, {
  timeout: 120_000,
}, async () => {
  const result = await simulatePairs(globalThis.crypto.subtle as never, { runs, seed: 1 })
  expect(result.failures).toEqual([])
  expect(result.passed).toBe(runs)
  // Every kind of event did happen.
  expect(result.turns).toBeGreaterThan(runs)
  expect(result.rollbacks).toBeGreaterThan(runs / 10)
  expect(result.rejected).toBeGreaterThan(runs)
  expect(result.opened).toBeGreaterThan(5 * runs)
  expect(result.pairs).toBe(2 * result.sent)
})

test('the safety words are 256 different ones', () => {
  expect(new Set(words).size).toBe(256)
  expect(words.length).toBe(256)
})
