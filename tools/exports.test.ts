/** The check for dead exports finds planted ones, and leaves exports alone that are used. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const temporary = mkdtempSync(join(tmpdir(), 'mlwe-pake-exports-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const files: Readonly<Record<string, string>> = {
  'src/host/worker/worker.ts': "import { used } from '../../codec/index.ts'\nconsole.log(used)",
  'src/codec/index.ts': "export { reexportedForNobody, used } from './codec.ts'",
  'src/codec/codec.ts': 'export const used = 1\nexport const reexportedForNobody = 2\nexport const dead = 3',
  'src/codec/codec.test.ts': "import { forTests } from './tested.ts'\nconsole.log(forTests)",
  'src/codec/tested.ts': 'export const forTests = 1',
  'src/codec/orphan.ts': 'export const orphan = 1',
}

describe('the check of dead exports', () => {
  let output = ''

  beforeAll(() => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(temporary, name)), { recursive: true })
      writeFileSync(join(temporary, name), text)
    }
    for (const name of ['knip.json', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, name), join(temporary, name))
    }
    symlinkSync(join(root, 'node_modules'), join(temporary, 'node_modules'), 'dir')
    const cli = join(root, 'node_modules', 'knip', 'bin', 'knip.js')
    output = spawnSync(process.execPath, [cli], { cwd: temporary, encoding: 'utf8' }).stdout
  })

  it.each(['dead', 'reexportedForNobody'])('reports %s', (name) => {
    expect(output).toMatch(new RegExp(`^${name}\\b.*src/codec/`, 'm'))
  })

  it('reports a file that nothing imports', () => {
    expect(output).toMatch(/^src\/codec\/orphan\.ts/m)
  })

  it('accepts exports that are used', () => {
    expect(output).not.toMatch(/^(used|forTests)\b/m)
  })
})
