/**
 * `npm run fuzz -- TARGET|all [--seconds N] [--seed S]`: one target, or each for as long, and a table of what came of it.
 *
 * Each target runs in a process of its own. One that hangs or dies leaves the input that it was at.
 */

import { fork } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toHex } from '../src/codec/index.ts'
import { readCorpus } from './corpus.ts'
import { type Finding, fuzz, type Report, show } from './driver.ts'
import type { Input } from './target.ts'
import { targets } from './targets/index.ts'

interface Job {
  readonly name: string
  readonly seconds: number
  readonly seed: number
}

type Row = Omit<Report, 'findings' | 'outcomes'> & {
  readonly findings: readonly ReturnType<typeof show>[]
  readonly outcomes: readonly (readonly [outcome: string, count: number])[]
}

/** How long an input may keep a process from saying that it lives. */
const hangMs = 600_000
const beatMs = 5_000

/** Notes each input in `file` before it runs. */
const noteIn = (file: string) => {
  const handle = openSync(file, 'w')
  return {
    note(input: Input): void {
      const text = `${JSON.stringify(input.map(toHex))}\n`
      writeSync(handle, text, 0)
    },
    close: () => closeSync(handle),
  }
}

/** The part of the process that runs one target. */
const runTarget = async ({ name, seconds, seed }: Job, file: string): Promise<void> => {
  const target = await targets[name]!().then(({ createTarget }) => createTarget())
  const { note, close } = noteIn(file)
  const end = Date.now() + seconds * 1_000
  let beat = 0
  const report = await fuzz(target, {
    seed,
    note,
    kept: readCorpus(name).map(({ input }) => input),
    isOver: () => {
      const now = Date.now()
      if (now - beat > beatMs) process.send?.('alive')
      if (now - beat > beatMs) beat = now
      return now >= end
    },
  })
  close()
  const outcomes = [...report.outcomes].sort(([, a], [, b]) => b - a)
  const row: Row = { ...report, outcomes, findings: report.findings.map(show) }
  process.send?.(row)
}

/** Runs one target in a process of its own. */
const play = (job: Job): Promise<Row> => {
  const directory = mkdtempSync(join(tmpdir(), 'fuzz-'))
  const file = join(directory, 'input.json')
  writeFileSync(file, '')
  const child = fork(import.meta.filename, [JSON.stringify(job), file], {
    execArgv: [...process.execArgv, '--max-old-space-size=1024'],
  })
  return new Promise((resolve) => {
    let row: Row | null = null
    const hang = setTimeout(() => child.kill('SIGKILL'), hangMs)
    child.on('message', (message) => {
      hang.refresh()
      if (message !== 'alive') row = message as Row
    })
    child.on('exit', (code) => {
      clearTimeout(hang)
      const noted = readFileSync(file, 'utf8').split('\n')[0]
      rmSync(directory, { recursive: true })
      resolve(row ?? broken(`the process ended (${code ?? 'hung'})`, noted === '' ? '[]' : noted!))
    })
  })
}

const broken = (about: string, input: string): Row => ({
  executions: 0,
  findings: [{ about, input: JSON.parse(input) as string[] }],
  outcomes: [],
  slowestMs: 0,
  slowestBytes: 0,
  largestBytes: 0,
})

const usage = `usage: npm run fuzz -- ${Object.keys(targets).join('|')}|all [--seconds N] [--seed S]`

const readJobs = (): readonly Job[] | null => {
  const { values, positionals } = parseArgs({
    options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
    allowPositionals: true,
  })
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)]
  const [name = ''] = positionals
  const names = name === 'all' ? Object.keys(targets) : [name]
  const isRight = positionals.length === 1 && names.every((one) => one in targets)
  if (!isRight || !(seconds > 0) || !Number.isSafeInteger(seed)) return null
  return names.map((one) => ({ name: one, seconds, seed }))
}

const columns = [14, 12, 10, 9, 12, 12, 10] as const
const line = (...cells: readonly (string | number)[]): void =>
  console.log(
    cells
      .map((cell, i) => (i === 0 ? `${cell}`.padEnd(columns[i]!) : `${cell}`.padStart(columns[i]!)))
      .join(''),
  )

const playAll = async (jobs: readonly Job[]): Promise<readonly Finding['what'][]> => {
  const found: string[] = []
  line('target', 'executions', 'a second', 'outcomes', 'slowest ms', 'of bytes', 'findings')
  for (const job of jobs) {
    const row = await play(job)
    const rate = (row.executions / job.seconds).toFixed(0)
    line(
      job.name,
      row.executions,
      rate,
      row.outcomes.length,
      row.slowestMs.toFixed(0),
      row.slowestBytes,
      row.findings.length,
    )
    if (jobs.length === 1) for (const [outcome, count] of row.outcomes) console.log(`  ${count}  ${outcome}`)
    for (const finding of row.findings) {
      console.log(JSON.stringify(finding))
      found.push(finding.about)
    }
  }
  return found
}

const [first, file] = process.argv.slice(2)
if (process.send !== undefined && first !== undefined && file !== undefined)
  await runTarget(JSON.parse(first) as Job, file)
else {
  const jobs = readJobs()
  if (jobs === null) {
    console.error(usage)
    process.exitCode = 2
  } else process.exitCode = (await playAll(jobs)).length === 0 ? 0 : 1
}
