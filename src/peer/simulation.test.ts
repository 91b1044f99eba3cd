import { expect, test } from 'vitest'
import { runHistory } from './simulation/history.ts'
import { type Action, adversaries, scheduleOf, shrink } from './simulation/schedule.ts'

/** Whole histories of seeds that once ended badly. */
test.each([
  [7, 'a clock finer than a millisecond made a heartbeat that could not be encoded'],
  [
    53,
    'a tag in a session whose other side had not spoken yet opened that session, and nothing could be sealed in it',
  ],
  [56, 'a background tab asked the oldest address each minute, and never the next one'],
  [416, 'a knock that a relay replayed kept two rooms from ever merging'],
  [556, 'A3 that came twice met a handshake that was used up'],
  [582, 'a part that listed a member which knew nobody of it waited for it, and it for that part'],
  [10_057, 'what a sleeper had sent by mail held back the roster that made it readable'],
  [401_155, 'a letter read in the step that let its writer near was not awaited by anybody’s clock'],
  [404_047, 'three lost names withdrew a genuine letter, and its message was shown twice'],
  [722_423, 'a newcomer whose user asked again spent every guess at an older room with another password'],
  [728_651, 'the same, while the door that it needed was shut'],
  [731_200, 'sleepers that a relay had invented stayed on the list when it named them no more'],
  [804_027, 'a flow 1 that crossed the other run, and came after it had ended well, replaced its session'],
  [
    805_024,
    'quick doors of another room took every proof that a newcomer had left from a slow one of the right room',
  ],
  [
    806_072,
    'a dead member of the roster that one had met by its letter alone was counted by the others only',
  ],
  [
    1_410_190,
    'of a member that a letter had brought, the next step noted what was said before it, refused or not',
  ],
  [
    1_414_525,
    'a user who asked again each minute from a tab in the background only ever asked the two oldest',
  ],
  [5_018, 'A4 was repeated to a newcomer that had been removed meanwhile'],
])('seed %i: %s', async (seed) => {
  expect((await runHistory(seed, { fast: true })).violation).toBeNull()
})

test.each([1, 3, 6])('seed %i goes the same way with real and with fast primitives', async (seed) => {
  const [real, fast] = [await runHistory(seed), await runHistory(seed, { fast: true })]
  expect(real.violation).toBeNull()
  expect(fast.violation).toBeNull()
  expect(fast.tally).toEqual(real.tally)
})

test('a failing schedule is cut down to what makes it fail', async () => {
  const schedule = scheduleOf(5, { actions: 30 })
  const culprit = schedule.findIndex(({ kind }) => kind === 'say')
  const shortest = await shrink(schedule, async (candidate) => candidate.includes(schedule[culprit]!))
  expect(shortest).toEqual([schedule[culprit]])
})

test('with pairs, two different adversaries have their turns in every schedule', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const acting = adversaries.filter((one) =>
      scheduleOf(seed, { pairs: true }).some(({ kind }) => kind === one),
    )
    expect(acting).toHaveLength(2)
  }
})

test.each([1, 2, 3, 4])('seed %i with a pair of adversaries', async (seed) => {
  const schedule = scheduleOf(seed, { pairs: true })
  expect((await runHistory(seed, { fast: true, schedule })).violation).toBeNull()
})

const join: Action = { kind: 'join', wait: 4_000 }
const say: Action = { kind: 'say', who: 0, count: 1, wait: 1_500 }
const evict: Action = { kind: 'evict', who: 0, whom: 1, password: false, withInvited: false, wait: 1_500 }

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
      { kind: 'partition', mask: 6, wait: 2_000 },
      evict,
      say,
      { kind: 'heal', wait: 2_000 },
      say,
      join,
      say,
    ],
  ],
])('a member %s derives nothing from its whole last state and all later traffic', async (_how, schedule) => {
  let replayed = 0
  for (const seed of [1, 2, 3]) {
    const { violation, tally } = await runHistory(seed, { schedule, fast: true })
    expect(violation).toBeNull()
    replayed += tally.get('frames replayed to the removed') ?? 0
  }
  // In all: where the network loses the goodbye itself, nobody knows that it is gone.
  expect(replayed).toBeGreaterThan(40)
})
