import type { BrowserContext, Page } from 'playwright/test'

/** What went wrong in the pages of one browser context. */
export interface PageLog {
  readonly consoleErrors: string[]
  readonly pageErrors: string[]
  readonly violations: string[]
}

const mark = 'securitypolicyviolation:'

/** Listens to every page that `context` opens from now on. */
export async function watchPages(context: BrowserContext): Promise<PageLog> {
  const log: PageLog = { consoleErrors: [], pageErrors: [], violations: [] }

  await context.addInitScript((prefix) => {
    addEventListener(
      'securitypolicyviolation',
      ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
        console.error(`${prefix} ${violatedDirective} blocked ${blockedURI} (${sourceFile}:${lineNumber})`)
      },
    )
  }, mark)

  const watch = (page: Page): void => {
    page.on('pageerror', (error) => log.pageErrors.push(error.stack ?? error.message))
    page.on('crash', () => log.pageErrors.push('the page crashed'))
    page.on('console', (message) => {
      if (message.type() !== 'error') return
      const text = message.text()
      // The browser's own report covers Workers, where no listener of ours runs.
      if (text.startsWith(mark) || text.includes('Content Security Policy')) log.violations.push(text)
      else if (text.startsWith('Uncaught')) log.pageErrors.push(text)
      else log.consoleErrors.push(text)
    })
  }
  context.on('page', watch)
  for (const page of context.pages()) watch(page)
  return log
}
