/** Brotli beside every text of the built app, made once at build: the relay serves it to browsers that take it. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

export const compressedEnding = '.br'
const texts = new Set(['.html', '.js', '.css', '.svg', '.webmanifest', '.txt', '.json'])
/** Shorter ones gain nothing. */
const leastBytes = 1024

export function compressPlugin() {
  let directory: string | null = null
  return {
    name: 'compress',
    apply: 'build' as const,
    configResolved(config: { build: { outDir: string; ssr: string | boolean } }) {
      directory = config.build.ssr === false ? config.build.outDir : null
    },
    closeBundle() {
      if (directory === null) return
      for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name)
        if (!entry.isFile() || !texts.has(extname(entry.name))) continue
        const body = readFileSync(path)
        if (body.length < leastBytes) continue
        const params = {
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        }
        writeFileSync(`${path}${compressedEnding}`, brotliCompressSync(body, { params }))
      }
    },
  }
}
