/** Opens the configured store, and the shared rooms if Redis is used. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Redis } from 'ioredis'
import { createMemoryStore } from '../store/memory-store.ts'
import { createRedisStore } from '../store/redis-store.ts'
import { createShardedStore } from '../store/sharded-store.ts'
import { createSqliteStore } from '../store/sqlite-store.ts'
import type { Store, StoreLimits } from '../store/store.ts'
import { createSharedRooms, type SharedRooms, type SharedRoomsOptions } from './shared-rooms.ts'

export interface StoreSettings {
  /** Path of the file, or `memory`. */
  readonly data: string
  /** If any, `data` is ignored. */
  readonly redisUrls: readonly string[]
  readonly limits: StoreLimits
}

/** A connection that fails fast while Redis is down, since clients repeat their requests. */
const connectRedis = (url: string): Redis => {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 5000,
    retryStrategy: (times) => Math.min(50 * 2 ** times, 2000),
  })
  // Every failed request reports its own error.
  redis.on('error', () => {})
  return redis
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
  { data, redisUrls, limits }: StoreSettings,
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
  if (firstUrl !== undefined) {
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
