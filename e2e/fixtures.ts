import { randomBytes } from 'node:crypto'
import { test as base, expect } from 'playwright/test'
import { Member, type MemberOptions } from './member.ts'
import { type PageLog, watchPages } from './page-log.ts'
import { startRelay, type TestRelay } from './relay.ts'

export interface OpenOptions extends Partial<MemberOptions> {
  /** Query of the page's address, such as `transport=relay`. */
  readonly query?: string
}

/** What one test has for itself: a relay on a port of its own, and names that no other test uses. */
export interface Room {
  readonly relay: TestRelay
  readonly log: PageLog
  readonly group: string
  readonly password: string
  /** Opens the app in a new tab, ready to join; group and password are this room's unless given. */
  openMember(name: string, options?: OpenOptions): Promise<Member>
}

export const unique = (prefix: string): string => `${prefix}-${randomBytes(8).toString('hex')}`

export const test = base.extend<{ readonly room: Room }>({
  room: async ({ context }, use, testInfo) => {
    const log = await watchPages(context)
    const relay = await startRelay()
    const own = { group: unique('group'), password: unique('password') }
    try {
      await use({
        relay,
        log,
        ...own,
        async openMember(name, { query, ...options } = {}) {
          const page = await context.newPage()
          await page.goto(query === undefined ? relay.url : `${relay.url}/?${query}`)
          return new Member(page, name, { ...own, ...options })
        },
      })
      if (log.consoleErrors.length > 0) {
        await testInfo.attach('console errors', { body: log.consoleErrors.join('\n') })
      }
      expect(log.violations, 'violations of the Content Security Policy').toEqual([])
      expect(log.pageErrors, 'uncaught errors').toEqual([])
    } finally {
      await relay.stop()
    }
  },
})

export { expect }
