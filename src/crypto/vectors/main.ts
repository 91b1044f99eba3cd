import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { loadEngines } from './engines.ts'
import { runFile } from './files.ts'
import { emptyTally, explainTally, joinTallies, printTally } from './tally.ts'

/** `npm run vectors -- FILE…`: public vector files through the product's code. */
const paths = process.argv.slice(2)
if (paths.length === 0) {
  console.error('usage: npm run vectors -- FILE…')
  process.exit(2)
}

// npm changes to the project's folder; a path is meant from where the command was typed.
const from = process.env.INIT_CWD ?? '.'

const engines = await loadEngines()
let total = emptyTally
let refused = 0
for (const path of paths) {
  const name = basename(path)
  try {
    const tally = await runFile(JSON.parse(await readFile(resolve(from, path), 'utf8')), engines)
    if (tally === null) throw new TypeError('not a known format')
    total = joinTallies(total, tally)
    console.log(`${name}: ${printTally(tally)}`)
    for (const line of explainTally(tally)) console.log(`  ${line}`)
  } catch (error) {
    refused++
    console.error(`${name}: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
}
console.log(printTally(total))
process.exitCode = total.failed > 0 || refused > 0 ? 1 : 0
