/**
 * `npm run test:long`: what takes too long for every run. Many more histories, relays and browsers killed many times, a
 * million broken frames, and a long visit. The last line is `N passed, N failed`, as that of `npm test`.
 */

import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runParts } from './parts.mjs'
import { browser, counting, single } from './runners.mjs'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))

/** The trials print when they end. */
const silenceMs = 60 * 60_000
const crashes = 50

const histories = (name, runs) =>
  counting(`sim ${name} ${runs}`, 'sim', { args: [name, '--runs', `${runs}`] })
const trial = (name, args) => counting(name, 'trial', { args, silenceMs })

/** The second client needs Python 3 and its `cryptography`; where they are not, its parts are left out, and it says so. */
const hasPython = spawnSync('python3', ['-c', 'import cryptography']).status === 0
if (!hasPython) console.log('left out: the client in Python (no python3 with `cryptography`)')
const pythonParts = [
  counting('Python vectors', 'interop'),
  browser('Python client', { args: ['e2e/python-client.spec.ts'], env: { PYTHON_CLIENT: '1' } }),
]

await runParts([
  [[single('build', 'build')]],
  [
    [
      histories('group', 300),
      histories('group', 5_000),
      counting('explorer', 'explore', { args: ['--depth', '4'], silenceMs }),
      histories('ratchet', 20_000),
      histories('frames', 200_000),
      histories('links', 30_000),
    ],
  ],
  [
    [
      trial('relay crashes', ['crash', '--runs', `${crashes}`]),
      trial('with Redis', ['crash', '--runs', `${crashes}`, '--redis']),
      trial('broken frames', ['fuzz']),
    ],
  ],
  [[browser('tab crashes', { args: ['e2e/crash.spec.ts'], env: { CRASH_ROUNDS: `${crashes}` } })]],
  [[browser('long outages', { args: ['e2e/links.spec.ts'], env: { OUTAGE_MS: '60000' } })]],
  [[browser('large files', { args: ['e2e/files.spec.ts'], env: { LARGE_FILES: '1' } })]],
  ...(hasPython ? [[pythonParts]] : []),
  [[single('soak', 'soak', { args: ['--minutes', '10'] })]],
])
