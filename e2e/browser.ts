import { cpSync, mkdtempSync, rmSync } from 'node:fs'
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
  /** Another computer with a copy of this one's folder. */
  copy(): Computer
  remove(): Promise<void>
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
