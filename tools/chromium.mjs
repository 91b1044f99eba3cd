/** Finds a Chromium for the tests. Plain Node: the setup calls it before anything is installed. */

import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Some systems ship a `chromium-browser` that only explains how to install one, or one that lacks libraries. */
const answers = (path) => spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0

/** Where Playwright keeps its own download of Chromium, if Playwright is installed. */
function downloaded() {
  try {
    return [createRequire(import.meta.url)('playwright').chromium.executablePath()]
  } catch {
    return []
  }
}

/**
 * @returns the path of a Chromium that starts: CHROMIUM_PATH, else one in PATH, else Playwright's own download; `null` if
 *   there is none
 * @throws if CHROMIUM_PATH does not name a program
 */
export function findChromium() {
  const chosen = process.env.CHROMIUM_PATH
  if (chosen) {
    if (!isExecutable(chosen)) throw new Error('CHROMIUM_PATH does not name a program that can be run')
    return chosen
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const inPath = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const usable = (path) => isExecutable(path) && answers(path)
  return inPath.find(usable) ?? downloaded().find(usable) ?? null
}
