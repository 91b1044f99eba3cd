/** The service worker is told of every built file but itself, with hashes that a browser reads. */

import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, expect, test } from 'vitest'
import { builtFilesOf, serviceWorkerName } from './offline.ts'

const directory = mkdtempSync(join(tmpdir(), 'mlwe-pake-offline-'))
afterAll(() => rmSync(directory, { recursive: true }))

const read = (): { build: string; builtFiles: Record<string, string> } =>
  runInNewContext(`${builtFilesOf(directory)};({ build, builtFiles })`)

test('lists every file under the path that the page asks for, except the service worker and the list', () => {
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), '<p>')
  writeFileSync(join(directory, 'assets', 'a b.js'), 'a')
  writeFileSync(join(directory, 'files.txt'), 'old')
  writeFileSync(join(directory, 'assets', 'a b.js.br'), 'compressed')
  const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`
  const { build, builtFiles } = read()
  expect(builtFiles).toEqual({ '/': hash('<p>'), '/assets/a%20b.js': hash('a') })
  writeFileSync(join(directory, serviceWorkerName), 'self')
  expect(read()).toEqual({ build, builtFiles })
})

test('another content is another build', () => {
  const { build } = read()
  writeFileSync(join(directory, 'assets', 'a b.js'), 'other')
  expect(read().build).not.toBe(build)
})
