/**
 * A file from one tab of the app to another by their direct link, sealed, hashed and checked, beside a raw data channel
 * between two pages of the same browser that carries as many bytes in chunks of the same size.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright'
import { startApp } from './app.ts'
import type { ChannelPage } from './channel-page.ts'
import { requireChromium, servePage } from './chromium.ts'
import { type Choice, type Figure, figureOf } from './runner.ts'

/** Plaintext of a chunk, and its frame (`src/files/SPEC.md`). */
const [chunkBytes, frameBytes] = [48 * 1024, 48 * 1024 + 53]
const megabytes = 96
const size = megabytes * 1024 * 1024
/** They end what hangs; a busy machine does not reach them. */
const waitMs = 10 * 60_000

const openPage = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage()
  page.setDefaultTimeout(waitMs)
  page.on('pageerror', (error) => console.error(error))
  await page.addInitScript('globalThis.__name = (named) => named')
  return page
}

const perSecondOver = (ms: number): number => (1000 * megabytes) / ms

const joinTab = async (context: BrowserContext, url: string, name: string, group: string): Promise<Page> => {
  const page = await openPage(context)
  await page.goto(url)
  await page.bringToFront()
  await page.getByLabel('Display name', { exact: true }).fill(name)
  await page.getByLabel('Group', { exact: true }).fill(group)
  await page.getByLabel('Password', { exact: true }).fill('a password to measure with')
  await page.getByRole('button', { name: 'Join group', exact: true }).click()
  await page.getByTestId('epoch').waitFor()
  return page
}

/** MB/s from `Accept` to the file that was checked. */
const sendFile = async (
  context: BrowserContext,
  url: string,
  path: string,
  group: string,
): Promise<number> => {
  const sender = await joinTab(context, url, 'sender', group)
  const receiver = await joinTab(context, url, 'receiver', group)
  try {
    const listed = sender.getByRole('list', { name: 'Members' }).getByRole('listitem')
    await listed.filter({ hasText: /\bdirect\b/ }).waitFor()
    await sender.bringToFront()
    const [chooser] = await Promise.all([
      sender.waitForEvent('filechooser'),
      sender.getByRole('button', { name: 'Send file', exact: true }).click(),
    ])
    await chooser.setFiles(path)
    const accept = receiver.getByRole('button', { name: 'Accept bench.bin', exact: true })
    await accept.waitFor()
    // The clock of the receiving page: what it shows is when it happened.
    const took = receiver.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let at = 0
          const log = document.querySelector('[role=log]')!
          log.addEventListener('click', () => (at = Date.now()), { capture: true })
          const look = (): void => {
            const done = [...log.querySelectorAll('article')].some(({ textContent }) =>
              /bench\.bin[\s\S]*\breceived\b/.test(textContent ?? ''),
            )
            if (at !== 0 && done) resolve(Date.now() - at)
          }
          new MutationObserver(look).observe(log, { childList: true, subtree: true, characterData: true })
        }),
    )
    await receiver.bringToFront()
    await accept.click()
    return perSecondOver(await took)
  } finally {
    await sender.close()
    await receiver.close()
  }
}

/** MB/s of the raw channel, by the clock of the receiving page. */
const sendRaw = async (context: BrowserContext, url: string): Promise<number> => {
  const sender = await openPage(context)
  await sender.goto(`${url}?self=0`)
  const receiver = await openPage(context)
  await receiver.goto(`${url}?self=1`)
  try {
    for (const page of [sender, receiver])
      await page.waitForFunction(() => (globalThis as ChannelPage).openAt !== undefined)
    const count = Math.ceil(size / chunkBytes)
    const at = await receiver.evaluate(
      (bytes) => (globalThis as ChannelPage).expectBytes?.(bytes) ?? 0,
      count * frameBytes,
    )
    await sender.evaluate(
      ([chunks, bytes]) => (globalThis as ChannelPage).sendChunks?.(chunks!, bytes!),
      [count, frameBytes],
    )
    const done = await receiver.waitForFunction(() => (globalThis as ChannelPage).receivedAt, null, {
      timeout: waitMs,
    })
    return perSecondOver(Number(await done.jsonValue()) - at)
  } finally {
    await sender.close()
    await receiver.close()
  }
}

export const measure = async (report: (figure: Figure) => void, choice: Choice): Promise<void> => {
  const executablePath = requireChromium()
  const folder = mkdtempSync(join(tmpdir(), 'mlwe-pake-bench-'))
  const path = join(folder, 'bench.bin')
  writeFileSync(path, randomBytes(size))
  const { url, relay } = await startApp()
  const raw = await servePage(`import ${JSON.stringify(join(import.meta.dirname, 'channel-page.ts'))}`)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  // Pages of one context hear each other's signals.
  const context = await browser.newContext()
  try {
    const rounds = choice.rounds ?? 3
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < rounds; round++) {
      theirs.push(await sendRaw(context, raw.url))
      ours.push(await sendFile(context, url, path, `bench of files ${round}`))
    }
    const about = { name: 'a file, tab to tab', n: megabytes, unit: 'MiB/s', better: 'more', rounds } as const
    report(
      figureOf(about, { area: 'files', where: 'chromium' }, ours, {
        name: 'raw data channel',
        figures: theirs,
      }),
    )
  } finally {
    await browser.close()
    raw.close()
    relay.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}
