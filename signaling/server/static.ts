/** The built app, read into memory once. */

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

export interface StaticFile {
  readonly body: Buffer
  /** The same, compressed at build; `null` where no such file lies beside it. */
  readonly brotli: Buffer | null
  readonly type: string
  readonly etag: string
  readonly cacheControl: string
  /** Whether this is the script of the Worker that runs a member, by its file name. */
  readonly worker: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** Names that the bundler derives from the content, so that a changed file gets a new name. */
const hashedName = /^assets\/.*-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/

function readStatic(path: string, name: string): StaticFile {
  const body = readFileSync(path)
  const compressed = `${path}.br`
  return {
    body,
    brotli: existsSync(compressed) ? readFileSync(compressed) : null,
    type: types[extname(name).toLowerCase()] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
    cacheControl: hashedName.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    worker: /^assets\/.*worker[^/]*\.m?js$/i.test(name),
  }
}

/**
 * Maps request paths to files. Only files in the map are served, so no request can reach outside `directory`. Symbolic
 * links are skipped.
 */
export function loadStatic(directory: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  if (!existsSync(directory)) return files
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.br')) continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path).split(sep).join('/')
    files.set(encodeURI(`/${name}`), readStatic(path, name))
  }
  const index = files.get('/index.html')
  if (index !== undefined) files.set('/', index)
  return files
}
