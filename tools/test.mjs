/**
 * `npm test`: everything that must hold. The last line is `N passed, N failed`. A part that crashes or runs no test
 * counts as a failure, and so does every test that was skipped or not reached.
 */

import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runParts } from './parts.mjs'
import { browser, counting, single, unit } from './runners.mjs'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))

const checks = [
  single('format', 'check:format'),
  single('types', 'check:types'),
  single('import law', 'check:law'),
  single('dead exports', 'check:exports'),
]

await runParts([
  [checks, [single('build', 'build')]],
  [[unit('unit')]],
  // The browsers come first: histories have a clock of their own and take what the browsers leave idle.
  [[browser('e2e')], [counting('simulation', 'sim', { niceness: 10 })]],
])
