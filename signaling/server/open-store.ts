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
  /** With it, `data` is not used. */
  readonly redisUrl: string | null
  readonly limits: StoreLimits
}

/** A connection that fails at once while the server is gone, instead of queueing what clients will repeat. */
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
  // Each request that fails says so itself.
  redis.on('error', () => {})
  return redis
}

/** Opens the store and tries it. Rejects where it cannot keep anything. */
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

/** Rooms shared through Redis. Rejects where it cannot be reached. */
export async function openSharedRooms(url: string, leaseMs: number): Promise<SharedRooms> {
  const [redis, subscriber] = [connectRedis(url), connectRedis(url)]
  await Promise.all([redis.connect(), subscriber.connect()])
  return createSharedRooms(redis, subscriber, leaseMs)
}
