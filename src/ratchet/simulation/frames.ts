/**
 * Command line of the hostile frames: `npm run sim -- frames --runs N --seed S`.
 */

import { parseArgs } from 'node:util'
import { bombard } from './hostile-frames.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const [runs, first] = [Number(values.runs), Number(values.seed)]
const { passed, failures, codes } = await bombard(globalThis.crypto.subtle as never, { runs, seed: first })
for (const { seed, what } of failures) console.log(`seed ${seed}: ${what}`)
console.log(
  Object.entries(codes)
    .map(([code, count]) => `${code} ${count}`)
    .join(', '),
)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
