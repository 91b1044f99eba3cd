/** Command line of the simulation of links: `npm run sim -- links --runs N --seed S`. */

import { parseArgs } from 'node:util'
import { playLink } from './history.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const [runs, first] = [Number(values.runs), Number(values.seed)]

const sum = { frames: 0, returned: 0, doubled: 0, connections: 0, direct: 0 }
let failed = 0
for (let seed = first; seed < first + runs; seed++) {
  const { problems, direct, ...counts } = playLink(seed)
  if (problems.length > 0) {
    failed += 1
    console.log(`seed ${seed}: ${problems.slice(0, 3).join('; ')}`)
  }
  for (const name of ['frames', 'returned', 'doubled', 'connections'] as const) sum[name] += counts[name]
  if (direct) sum.direct += 1
}
console.log(
  Object.entries(sum)
    .map(([name, count]) => `${name} ${count}`)
    .join(', '),
)
console.log(`${runs - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
