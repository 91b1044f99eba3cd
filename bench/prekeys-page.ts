import { chromium } from 'playwright'
import { findChromium } from '../tools/chromium.mjs'
import { startApp } from './app.ts'
import type { BenchCase } from './runner.ts'

interface Joining {
  /** Milliseconds from the room's first sight until all 100 were made and the relay had them. */
  readonly stocked: number
  /** Tasks of the page's own thread that took longer than 50 ms, from the click on. */
  readonly longTasks: number
  /** Milliseconds; 0 where none was long. */
  readonly longest: number
}

interface Seen {
  longTasks: number[]
  /** `performance.now()` of the frame that first showed it. */
  epoch: number | null
  stock: number | null
}

/** A member joins to stay, in the app itself, as people run it. */
const joinToStay = async (): Promise<Joining> => {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('no Chromium: install one or set CHROMIUM_PATH')
  const { url, relay } = await startApp()
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByLabel('Display name', { exact: true }).fill('Ann')
    await page.getByLabel('Group', { exact: true }).fill('bench of pre-keys')
    await page.getByLabel('Password', { exact: true }).fill('a password to measure with')
    await page.getByRole('checkbox', { name: 'Stay a member after closing this tab' }).check()
    await page.evaluate(() => {
      const seen = globalThis as unknown as Seen
      Object.assign(seen, { longTasks: [], epoch: null, stock: null })
      const look = (): void => {
        const text = (id: string) => document.querySelector(`[data-testid="${id}"]`)?.textContent ?? ''
        if (/\d/.test(text('epoch'))) seen.epoch ??= performance.now()
        if (/^100 of/.test(text('pre-keys'))) seen.stock ??= performance.now()
        if (seen.stock === null) requestAnimationFrame(look)
      }
      look()
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.longTasks.push(duration)
      }).observe({ type: 'longtask' })
    })
    await page.getByRole('button', { name: 'Join group', exact: true }).click()
    await page
      .getByTestId('pre-keys')
      .filter({ hasText: /^100 of/ })
      .waitFor({ timeout: 60_000 })
    const { longTasks, epoch, stock } = await page.evaluate(() => {
      const { longTasks, epoch, stock } = globalThis as unknown as Seen
      return { longTasks, epoch, stock }
    })
    if (epoch === null || stock === null) throw new Error('the stock was not seen to grow')
    return { stocked: stock - epoch, longTasks: longTasks.length, longest: Math.max(0, ...longTasks) }
  } finally {
    await browser.close()
    relay.kill('SIGKILL')
  }
}

let joined: Promise<Joining> | null = null
const figure = (name: string, unit: string, read: (joining: Joining) => number): BenchCase => ({
  name,
  n: 100,
  unit,
  better: 'less',
  rounds: 1,
  prepare: async () => ({
    ours: async () => {
      joined ??= joinToStay()
      return read(await joined)
    },
    peer: null,
  }),
})

/** All of one joining. */
export const pageCases: readonly BenchCase[] = [
  figure('in the app: made, published, counted', 'ms', ({ stocked }) => stocked),
  figure('in the app: tasks of the page over 50 ms meanwhile', 'tasks', ({ longTasks }) => longTasks),
  figure('in the app: the longest of them', 'ms', ({ longest }) => longest),
]
