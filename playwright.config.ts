import { defineConfig } from 'playwright/test'
import { findChromium } from './tools/chromium.mjs'

const executablePath = findChromium()
if (executablePath === null) throw new Error('no Chromium found: run `node tools/setup.mjs --browser`')
// The test processes read this file again and need not search.
process.env.CHROMIUM_PATH = executablePath

export default defineConfig({
  testDir: 'e2e',
  // Several tabs and a relay are one test already: one at a time keeps their times meaningful.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: 'list',
  timeout: 60_000,
  globalTimeout: 11 * 60_000,
  expect: { timeout: 10_000 },
  use: {
    trace: 'off',
    video: 'off',
    screenshot: 'off',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    launchOptions: {
      executablePath,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
