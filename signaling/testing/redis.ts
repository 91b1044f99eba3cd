/** Real redis-servers for tests: one, or a cluster of three. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cluster, Redis } from 'ioredis'

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

/**
 * Starts a redis-server that flushes every change to disk. Rejects if it is not installed.
 *
 * @param extra - more arguments for it
 */
export async function startRedis(...extra: readonly string[]): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'relay-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  const start = async (): Promise<void> => {
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', '']
    const server = spawn('redis-server', [
      ...args,
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
      ...extra,
    ])
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

export interface TestCluster {
  readonly nodes: readonly TestRedis[]
  /** Resolves when every node serves its part of the slots. */
  readonly connect: () => Promise<Cluster>
  stop(): Promise<void>
}

const SLOTS = 16_384

/** Starts three masters that share the slots. */
export async function startCluster(): Promise<TestCluster> {
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  const nodes = await Promise.all(
    ports.map((port) => startRedis('--cluster-enabled', 'yes', '--cluster-port', `${port}`)),
  )
  const clients = nodes.map(({ url }) => new Redis(url))
  const startOf = (node: number): number => Math.ceil((node * SLOTS) / nodes.length)
  const isWhole = async (): Promise<boolean> => {
    const infos = await Promise.all(clients.map((client) => client.cluster('INFO')))
    return infos.every((info) => /cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info))
  }
  for (const [i, client] of clients.entries()) {
    await client.cluster('ADDSLOTSRANGE', startOf(i), startOf(i + 1) - 1)
    // Each has an epoch of its own, as a cluster's nodes agree by it.
    await client.cluster('SET-CONFIG-EPOCH', i + 1)
  }
  for (const [i, { url }] of nodes.entries()) {
    if (i > 0) await clients[0]?.cluster('MEET', '127.0.0.1', Number(new URL(url).port), ports[i]!)
  }
  while (!(await isWhole())) await new Promise((resolve) => setTimeout(resolve, 50))
  for (const client of clients) client.disconnect()
  return {
    nodes,
    async connect() {
      const cluster = new Cluster(
        nodes.map(({ url }) => url),
        { lazyConnect: true },
      )
      await cluster.connect()
      return cluster
    },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  }
}
