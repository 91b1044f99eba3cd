/** I13: guesses in parallel, by invented sleepers, by silent and rubbish strangers, and by keeping two apart. */
import { expect, test } from 'vitest'
import { playCrowd, playSlowCrowd } from '../simulation/crowd.ts'
import { playGuesses } from '../simulation/guesses.ts'

const cases = [
  ['fifty guesses by invented sleepers', { apart: false, busy: true }],
  ['81 guesses an hour by keeping two apart', { apart: true, busy: false }],
  ['guesses in parallel', { apart: false, busy: false }],
] as const

test.each(cases)(
  '%s: a relay that plays all flows for three hours tests 12 and one an hour at most',
  async (_name, how) => {
    const { members, claim } = await playGuesses(1, { hours: 3, ...how })
    expect(members.size).toBe(3)
    for (const tests of members.values()) expect(tests).toBeLessThanOrEqual(claim)
    // The program does test: a relay that got nothing would show nothing.
    for (const tests of members.values()) expect(tests).toBeGreaterThan(5)
  },
)

test.each(['holds-slot', 'silent', 'stalls'] as const)(
  'silent strangers: 16 that are older and %s keep a newcomer out for a minute at most',
  async (manner) => {
    const seconds = await playCrowd(1, { manner, strangers: 16, invited: false, door: 'open' })
    expect(seconds ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(60)
  },
)

test('twelve strangers that answer rubbish do not delay one who was invited', async () => {
  const how = { manner: 'answers-rubbish', strangers: 12, invited: true, door: 'open' } as const
  expect((await playCrowd(2, how)) ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(5)
})

test('sixteen slow tabs at once leave no charge behind and shut no door', async () => {
  const { seconds, level, shut } = await playSlowCrowd(1, 16, 1_000)
  expect(seconds ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(90)
  expect(level).toBeLessThan(0.01)
  expect(shut).toBe(false)
})
