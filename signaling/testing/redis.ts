/** A real redis-server for tests. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const bound = probe.address()
      probe.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0))
    })
  })

export interface TestRedis {
  readonly url: string
  /** Kills it without warning, like a crash. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Connections stay open, and nothing is answered. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

/** Starts a redis-server that flushes every change to disk. Rejects if it is not installed. */
export async function startRedis(): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'relay-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  const start = async (): Promise<void> => {
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', '']
    const server = spawn('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'always'])
    child = server
    const missing = new Promise<never>((_, reject) => {
      server.on('error', () =>
        reject(new Error('redis-server is missing: install it (apt-get install redis-server)')),
      )
    })
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null })
    client.on('error', () => {})
    await Promise.race([client.ping(), missing]).finally(() => client.disconnect())
  }
  const kill = async (): Promise<void> => {
    const server = child
    child = null
    if (server === null) return
    const ended = new Promise((resolve) => server.on('close', resolve))
    server.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async stop() {
      await kill()
      rmSync(directory, { recursive: true })
    },
  }
}
