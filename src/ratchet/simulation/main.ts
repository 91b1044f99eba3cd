/**
 * Command line of the simulation: `npm run sim -- ratchet --runs N --seed S`.
 */

import { parseArgs } from 'node:util'
import type { WebCrypto } from '../../crypto/index.ts'
import { simulatePairs } from './pair-simulation.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
})
const [runs, first] = [Number(values.runs), Number(values.seed)]
const showEvery = 1000

let done = 0
const sum: Record<string, number> = {}
let failed = 0
while (done < runs) {
  const part = Math.min(showEvery, runs - done)
  const {
    failures,
    passed: _,
    ...counts
  } = await simulatePairs(globalThis.crypto.subtle as never as WebCrypto, { runs: part, seed: first + done })
  done += part
  failed += failures.length
  for (const { seed, what } of failures) console.log(`seed ${seed}: ${what}`)
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count
  if (done < runs) console.log(`${done} of ${runs}, ${failed} failed`)
}
console.log(
  Object.entries(sum)
    .map(([name, count]) => `${name} ${count}`)
    .join(', '),
)
console.log(`${done - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
