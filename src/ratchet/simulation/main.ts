import { parseArgs } from 'node:util'
import type { WebCrypto } from '../../crypto/index.ts'
import { simulatePairs } from './pair-simulation.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: 'pair' } },
})
const runs = Number(values.runs)
const { passed, failures, ...counts } = await simulatePairs(globalThis.crypto.subtle as never as WebCrypto, {
  runs,
  seed: values.seed,
})
for (const { seed, what } of failures) console.log(`${seed}: ${what}`)
console.log(
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', '),
)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
