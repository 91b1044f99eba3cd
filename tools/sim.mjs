/**
 * `npm run sim -- [NAME] --runs N --seed S [--fast] [--pairs]`: the histories S to S + N - 1 of one simulation, in batches
 * that one process per core takes from a queue. `--pairs`: of groups, with two different adversaries in each. Each batch prints what it finds; the last line is the sum, `N passed, N failed`.
 */

import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { run } from './run.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Histories unless a number is given. `npm test` plays those of the first. */
const usualRuns = { group: 100, ratchet: 1000, frames: 10_000, links: 10_000, guesses: 1, crowd: 1 }
const files = {
  group: 'src/peer/simulation/main.ts',
  frames: 'src/ratchet/simulation/frames.ts',
  links: 'src/transport/simulation/main.ts',
  guesses: 'src/peer/simulation/guesses-main.ts',
  crowd: 'src/peer/simulation/crowd-main.ts',
}
/** What these print is what they are for. */
const figures = ['guesses', 'crowd']
/** More histories of groups than this are played with fast primitives: see `src/peer/testing/fast-crypto.ts`. */
const realRuns = 1000
const fileOf = (name) => join(root, files[name] ?? `src/${name}/simulation/main.ts`)
const names = Object.keys(usualRuns).filter((name) => existsSync(fileOf(name)))

function readArguments() {
  const { values, positionals } = parseArgs({
    options: {
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      fast: { type: 'boolean', default: false },
      pairs: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const [name = 'group', ...rest] = positionals
  const runs = Number(values.runs ?? usualRuns[name])
  const seed = Number(values.seed)
  const isCount = (value, least) => Number.isSafeInteger(value) && value >= least
  if (rest.length > 0 || !names.includes(name) || !isCount(runs, 1) || !isCount(seed, 0)) throw new Error()
  return { name, runs, seed, fast: values.fast, pairs: values.pairs }
}

/** Enough batches that the cores finish together, few enough that starting processes costs little. */
const batchesPerCore = 4

const batchesOf = (runs, seed, count) =>
  Array.from({ length: count }, (_, i) => {
    const [start, end] = [i, i + 1].map((edge) => seed + Math.floor((runs * edge) / count))
    return { first: start, runs: end - start }
  })

const tsx = join(root, 'node_modules', '.bin', 'tsx')

/** A process that breaks off counts as a failure of its own. */
const playBatch = async (name, batch, form) => {
  const args = [fileOf(name), '--runs', `${batch.runs}`, '--seed', `${batch.first}`, ...form]
  const { code, output } = await run(tsx, args)
  if (figures.includes(name)) process.stdout.write(output)
  const counts = /^(\d+) passed, (\d+) failed$/.exec(output.trimEnd().split('\n').at(-1) ?? '')
  return {
    passed: Number(counts?.[1] ?? 0),
    failed: Number(counts?.[2] ?? 1) || (code === 0 ? 0 : 1),
  }
}

async function simulate({ name, runs, seed, fast, pairs }) {
  const processes = Math.min(availableParallelism(), 8)
  const isFast = fast || runs > realRuns
  const form = name !== 'group' ? [] : [...(isFast ? ['--fast'] : []), ...(pairs ? ['--pairs'] : [])]
  const queue = batchesOf(runs, seed, Math.min(processes * batchesPerCore, Math.ceil(runs / 8)))
  let passed = 0
  let failed = 0
  const takeBatches = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      const counts = await playBatch(name, batch, form)
      passed += counts.passed
      failed += counts.failed
    }
  }
  await Promise.all(Array.from({ length: processes }, takeBatches))
  console.log(`${name}, seeds ${seed} to ${seed + runs - 1}\n${passed} passed, ${failed} failed`)
  return failed
}

let chosen
try {
  chosen = readArguments()
} catch {
  console.error(`usage: npm run sim -- [${names.join('|')}] --runs N --seed S [--fast] [--pairs]`)
  process.exit(2)
}
process.exitCode = (await simulate(chosen)) === 0 ? 0 : 1
