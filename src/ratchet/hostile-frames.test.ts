import { expect, test } from 'vitest'
import { bombard } from './simulation/hostile-frames.ts'

// A million: npm run sim -- frames --runs 1000000
const runs = 10_000

test(`${runs} random, damaged and lying frames: a code each time, no byte of state`, async () => {
  const { passed, failures, codes } = await bombard(globalThis.crypto.subtle as never, { runs, seed: 1 })
  expect(failures).toEqual([])
  expect(passed).toBe(runs)
  expect(Object.keys(codes).sort()).toEqual([
    'ratchet/bad-keys',
    'ratchet/jump',
    'ratchet/malformed',
    'ratchet/unreadable',
  ])
})
