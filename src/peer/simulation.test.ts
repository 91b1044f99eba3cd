import { expect, test } from 'vitest'
import { runHistory } from './simulation/history.ts'
import { type Action, scheduleOf, shrink } from './simulation/schedule.ts'

/** Histories that once ended badly, and why. */
const regressions: readonly (readonly [why: string, seed: number, schedule: readonly Action[]])[] = [
  [
    'newcomers who met only each other and a refusing stranger waited for ever for somebody to admit them',
    24,
    [
      { kind: 'join', wait: 40 },
      { kind: 'join', wait: 40 },
      { kind: 'intrude', wait: 40 },
    ],
  ],
  [
    'two whose first exchange of rosters was lost never spoke of it again',
    42,
    [
      { kind: 'join', wait: 901 },
      { kind: 'join', wait: 706 },
    ],
  ],
]

test.each(regressions)('%s', async (_why, seed, schedule) => {
  expect((await runHistory(seed, { schedule })).violation).toBeNull()
})

/** Whole histories of seeds that once ended badly. */
test.each([
  [110671, 'a proof that ended well on one side only left two sessions that did not fit, for good'],
  [110827, 'a newcomer whose password was changed meanwhile waited for ever for those who do not answer'],
])('seed %i: %s', async (seed) => {
  expect((await runHistory(seed, { fast: true })).violation).toBeNull()
})

test.each([1, 2, 3, 6, 9, 14])(
  'seed %i goes the same way with real and with fast primitives',
  async (seed) => {
    const [real, fast] = [await runHistory(seed), await runHistory(seed, { fast: true })]
    expect(real.violation).toBeNull()
    expect(fast).toEqual(real)
  },
  60_000,
)

test('a failing schedule is cut down to what makes it fail', async () => {
  const schedule = scheduleOf(5, 30)
  const culprit = schedule.findIndex(({ kind }) => kind === 'say')
  const shortest = await shrink(schedule, async (candidate) => candidate.includes(schedule[culprit]!))
  expect(shortest).toEqual([schedule[culprit]])
})
