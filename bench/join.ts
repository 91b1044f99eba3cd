/**
 * Tabs that join one room in the same instant, beside a raw `simple-peer` mesh of as many pages in the same browser, in
 * turn. The raw mesh knows its members from the start, proves nothing and seals nothing: it is the floor.
 */
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { startApp } from './app.ts'
import { requireChromium, servePage } from './chromium.ts'
import { type Gate, startGate } from './gate.ts'
import { firstAgreement, type Shown, type WatchedPage, watchRoom } from './join-page.ts'
import type { MeshPage } from './mesh-page.ts'
import { type Choice, type Figure, figureOf } from './runner.ts'

/** Rounds of each number of tabs. */
const sizes = [
  { n: 2, rounds: 5 },
  { n: 8, rounds: 3 },
  { n: 16, rounds: 1 },
] as const
/** They end what hangs; a busy machine does not reach them. */
const roundMs = 10 * 60_000
const pageMs = 3 * 60_000
const lookMs = 500

/** Milliseconds from the instant at which all arrived at the relay. */
interface Joined {
  readonly oneKey: number
  readonly allDirect: number
}

const oneKey = (n: number) => (now: readonly Shown[]) =>
  now.every(({ key, members }) => key !== '' && key === now[0]?.key && members === n)
const allDirect = (n: number) => (now: readonly Shown[]) =>
  oneKey(n)(now) && now.every(({ direct }) => direct === n - 1)

export const openPages = async (
  browser: Browser,
  n: number,
  url: (i: number) => string,
): Promise<readonly [BrowserContext, readonly Page[]]> => {
  const context = await browser.newContext()
  context.setDefaultTimeout(pageMs)
  // tsx marks the names of functions by a helper, which a page does not have.
  await context.addInitScript('globalThis.__name = (named) => named')
  const pages: Page[] = []
  for (let i = 0; i < n; i++) {
    const page = await context.newPage()
    page.on('pageerror', (error) => console.error(error))
    await page.goto(url(i), { timeout: pageMs })
    pages.push(page)
  }
  return [context, pages]
}

export const fill = async (page: Page, name: string, group: string): Promise<void> => {
  await page.bringToFront()
  await page.getByLabel('Display name', { exact: true }).fill(name)
  await page.getByLabel('Group', { exact: true }).fill(group)
  await page.getByLabel('Password', { exact: true }).fill('a password to measure with')
  await page.evaluate(watchRoom)
}

/** By an event, not the mouse: a click would wait for a tab in the background to be drawn. */
export const submit = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Join group', exact: true }).dispatchEvent('click')

const shownBy = (page: Page): Promise<readonly Shown[]> =>
  page.evaluate(() => (globalThis as WatchedPage).shown ?? [])

const within = async <T>(what: string, work: Promise<T>): Promise<T> => {
  let cancel = (): void => undefined
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: not within ${roundMs / 1000} s`)), roundMs)
    cancel = () => clearTimeout(timer)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    cancel()
  }
}

export const untilAllDirect = async (pages: readonly Page[]): Promise<readonly (readonly Shown[])[]> => {
  const holds = allDirect(pages.length)
  const until = Date.now() + roundMs
  for (;;) {
    const seen = await Promise.all(pages.map(shownBy))
    if (firstAgreement(seen, holds) !== null) return seen
    if (Date.now() > until) {
      const last = seen.map((shown) => shown.at(-1))
      throw new Error(`the tabs do not agree: ${JSON.stringify(last)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}

const joinRoom = async (browser: Browser, gate: Gate, n: number, group: string): Promise<Joined> => {
  const [context, pages] = await openPages(browser, n, () => gate.url)
  try {
    for (const [i, page] of pages.entries()) await fill(page, `member ${i + 1}`, group)
    const opened = gate.openAt(n)
    await Promise.all(pages.map(submit))
    const at = await within('stretching the password', opened)
    const seen = await untilAllDirect(pages)
    const since = (holds: (now: readonly Shown[]) => boolean): number =>
      (firstAgreement(seen, holds) ?? Number.NaN) - at
    return { oneKey: since(oneKey(n)), allDirect: since(allDirect(n)) }
  } finally {
    await context.close()
  }
}

const linkMesh = async (browser: Browser, url: string, n: number): Promise<number> => {
  const [context, pages] = await openPages(browser, n, (self) => `${url}?self=${self}&count=${n}`)
  try {
    for (const page of pages)
      await page.waitForFunction(() => (globalThis as MeshPage).startMesh !== undefined)
    const at = await pages[0]?.evaluate(() => (globalThis as MeshPage).startMesh?.())
    if (at === undefined) throw new TypeError('a mesh of nobody')
    const wait = { timeout: roundMs, polling: lookMs }
    const linked = await Promise.all(
      pages.map(async (page) =>
        (await page.waitForFunction(() => (globalThis as MeshPage).linkedAt, null, wait)).jsonValue(),
      ),
    )
    return Math.max(...linked.map(Number)) - at
  } finally {
    await context.close()
  }
}

export const measure = async (report: (figure: Figure) => void, choice: Choice): Promise<void> => {
  const executablePath = requireChromium()
  const { url, relay } = await startApp()
  const gate = await startGate(url)
  const mesh = await servePage(`import ${JSON.stringify(join(import.meta.dirname, 'mesh-page.ts'))}`)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    for (const { n, rounds: usual } of sizes) {
      if (choice.n !== null && choice.n !== n) continue
      const rounds = choice.rounds ?? usual
      const ours: Joined[] = []
      const theirs: number[] = []
      for (let round = 0; round < rounds; round++) {
        theirs.push(await linkMesh(browser, mesh.url, n))
        ours.push(await joinRoom(browser, gate, n, `bench of joining ${n} ${round}`))
      }
      const figure = (name: string, read: (joined: Joined) => number): Figure =>
        figureOf(
          { name, n, unit: 'ms', better: 'less', rounds },
          { area: 'join', where: 'chromium' },
          ours.map(read),
          { name: 'simple-peer mesh', figures: theirs },
        )
      report(figure('one key on all', (joined) => joined.oneKey))
      report(figure('all links direct', (joined) => joined.allDirect))
    }
  } finally {
    await browser.close()
    mesh.close()
    gate.close()
    relay.kill('SIGKILL')
  }
}
