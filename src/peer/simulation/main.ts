import { parseArgs } from 'node:util'
import { runHistory, type Tally } from './history.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '24' }, seed: { type: 'string', default: '1' } },
})
const runs = Number(values.runs)
const first = Number(values.seed)
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(first) || first < 0) {
  process.stderr.write('usage: npm run sim -- --runs N --seed S\n')
  process.exit(2)
}

const total: Tally = { joins: 0, leaves: 0, kills: 0, refusals: 0, messages: 0, relayRestarts: 0 }
let failed = 0
process.stdout.write(`seeds ${first} to ${first + runs - 1}\n`)
for (let seed = first; seed < first + runs; seed++) {
  const { violation, tally } = await runHistory(seed)
  for (const name of Object.keys(total) as (keyof Tally)[]) total[name] += tally[name]
  if (violation === null) continue
  failed += 1
  process.stdout.write(`seed ${seed}: ${violation}\n`)
}
const counts = Object.entries(total).map(([name, count]) => `${name} ${count}`)
process.stdout.write(`${counts.join(', ')}\n${runs - failed} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
