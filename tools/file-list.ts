/** Lists the SHA-256 of every file of the built app, so that anybody can compare what they were served. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { afterBuild } from './after-build.ts'
import { compressedEnding } from './compress.ts'

export const fileListName = 'files.txt'

/**
 * SHA-256 of every file below `directory`, one line each in the format of `sha256sum`, ordered by name. The same files
 * give the same text on every machine.
 */
export const listFiles = (directory: string): string =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ path, name: relative(directory, path).split(sep).join('/') }))
    // Compressed copies are of the files in the list.
    .filter(({ name }) => name !== fileListName && !name.endsWith(compressedEnding))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ path, name }) => `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${name}\n`)
    .join('')

/** Writes the list into the built app, where the page reads it. */
export const fileListPlugin = () =>
  afterBuild('file-list', (directory) => writeFileSync(join(directory, fileListName), listFiles(directory)))
