/**
 * From the navigation to a page that can be used, in a browser that knows nothing of it and on a processor slowed down
 * four times: the form is there, and the page's thread is free to take a key. Beside an empty React page.
 */
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright'
import { startApp } from './app.ts'
import { requireChromium, servePage } from './chromium.ts'
import { type Choice, type Figure, figureOf } from './runner.ts'

const usualRounds = 9
const slowedBy = 4
const limitMs = 60_000

/** Runs in the page, before anything of its own. */
const watch = (): void => {
  const look = (): void => {
    const field = document.querySelector('input')
    if (field === null) return void requestAnimationFrame(look)
    // Drawn, and nothing that was queued before is left.
    requestAnimationFrame(() => setTimeout(() => performance.mark('usable')))
  }
  look()
}

const load = async (browser: Browser, url: string): Promise<number> => {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowedBy })
    // tsx marks the names of functions by a helper, which a page does not have.
    await page.addInitScript('globalThis.__name = (named) => named')
    await page.addInitScript(watch)
    await page.goto(url)
    const usable = () => performance.getEntriesByName('usable')[0]?.startTime ?? 0
    return Number(await (await page.waitForFunction(usable, null, { timeout: limitMs })).jsonValue())
  } finally {
    await context.close()
  }
}

export const measure = async (report: (figure: Figure) => void, choice: Choice): Promise<void> => {
  const executablePath = requireChromium()
  const { url, relay } = await startApp()
  const empty = await servePage(`import ${JSON.stringify(join(import.meta.dirname, 'empty-page.ts'))}`)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const rounds = choice.rounds ?? usualRounds
  const ours: number[] = []
  const theirs: number[] = []
  try {
    // The first of each warms up the browser and the disk.
    for (let round = 0; round <= rounds; round++) {
      theirs.push(await load(browser, empty.url))
      ours.push(await load(browser, url))
    }
  } finally {
    await browser.close()
    empty.close()
    relay.kill('SIGKILL')
  }
  const name = `usable after navigation, CPU slowed ${slowedBy}×`
  report(
    figureOf(
      { name, n: 1, unit: 'ms', better: 'less', rounds },
      { area: 'load', where: 'chromium' },
      ours.slice(1),
      { name: 'empty React page', figures: theirs.slice(1) },
    ),
  )
}
