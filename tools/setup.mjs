/**
 * Makes a fresh clone runnable: dependencies, and with --browser a Chromium for the tests.
 * Silent where nothing is missing. Plain Node: it runs before anything is installed.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'
import { run } from './run.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const installMs = 10 * 60_000
const downloadMs = 3 * 60_000

function lockedPackages(file) {
  try {
    const { packages } = JSON.parse(readFileSync(join(root, file), 'utf8'))
    return Object.entries(packages).filter(([path]) => path !== '')
  } catch {
    return null
  }
}

/** npm notes what it installed in node_modules/.package-lock.json, as the last step of an installation. */
function isInstalled() {
  const wanted = lockedPackages('package-lock.json')
  const present = lockedPackages('node_modules/.package-lock.json')
  if (wanted === null || present === null) return false
  const have = new Map(present)
  return wanted.every(([path, { version, integrity, optional }]) => {
    const found = have.get(path)
    // Optional packages are for other platforms where they are absent.
    if (found === undefined) return optional === true
    return found.version === version && found.integrity === integrity
  })
}

/** `npm` as it was called, or the one in PATH. */
const npm = (args, options) =>
  process.env.npm_execpath
    ? run(process.execPath, [process.env.npm_execpath, ...args], options)
    : run('npm', args, options)

async function installPackages() {
  console.log('Installing dependencies…')
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const exact = await npm(['ci', ...options], { timeoutMs: installMs, quiet: true })
  if (exact.code === 0) return null
  // Where a lock file lists no binaries for this platform, `ci` refuses and `install` still keeps to the lock.
  const lenient = await npm(['install', '--no-save', ...options], { timeoutMs: installMs })
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
    timeoutMs: downloadMs,
    quiet: true,
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' },
  })
  if (findChromium() !== null) return null
  if (isRootOnDebian()) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-q'], { timeoutMs: downloadMs, quiet: true, env })
    await run('apt-get', ['install', '-y', '-q', 'chromium'], { timeoutMs: installMs, quiet: true, env })
    if (findChromium() !== null) return null
  }
  return [
    'The tests need a Chromium, and none could be found or installed.',
    'Install Chromium or Google Chrome, or set CHROMIUM_PATH to one, then try again.',
  ].join('\n')
}

/** The relay's tests run a Redis of their own; where it cannot be had, they fail and say so. */
async function installRedis() {
  if ((await run('redis-server', ['--version'], { timeoutMs: 10_000, quiet: true })).code === 0) return
  if (!isRootOnDebian()) return
  console.log('Installing a Redis for the tests…')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-q'], { timeoutMs: downloadMs, quiet: true, env })
  // Only the program: no server that starts with the machine.
  const args = ['install', '-y', '-q', '--no-install-recommends', 'redis-server']
  await run('apt-get', args, { timeoutMs: installMs, quiet: true, env })
}

async function setup() {
  const problem = isInstalled() ? null : await installPackages()
  if (problem !== null) return problem
  if (!process.argv.includes('--browser')) return null
  await installRedis()
  return findChromium() === null ? installBrowser() : null
}

const problem = await setup().catch((error) => (error instanceof Error ? error.message : 'setup failed'))
if (problem !== null) {
  console.error(problem)
  process.exitCode = 1
}
