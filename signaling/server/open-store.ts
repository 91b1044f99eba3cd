/** Opens the configured store, and the shared rooms if Redis is used. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Redis } from 'ioredis'
import { createMemoryStore } from '../store/memory-store.ts'
import { createRedisStore } from '../store/redis-store.ts'
import { createSqliteStore } from '../store/sqlite-store.ts'
import type { Store, StoreLimits } from '../store/store.ts'
import { createSharedRooms, type SharedRooms } from './shared-rooms.ts'

export interface StoreSettings {
  /** Path of the file, or `memory`. */
  readonly data: string
  /** If set, `data` is ignored. */
  readonly redisUrl: string | null
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

/** Opens the store and checks it. Rejects if it cannot store anything. */
export async function openStore({ data, redisUrl, limits }: StoreSettings): Promise<Store> {
  let store: Store
  if (redisUrl !== null) {
    const redis = connectRedis(redisUrl)
    await redis.connect()
    store = createRedisStore(redis, limits, Date.now)
  } else if (data === 'memory') store = createMemoryStore(limits, Date.now)
  else {
    mkdirSync(dirname(data), { recursive: true })
    store = createSqliteStore(data, limits, Date.now)
  }
  await store.check()
  return store
}

/** Connects to Redis for shared rooms. Rejects if it cannot be reached. */
export async function openSharedRooms(url: string, leaseMs: number): Promise<SharedRooms> {
  const [redis, subscriber] = [connectRedis(url), connectRedis(url)]
  await Promise.all([redis.connect(), subscriber.connect()])
  return createSharedRooms(redis, subscriber, leaseMs)
}
