import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page, type TestInfo } from 'playwright/test'
import { Member, type MemberOptions } from './member.ts'

/** One person's browser with a profile folder of its own, which outlives the browser. */
export interface Computer {
  readonly folder: string
  open(url: string): Promise<Page>
  member(name: string, url: string, options: MemberOptions): Promise<Member>
  /** Closes the browser as a person does. */
  close(): Promise<void>
  /** Ends it in the middle of whatever it does. */
  kill(): Promise<void>
  /** Another computer with a copy of this one's folder. */
  copy(): Computer
  remove(): Promise<void>
}

/** Ends every process of one browser at once, as a power cut does. */
const killBrowser = (folder: string): void => {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
      if (command.includes(`--user-data-dir=${folder}`)) process.kill(Number(entry), 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'mlwe-pake-browser-'))

export const createComputer = ({ project }: TestInfo, folder = newFolder()): Computer => {
  let running: Promise<BrowserContext> | null = null
  const context = (): Promise<BrowserContext> => {
    running ??= chromium.launchPersistentContext(folder, { ...project.use.launchOptions })
    return running
  }
  const computer: Computer = {
    folder,
    async open(url) {
      const page = await (await context()).newPage()
      await page.goto(url)
      return page
    },
    async member(name, url, options) {
      return new Member(await computer.open(url), name, options)
    },
    async close() {
      await (await running)?.close()
      running = null
    },
    async kill() {
      const dying = await running
      running = null
      const ended = dying?.waitForEvent('close')
      killBrowser(folder)
      await ended
    },
    copy() {
      const copied = newFolder()
      cpSync(folder, copied, { recursive: true })
      return createComputer({ project } as TestInfo, copied)
    },
    async remove() {
      await computer.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return computer
}
