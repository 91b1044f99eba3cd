import { expect, test } from 'vitest'
import { runHistory } from './simulation/history.ts'
import { runPreKeyHistory } from './simulation/pre-key-history.ts'
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
  [610447, 'a proof that a relay had spoiled was never tried again, and two members had no session for good'],
  [701823, 'what was said to one that expired and came back was never said again'],
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

test.each([
  [12, 'what was left for somebody whose pre-key another newcomer had used first was dropped'],
  [16, 'what was written before the first epoch missed the one who was still to come into the roster'],
  [118, 'and so it did where that one had just been proved to'],
])('pre-keys, seed %i: %s', async (seed) => {
  expect(await runPreKeyHistory(seed)).toBeNull()
})

test('a relay that serves pre-keys twice and answers twice: one session each, and nothing is lost', async () => {
  for (let seed = 1; seed <= 10; seed++) expect(await runPreKeyHistory(seed)).toBeNull()
}, 60_000)

const [join, say] = [
  { kind: 'join', wait: 2_000 },
  { kind: 'say', who: 0, wait: 1_500 },
] as const
const evict = { kind: 'evict', who: 0, wait: 1_500 } as const

/** I9. That the search can find something: see the sabotage of the same name in `tools/mutations.test.ts`. */
test.each<readonly [string, readonly Action[]]>([
  ['that left', [join, join, join, say, { kind: 'leave', who: 1, wait: 1_500 }, say, join, say]],
  ['that was evicted', [join, join, join, say, evict, say, join, say]],
  [
    'that was evicted during a partition',
    [
      join,
      join,
      join,
      join,
      say,
      { kind: 'partition', mask: 0b110, wait: 2_000 },
      evict,
      say,
      { kind: 'heal', wait: 2_000 },
      say,
      join,
      say,
    ],
  ],
])(
  'a member %s derives nothing from its whole last state and all later traffic',
  async (_how, schedule) => {
    for (const seed of [1, 2, 3]) {
      const { violation, tally } = await runHistory(seed, { schedule })
      expect(violation).toBeNull()
      expect(tally.get('replayed to the removed')).toBeGreaterThan(20)
    }
  },
  60_000,
)
