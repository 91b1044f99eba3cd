/** `npm run sim -- guesses`: tests of a guess that a relay gets in a simulated day, beside what the protocol claims. */
import { parseArgs } from 'node:util'
import { playGuesses } from './guesses.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    hours: { type: 'string', default: '24' },
  },
})
const hours = Number(values.hours)
const first = Number(values.seed)
const rows = [
  ['a whole room', { apart: false, busy: false }],
  ['cut into parts', { apart: true, busy: false }],
  ['newcomers and merges', { apart: false, busy: true }],
  ['parts, newcomers and merges', { apart: true, busy: true }],
] as const
let passed = 0
let failed = 0
for (let seed = first; seed < first + Number(values.runs); seed++)
  for (const [name, how] of rows) {
    const { members, newcomers, ways, claim } = await playGuesses(seed, { hours, ...how })
    const most = Math.max(0, ...members.values())
    const list = (map: ReadonlyMap<string, number>) =>
      [...map].map(([key, count]) => `${key} ${count}`).join(', ')
    process.stdout.write(`${name}, ${hours} h: at most ${most} a member, claim ${claim} (${list(members)})\n`)
    process.stdout.write(`  newcomers: ${list(newcomers) || 'none'}; by ${list(ways)}\n`)
    if (most <= claim) passed += 1
    else failed += 1
  }
process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
