/** What a room costs in which nobody says anything: the share of a core of each tab, all of one browser, from `/proc`. */
import { readdirSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright'
import { startApp } from './app.ts'
import { requireChromium } from './chromium.ts'
import { fill, openPages, submit, untilAllDirect } from './join.ts'
import { type Choice, type Figure, figureOf } from './runner.ts'

const sizes = [8, 16] as const
/** Heartbeats have found their longest interval by then. */
const calmMs = 3 * 60_000
const watchedMs = 60_000
const ticksPerSecond = 100

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

interface Process {
  readonly id: number
  readonly parent: number
  /** Of the process itself, user and system, in ticks. */
  readonly ticks: number
}

const processes = (): readonly Process[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      // The name of the program, in brackets, may hold anything.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      return [{ id: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }]
    } catch {
      return []
    }
  })

/** Seconds of a core that this process and all below it have used. */
const secondsOf = (root: number): number => {
  const all = processes()
  const family = new Set([root])
  for (let before = 0; before < family.size; ) {
    before = family.size
    for (const { id, parent } of all) if (family.has(parent)) family.add(id)
  }
  return all.reduce((sum, { id, ticks }) => sum + (family.has(id) ? ticks : 0), 0) / ticksPerSecond
}

/** Percent of a core, for each of `n` tabs. */
const idle = async (url: string, n: number, isRoom: boolean): Promise<number> => {
  const server = await chromium.launchServer({ executablePath: requireChromium(), args: ['--no-sandbox'] })
  const root = server.process().pid ?? 0
  const browser = await chromium.connect(server.wsEndpoint())
  try {
    const [, pages] = await openPages(browser, n, () => url)
    if (isRoom) {
      for (const [i, page] of pages.entries()) {
        await fill(page, `member ${i + 1}`, `bench of idling ${n}`)
        await submit(page)
      }
      await untilAllDirect(pages)
    }
    await wait(isRoom ? calmMs : 10_000)
    const before = secondsOf(root)
    await wait(watchedMs)
    return (100 * (secondsOf(root) - before)) / (watchedMs / 1_000) / n
  } finally {
    await browser.close()
    await server.close()
  }
}

export const measure = async (report: (figure: Figure) => void, choice: Choice): Promise<void> => {
  const { url, relay } = await startApp()
  try {
    for (const n of sizes) {
      if (choice.n !== null && choice.n !== n) continue
      const rounds = choice.rounds ?? 1
      const ours: number[] = []
      const theirs: number[] = []
      for (let round = 0; round < rounds; round++) {
        theirs.push(await idle(url, n, false))
        ours.push(await idle(url, n, true))
      }
      report(
        figureOf(
          { name: 'an idle tab of a room', n, unit: '% of core', better: 'less', rounds },
          { area: 'idle', where: 'chromium' },
          ours,
          { name: 'as many tabs that joined nothing', figures: theirs },
        ),
      )
    }
  } finally {
    relay.kill('SIGKILL')
  }
}
