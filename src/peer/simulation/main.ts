/** `npm run sim -- group`: plays the histories of some seeds and says what they found; see `tools/sim.mjs`. */
import { parseArgs } from 'node:util'
import { runHistory } from './history.ts'
import { adversaries, scheduleOf, shrink } from './schedule.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
    fast: { type: 'boolean', default: false },
    pairs: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
const first = Number(values.seed)
const { fast, pairs } = values
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(first) || first < 0) {
  process.stderr.write('usage: --runs N --seed S [--fast] [--pairs]\n')
  process.exit(2)
}

const total = new Map<string, number>()
let failed = 0
let slowest = 0
process.stdout.write(`seeds ${first} to ${first + runs - 1}, ${fast ? 'fast' : 'real'} primitives\n`)
for (let seed = first; seed < first + runs; seed++) {
  const { violation, tally, settledMs } = await runHistory(seed, {
    fast,
    schedule: scheduleOf(seed, { pairs }),
  })
  for (const [name, count] of tally) total.set(name, (total.get(name) ?? 0) + count)
  const acted = [...adversaries, 'thief'].filter((one) =>
    [...tally.keys()].some((name) => name.startsWith(`${one}: `)),
  )
  const both = acted.length > 1 ? `together: ${acted.join(' and ')}` : null
  if (both !== null) total.set(both, (total.get(both) ?? 0) + 1)
  slowest = Math.max(slowest, settledMs)
  if (violation === null) continue
  failed += 1
  process.stdout.write(`seed ${seed}: ${violation}\n`)
  if (failed > 3) continue
  const fails = async (schedule: Parameters<typeof shrink>[0]) =>
    (await runHistory(seed, { fast, schedule })).violation?.slice(0, 3) === violation.slice(0, 3)
  const shortest = await shrink(scheduleOf(seed, { pairs }), fails)
  process.stdout.write(`shortest found: ${JSON.stringify(shortest)}\n`)
}
const counts = [...total].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${name} ${count}`)
process.stdout.write(`${counts.join(', ')}\nlongest until all agreed: ${Math.round(slowest / 1_000)} s\n`)
process.stdout.write(`${runs - failed} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
