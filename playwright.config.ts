/**
 * The tests in real tabs. Their limits end what hangs: they are so long that a busy machine does not reach them, and a
 * test that passes never waits for one.
 */

import { defineConfig } from 'playwright/test'
import { findChromium } from './tools/chromium.mjs'

const executablePath = findChromium()
if (executablePath === null) throw new Error('no Chromium found: run `node tools/setup.mjs --browser`')
// The test processes load this file again and need not search.
process.env.CHROMIUM_PATH = executablePath

export default defineConfig({
  testDir: 'e2e',
  // One test is already several tabs and a relay.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: 'list',
  timeout: 300_000,
  expect: { timeout: 60_000 },
  use: {
    trace: 'off',
    video: 'off',
    screenshot: 'off',
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
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
