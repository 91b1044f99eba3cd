/** The list of built files is complete, reproducible, and what `sha256sum --check` reads. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileListName, listFiles } from './file-list.ts'

const directory = mkdtempSync(join(tmpdir(), 'mlwe-pake-files-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('lists every file once, ordered by name, except itself', () => {
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), '<p>')
  writeFileSync(join(directory, 'assets', 'b.js'), 'b')
  writeFileSync(join(directory, 'assets', 'a.js'), 'a')
  const before = listFiles(directory)
  writeFileSync(join(directory, fileListName), before)
  expect(listFiles(directory)).toBe(before)
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  expect(before).toBe(`${hash('a')}  assets/a.js\n${hash('b')}  assets/b.js\n${hash('<p>')}  index.html\n`)
})

test('sha256sum reads the list, and finds a changed file', () => {
  const check = () => execFileSync('sha256sum', ['--check', '--strict', fileListName], { cwd: directory })
  expect(check().toString()).toContain('assets/a.js: OK')
  writeFileSync(join(directory, 'assets', 'a.js'), 'another')
  expect(check).toThrow()
})
