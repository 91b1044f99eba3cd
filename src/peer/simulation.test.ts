import { expect, test } from 'vitest'
import { runHistory } from './simulation/history.ts'

/** Seeds that once ended badly, and why. */
const regressions: readonly (readonly [seed: number, why: string])[] = [
  [
    24,
    'newcomers who met only each other and a refusing stranger waited for ever for somebody to admit them',
  ],
]

test.each(regressions)('seed %i: %s', async (seed) => {
  expect((await runHistory(seed)).violation).toBeNull()
})
