import { expect, test } from 'vitest'
import { simulatePairs } from './simulation/pair-simulation.ts'

// More: npm run sim -- ratchet --runs 100000
const runs = 670

test(`${runs} histories of 200 messages follow the model: rollbacks to older states, and forgery`, async () => {
  const subtle = globalThis.crypto.subtle as never
  const result = await simulatePairs(subtle, { runs, seed: 1, weather: 'crashing' })
  expect(result.failures).toEqual([])
  expect(result.passed).toBe(runs)
  // Every kind of event did happen.
  // Less what the responder could not say before it had heard anything.
  expect(result.sent).toBeGreaterThan(180 * runs)
  expect(result.turns).toBeGreaterThan(runs)
  expect(result.tags).toBeGreaterThan(5 * runs)
  expect(result.opened).toBeGreaterThan(20 * runs)
  expect(result.rejected).toBeGreaterThan(10 * runs)
  expect(result.rollbacks).toBeGreaterThan(runs)
  expect(result.pairs).toBe(2 * result.sent)
})
