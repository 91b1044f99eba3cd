/**
 * Starts the relay, with the app unless `--without-app`: reads the settings, opens the store, listens, and drains on
 * SIGTERM or SIGINT.
 */

import { existsSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClock } from './server/clock.ts'
import { readSettings, SettingError, type Settings } from './server/env.ts'
import { createLog, kindOf, type Log } from './server/logs.ts'
import { openSharedRooms, openStore } from './server/open-store.ts'
import { type RunningServer, startServer } from './server/server.ts'
import type { SharedRooms } from './server/shared-rooms.ts'
import { StoreError } from './store/sqlite-file.ts'
import type { Store } from './store/store.ts'

const PORTS_TO_TRY = 50

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

/** Listens on the configured port, or without one on the first free port from the default upwards. */
async function listen(
  { options, portChosen, drainMs }: Settings,
  kept: Kept,
  log: Log,
): Promise<RunningServer> {
  for (let port = options.port; ; port++) {
    try {
      return await startServer({ ...options, ...kept, port, drainMs, log })
    } catch (error) {
      if (codeOf(error) === 'EADDRINUSE') {
        if (!portChosen && port < options.port + PORTS_TO_TRY) continue
        throw new SettingError(`port ${port} is in use; set PORT to a free one`)
      }
      if (codeOf(error) === 'EACCES')
        throw new SettingError(`no permission for port ${port}; set PORT above 1023`)
      if (`${codeOf(error)}`.startsWith('ERR_OSSL')) {
        throw new SettingError('TLS_CERT and TLS_KEY must be a PEM certificate and its key')
      }
      if (codeOf(error) === 'EADDRNOTAVAIL' || codeOf(error) === 'ENOTFOUND') {
        throw new SettingError('HOST must be an address of this computer')
      }
      throw error
    }
  }
}

/** The first signal drains the relay; the second exits at once. */
function stopOnSignal(server: RunningServer, store: Store, log: Log): void {
  let stopping = false
  const stop = (): void => {
    if (stopping) process.exit(1)
    stopping = true
    log.info({}, 'stopping')
    server
      .close()
      .then(() => store.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ error: kindOf(error) }, 'could not stop cleanly')
          process.exit(1)
        },
      )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

interface Kept {
  readonly store: Store
  readonly sharedRooms?: SharedRooms
}

async function open({ store: settings, leaseMs }: Settings, log: Log): Promise<Kept> {
  const { clusterUrls, redisUrls } = settings
  const now = createClock(
    Date.now,
    () => performance.now(),
    (ms) => log.warn({ ms: Math.round(ms) }, 'the clock jumped ahead; nothing expires by that'),
  )
  try {
    const store = await openStore(settings, now, (text) => log.warn({}, text))
    if (redisUrls.length === 0) return { store }
    const onChange = (event: string): void => log.warn({}, event)
    return { store, sharedRooms: await openSharedRooms(redisUrls, { leaseMs, onChange }) }
  } catch (error) {
    const name = clusterUrls.length > 0 ? 'REDIS_CLUSTER' : redisUrls.length > 0 ? 'REDIS_URL' : 'RELAY_DATA'
    const reason = error instanceof StoreError ? error.message : kindOf(error)
    throw new SettingError(`cannot use the store that ${name} names (${reason})`)
  }
}

/** SIGHUP: reads certificates, and limits from RELAY_ENV_FILE, again. Invalid settings change nothing. */
function reloadOnSignal(server: RunningServer, read: () => Settings, log: Log): void {
  process.on('SIGHUP', () => {
    try {
      const { limits, tls } = read().options
      server.reload({ ...(limits === undefined ? {} : { limits }), ...(tls === undefined ? {} : { tls }) })
      log.warn({}, 'reloaded')
    } catch (error) {
      log.error({ error: kindOf(error) }, 'not reloaded')
    }
  })
}

async function main(): Promise<void> {
  // The build of this file is dist/relay/main.js, and the app is in dist/app.
  const read = (): Settings => readSettings(process.env, fileURLToPath(new URL('../app', import.meta.url)))
  const settings = read()
  const { appDirectory = '', ...options } = settings.options
  const alone = process.argv.includes('--without-app')
  if (!alone && !existsSync(join(appDirectory, 'index.html'))) {
    throw new SettingError('the app is not built: run `npm run build`, or set APP_DIR to a built app')
  }
  const isFile = settings.store.clusterUrls.length + settings.store.redisUrls.length === 0
  const data = isFile ? resolve(settings.store.data) : ''
  if (!alone && data.startsWith(`${resolve(appDirectory)}${sep}`)) {
    throw new SettingError('RELAY_DATA must not lie in APP_DIR, which is served')
  }
  const log = createLog(settings.logLevel)
  for (const name of settings.unknown) log.warn({ name }, 'a variable that is no setting of the relay')
  const kept = await open(settings, log)
  const server = await listen(alone ? { ...settings, options } : settings, kept, log)
  stopOnSignal(server, kept.store, log)
  reloadOnSignal(server, read, log)
  log.info({ port: server.port, store: isFile ? 'file' : 'redis' }, 'started')
  console.log(`MLWE-PAKE is at ${server.url}`)
}

main().catch((error: unknown) => {
  console.error(`MLWE-PAKE cannot start: ${error instanceof Error ? error.message : 'unknown error'}`)
  process.exit(1)
})
