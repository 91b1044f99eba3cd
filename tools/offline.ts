/** Puts in front of the service worker which files the built app has, from the list that is published. */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterBuild } from './after-build.ts'
import { listFiles } from './file-list.ts'

export const serviceWorkerName = 'service-worker.js'

/** The two constants that `src/host/offline/service-worker.ts` declares. */
export const builtFilesOf = (directory: string): string => {
  const lines = listFiles(directory)
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith(`  ${serviceWorkerName}`))
  const entries = lines.map((line) => {
    const [hash = '', name = ''] = line.split('  ')
    const path = name === 'index.html' ? '/' : encodeURI(`/${name}`)
    return [path, `sha256-${Buffer.from(hash, 'hex').toString('base64')}`] as const
  })
  const build = createHash('sha256').update(lines.join('\n')).digest('hex')
  return `const build=${JSON.stringify(build)},builtFiles=${JSON.stringify(Object.fromEntries(entries))};\n`
}

/** Before the list of files is made, which holds the service worker too. */
export const offlinePlugin = () =>
  afterBuild('offline', (directory) => {
    const path = join(directory, serviceWorkerName)
    if (!existsSync(path)) throw new Error('the service worker was not built')
    writeFileSync(path, builtFilesOf(directory) + readFileSync(path, 'utf8'))
  })
