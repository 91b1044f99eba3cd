/** Opens the configured store, and the shared rooms if Redis is used. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { createMemoryStore } from '../store/memory-store.ts'
import { createRedisStore } from '../store/redis-store.ts'
import { createShardedStore } from '../store/sharded-store.ts'
import { createSqliteStore } from '../store/sqlite-store.ts'
import type { Store, StoreLimits } from '../store/store.ts'
import { createSharedRooms, type SharedRooms, type SharedRoomsOptions } from './shared-rooms.ts'

export interface StoreSettings {
  /** Path of the file, or `memory`. */
  readonly data: string
  /** Nodes of a Redis Cluster by which the others are found. If any, it holds what is stored, and `redisUrls` only seats. */
  readonly clusterUrls: readonly string[]
  /** If any, `data` is ignored. */
  readonly redisUrls: readonly string[]
  readonly limits: StoreLimits
}

/** Connections fail fast while Redis is down, since clients repeat their requests. */
const failingFast = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 5000,
} satisfies RedisOptions
const retryAfter = (times: number): number => Math.min(50 * 2 ** times, 2000)

const connectRedis = (url: string): Redis => {
  const redis = new Redis(url, {
    ...failingFast,
    lazyConnect: true,
    enableAutoPipelining: true,
    retryStrategy: retryAfter,
  })
  // Every failed request reports its own error.
  redis.on('error', () => {})
  return redis
}

/** Every node may be the first that answers; credentials are those of the first. */
async function connectCluster(urls: readonly string[]): Promise<Cluster> {
  const nodes = urls.map((url) => new URL(url))
  const [{ username, password, protocol }] = nodes as [URL]
  const cluster = new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) })),
    {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryAfter,
      // A slot that moved, or whose node has died, is found again within a request.
      maxRedirections: 4,
      redisOptions: {
        ...failingFast,
        ...(username === '' ? {} : { username: decodeURIComponent(username) }),
        ...(password === '' ? {} : { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' ? { tls: {} } : {}),
      },
    },
  )
  // Every failed request reports its own error.
  cluster.on('error', () => {})
  await cluster.connect()
  return cluster
}

/** What an operator should know about a Redis that works, in words for the log. */
async function warningsOf(redis: Redis): Promise<readonly string[]> {
  const info = await redis.info()
  const read = (name: string): string => new RegExp(`^${name}:(\\S*)`, 'm').exec(info)?.[1] ?? ''
  return [
    ...(read('aof_enabled') === '0' ? ['redis without append-only file: letters are lost with it'] : []),
    ...(read('maxmemory_policy') === 'noeviction'
      ? []
      : ['redis may evict: set maxmemory-policy noeviction']),
  ]
}

/** Opens the store and checks it. Rejects if it cannot store anything. */
export async function openStore(
  { data, clusterUrls, redisUrls, limits }: StoreSettings,
  now: () => number,
  warn: (text: string) => void,
): Promise<Store> {
  const [firstUrl, ...otherUrls] = redisUrls
  const open = async (url: string): Promise<Store> => {
    const redis = connectRedis(url)
    await redis.connect()
    for (const text of await warningsOf(redis)) warn(text)
    return createRedisStore(redis, limits, now)
  }
  let store: Store
  if (clusterUrls.length > 0) {
    const cluster = await connectCluster(clusterUrls)
    const warnings = await Promise.all(cluster.nodes('master').map(warningsOf))
    for (const text of new Set(warnings.flat())) warn(text)
    store = createRedisStore(cluster, limits, now)
  } else if (firstUrl !== undefined) {
    const [first, ...others] = [await open(firstUrl), ...(await Promise.all(otherUrls.map(open)))]
    store = others.length === 0 ? first : createShardedStore([first, ...others])
  } else if (data === 'memory') store = createMemoryStore(limits, now)
  else {
    mkdirSync(dirname(data), { recursive: true })
    store = createSqliteStore(data, limits, now)
  }
  await store.check()
  return store
}

/** Connects to every Redis for shared rooms. Rejects if one cannot be reached. */
export async function openSharedRooms(
  urls: readonly string[],
  options: SharedRoomsOptions,
): Promise<SharedRooms> {
  const connections = urls.map((url) => ({ redis: connectRedis(url), subscriber: connectRedis(url) }))
  await Promise.all(connections.flatMap(({ redis, subscriber }) => [redis.connect(), subscriber.connect()]))
  return await createSharedRooms(connections, options)
}
