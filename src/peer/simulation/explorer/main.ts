/** `npm run explore -- --depth N`: what `explore.ts` visits, and what it finds. */
import { parseArgs } from 'node:util'
import { explore } from './explore.ts'
import { scenarios } from './scenarios.ts'

const { values } = parseArgs({
  options: {
    depth: { type: 'string', default: '5' },
    losses: { type: 'string', default: '1' },
    crashes: { type: 'string', default: '1' },
    scenario: { type: 'string', default: '' },
  },
})
const [depth, losses, crashes] = [values.depth, values.losses, values.crashes].map(Number) as [
  number,
  number,
  number,
]
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
if (![depth, losses, crashes].every(isCount)) {
  process.stderr.write('usage: --depth N [--losses N] [--crashes N] [--scenario WORDS]\n')
  process.exit(2)
}

let failed = 0
const chosen = scenarios.filter(({ name }) => name.includes(values.scenario))
for (const scenario of chosen) {
  const start = performance.now()
  const found = await explore(scenario, { depth, losses, crashes })
  const seconds = ((performance.now() - start) / 1_000).toFixed(1)
  process.stdout.write(
    `${found.scenario}: ${found.states} states, ${found.leaves} leaves, ${found.merged} merged, settled within ${found.longestSettledMs / 1_000} s, ${seconds} s\n`,
  )
  for (const violation of found.violations) process.stdout.write(`  ${violation}\n`)
  if (found.violations.length > 0) failed += 1
}
process.stdout.write(`${chosen.length - failed} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
