/**
 * Makes a fresh clone runnable: installs the dependencies, and with --browser a Chromium, a Redis and a TURN server for the tests.
 * Prints nothing if nothing is missing. Plain Node, because it runs before anything is installed.
 */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'
import { run } from './run.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** A download that makes no progress for this long has stalled. npm gives up on one by itself. */
const silenceMs = 3 * 60_000

function lockedPackages(file) {
  try {
    const { packages } = JSON.parse(readFileSync(join(root, file), 'utf8'))
    return Object.entries(packages).filter(([path]) => path !== '')
  } catch {
    return null
  }
}

/** npm writes node_modules/.package-lock.json as the last step of an installation. */
function isInstalled() {
  const wanted = lockedPackages('package-lock.json')
  const present = lockedPackages('node_modules/.package-lock.json')
  if (wanted === null || present === null) return false
  const have = new Map(present)
  return wanted.every(([path, { version, integrity, optional }]) => {
    const found = have.get(path)
    // An optional package that is absent is for another platform.
    if (found === undefined) return optional === true
    return found.version === version && found.integrity === integrity
  })
}

/** The npm that started this, or the one in PATH. */
const npm = (args, options) =>
  process.env.npm_execpath
    ? run(process.execPath, [process.env.npm_execpath, ...args], options)
    : run('npm', args, options)

async function installPackages() {
  console.log('Installing dependencies…')
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const exact = await npm(['ci', ...options], { quiet: true })
  if (exact.code === 0) return null
  // If the lock file lists no binaries for this platform, `ci` refuses; `install` still respects the lock.
  const lenient = await npm(['install', '--no-save', ...options], {})
  return lenient.code === 0
    ? null
    : 'The dependencies could not be installed. Check the network connection and try again.'
}

const isRootOnDebian = () =>
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get')

async function installBrowser() {
  console.log('Installing a Chromium for the tests…')
  const cli = join(root, 'node_modules', 'playwright', 'cli.js')
  await run(process.execPath, [cli, 'install', 'chromium'], {
    silenceMs,
    quiet: true,
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' },
  })
  if (findChromium() !== null) return null
  if (isRootOnDebian()) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-q'], { silenceMs, quiet: true, env })
    await run('apt-get', ['install', '-y', '-q', 'chromium'], { silenceMs, quiet: true, env })
    if (findChromium() !== null) return null
  }
  return [
    'The tests need a Chromium, and none could be found or installed.',
    'Install Chromium or Google Chrome, or set CHROMIUM_PATH to one, then try again.',
  ].join('\n')
}

/**
 * The tests run their own Redis and TURN server. Without a Redis some fail and say so; without a TURN server two are
 * skipped.
 */
async function installServers() {
  const missing = []
  if ((await run('redis-server', ['--version'], { quiet: true })).code !== 0) missing.push('redis-server')
  if (!existsSync('/usr/bin/turnserver')) missing.push('coturn')
  if (missing.length === 0 || !isRootOnDebian()) return
  console.log(`Installing for the tests: ${missing.join(', ')}…`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-q'], { silenceMs, quiet: true, env })
  // Only the programs, not services that start with the machine.
  const args = ['install', '-y', '-q', '--no-install-recommends', ...missing]
  await run('apt-get', args, { silenceMs, quiet: true, env })
}

async function setup() {
  const problem = isInstalled() ? null : await installPackages()
  if (problem !== null) return problem
  if (!process.argv.includes('--browser')) return null
  await installServers()
  return findChromium() === null ? installBrowser() : null
}

const problem = await setup().catch((error) => (error instanceof Error ? error.message : 'setup failed'))
if (problem !== null) {
  console.error(problem)
  process.exitCode = 1
}
