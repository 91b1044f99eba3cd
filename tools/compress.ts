/** Brotli beside every text of the built app, made once at build: the relay serves it to browsers that take it. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { afterBuild } from './after-build.ts'

export const compressedEnding = '.br'
const texts = new Set(['.html', '.js', '.css', '.svg', '.webmanifest', '.txt', '.json'])
/** Shorter ones gain nothing. */
const leastBytes = 1024

export const compressPlugin = () =>
  afterBuild('compress', (directory) => {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || !texts.has(extname(entry.name))) continue
      const body = readFileSync(path)
      if (body.length < leastBytes) continue
      const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT }
      writeFileSync(`${path}${compressedEnding}`, brotliCompressSync(body, { params }))
    }
  })
