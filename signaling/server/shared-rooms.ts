/**
 * Rooms shared by several relay processes through one Redis or several: leased processes, their seats, and one channel for
 * each process. A room belongs to one Redis, by its hash.
 *
 *   process   starts ──lease taken──> leased ──renewed──> leased ──lease over──> its seats are dropped by the others
 *   seat      free ──claim──> taken ──release, process gone, displaced──> free
 */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Bytes } from '../../src/codec/index.ts'
import type { Address, Recipient, RelayLimits, Room } from '../../src/relay-protocol/index.ts'
import type { RelayEffect, ShareRequest } from '../relay/effects.ts'
import type { Seat } from '../relay/rooms.ts'
import { laneIn } from '../store/sharded-store.ts'
import { createOutbox, readBatch } from './process-channel.ts'
import { seatsLua } from './seats-script.ts'

interface Scripted {
  relaySeats(...values: readonly (string | number)[]): Promise<unknown>
}

/** The relay core, as the receiver of events from other processes. */
export interface RoomListener {
  /** Carries out the effects of an event. */
  perform(effects: readonly RelayEffect[]): void
  seated(room: Room, seats: readonly Seat[], displaced: Seat | null): RelayEffect[]
  refused(socket: number, code: 'room-full' | 'unavailable'): RelayEffect[]
  forwarded(room: Room, to: readonly Recipient[], bytes: Bytes): RelayEffect[]
  undelivered(socket: number, to: Address): RelayEffect[]
  rooms(): ReadonlyMap<Room, ReadonlyMap<Address, Seat>>
}

/** Two connections to one Redis, and what is known of it. */
interface Shard {
  readonly redis: Redis
  readonly subscriber: Redis
  /** When this process last heard itself. */
  heardAt: number
  /** Until then every process counts as alive, since Redis was away and not they. */
  trustUntil: number
  wasReady: boolean
}

export interface SharedRooms {
  /** The name of this process. */
  readonly process: string
  listen(listener: RoomListener, limits: RelayLimits): void
  share(request: ShareRequest): void
  /** Whether every Redis carries this process's own messages. */
  ready(): boolean
  /** Waits for all earlier requests. */
  close(): Promise<void>
}

export interface SharedRoomsOptions {
  readonly leaseMs: number
  /** Called when a Redis stops or starts to carry messages. */
  readonly onChange?: (event: 'redis lost' | 'redis back') => void
}

/** Rooms that are renewed or published again in one go. */
const SLICE = 200
/** A room that nobody joins or leaves is renewed about once in this time, long before its seats expire. */
const REFRESH_MS = 3_600_000
const CHANNEL = 'mlwe:process:'

/**
 * Creates the shared rooms of this process. The seats of a crashed process are dropped within `leaseMs`.
 *
 * @param connections - to each Redis, the second one for subscriptions. The order is the same in every process
 */
export async function createSharedRooms(
  connections: readonly { readonly redis: Redis; readonly subscriber: Redis }[],
  { leaseMs, onChange = () => {} }: SharedRoomsOptions,
): Promise<SharedRooms> {
  const process = randomBytes(8).toString('hex')
  const channel = CHANNEL + process
  // A lease renewed just before a crash ends in time for the next look of another process.
  const holdMs = Math.floor((leaseMs * 2) / 3)
  const renewMs = Math.floor(leaseMs / 4)
  const shards = connections.map((pair): Shard => {
    pair.redis.defineCommand('relaySeats', { numberOfKeys: 1, lua: seatsLua })
    return { ...pair, heardAt: performance.now(), trustUntil: 0, wasReady: true }
  })
  const laneOf = laneIn(shards.length)
  const shardOf = (room: Room): Shard | undefined => shards[laneOf(room)]
  let listener: RoomListener | null = null
  let limits: RelayLimits | null = null
  let closing = false
  const running = new Set<Promise<unknown>>()

  const outbox = createOutbox(
    laneOf,
    (room, target, batch) => shardOf(room)?.redis.publish(CHANNEL + target, batch) ?? Promise.resolve(0),
    (socket, to) => listener?.perform(listener.undelivered(socket, to)),
  )

  const runScript = (
    op: 'claim' | 'release' | 'renew' | 'look',
    room: Room,
    seats: readonly Seat[],
    announce = false,
  ): Promise<unknown> => {
    // Frames that were sent before a seat changes hands arrive before it does.
    outbox.flush()
    const shard = shardOf(room)
    if (shard === undefined || limits === null) return Promise.reject(new Error('not listening'))
    const { roomMembers, strangerSeats, networkSeats } = limits
    const shown = seats.flatMap((seat) => [seat.address, seat.process, seat.socket, seat.since, seat.group])
    const trusting = performance.now() < shard.trustUntil ? '1' : '0'
    const rules = [room, roomMembers, strangerSeats, networkSeats, announce ? '1' : '0', trusting]
    const script = shard.redis as unknown as Scripted
    const run = script.relaySeats(`mlwe:{${room}}:seats`, op, ...rules, ...shown)
    running.add(run)
    const done = (): void => void running.delete(run)
    run.then(done, done)
    return run
  }

  const claim = (room: Room, seat: Seat): void => {
    const refuse = (code: 'room-full' | 'unavailable'): void =>
      listener?.perform(listener.refused(seat.socket, code))
    if (shardOf(room)?.subscriber.status !== 'ready') return void setImmediate(refuse, 'unavailable')
    runScript('claim', room, [seat]).then(
      (answer) => (answer === 'done' ? undefined : refuse('room-full')),
      () => refuse('unavailable'),
    )
  }

  /** Sends seats of this process again, a slice at a time. */
  const renewRooms = (rooms: readonly Room[], announce: boolean): void => {
    if (closing) return
    for (const room of rooms.slice(0, SLICE)) {
      const seats = [...(listener?.rooms().get(room)?.values() ?? [])].filter(
        (seat) => seat.process === process,
      )
      runScript('renew', room, seats, announce).catch(() => {})
    }
    if (rooms.length > SLICE) setTimeout(renewRooms, 20, rooms.slice(SLICE), announce)
  }
  const roomsOf = (shard: Shard): Room[] =>
    [...(listener?.rooms().keys() ?? [])].filter((room) => shardOf(room) === shard)

  /** Has the rooms of processes whose lease is over looked at again. */
  const dropDead = async (shard: Shard): Promise<void> => {
    if (performance.now() < shard.trustUntil) return
    const others = new Map<string, Room[]>()
    for (const [room, seats] of listener?.rooms() ?? []) {
      if (shardOf(room) !== shard) continue
      for (const name of new Set([...seats.values()].map((seat) => seat.process))) {
        if (name !== process) others.set(name, [...(others.get(name) ?? []), room])
      }
    }
    for (const [name, rooms] of others) {
      if ((await shard.redis.exists(CHANNEL + name)) === 1) continue
      for (const room of rooms) runScript('look', room, []).catch(() => {})
    }
  }

  const checkReady = (shard: Shard): void => {
    const silentMs = performance.now() - shard.heardAt
    const isReady = silentMs < leaseMs
    if (isReady !== shard.wasReady) onChange(isReady ? 'redis back' : 'redis lost')
    shard.wasReady = isReady
    // A connection that is open but silent would never be given up otherwise.
    if (silentMs > leaseMs && shard.subscriber.status === 'ready') {
      shard.subscriber.disconnect(true)
      shard.redis.disconnect(true)
    }
  }

  const renew = async (shard: Shard): Promise<void> => {
    checkReady(shard)
    const held = await shard.redis.set(channel, '1', 'PX', holdMs, 'GET')
    void shard.redis.publish(channel, 'P').catch(() => {})
    if (held === null) {
      // The lease is new, or was lost with the data or the time of Redis.
      shard.trustUntil = performance.now() + leaseMs
      renewRooms(roomsOf(shard), true)
      return
    }
    await dropDead(shard)
    const due = roomsOf(shard).filter(() => Math.random() < renewMs / REFRESH_MS)
    renewRooms(due, false)
  }

  const receive = (to: RoomListener, message: Buffer): void => {
    const kind = String.fromCharCode(message[0] ?? 0)
    if (kind === 'F') {
      for (const { room, recipients, bytes } of readBatch(message)) {
        to.perform(to.forwarded(room, recipients, bytes))
      }
    }
    if (kind !== 'S') return
    const [room = '', given = '', lines = ''] = message.toString('latin1', 1).split(';')
    const read = (line: string): Seat[] => {
      const [address = '', holder = '', socket, since = '0', group = ''] = line.split(' ')
      return socket === undefined
        ? []
        : [{ address, process: holder, socket: Number(socket), since: Number(since), group }]
    }
    to.perform(to.seated(room, lines.split(',').flatMap(read), read(given)[0] ?? null))
  }

  await Promise.all(
    shards.map(async ({ redis, subscriber }) => {
      await redis.set(channel, '1', 'PX', holdMs)
      await subscriber.subscribe(channel)
    }),
  )
  const timers: NodeJS.Timeout[] = []

  return {
    process,
    listen(to, given) {
      listener = to
      limits = given
      for (const shard of shards) {
        const { subscriber } = shard
        subscriber.on('messageBuffer', (_: Buffer, message: Buffer) => {
          shard.heardAt = performance.now()
          receive(to, message)
        })
        // Messages may have been missed.
        subscriber.on('ready', () => void setTimeout(() => renewRooms(roomsOf(shard), true), renewMs / 4))
        const tick = (): void => void renew(shard).catch(() => {})
        timers.push(setInterval(tick, renewMs * (0.9 + Math.random() / 10)))
        shard.redis.on('ready', tick)
      }
    },
    share(request) {
      const { room } = request
      if (request.kind === 'forward') outbox.put(request)
      else if (request.kind === 'claim') claim(room, request.seat)
      else runScript(request.kind, room, [request.seat]).catch(() => {})
    },
    ready: () => shards.every(({ heardAt }) => performance.now() - heardAt < leaseMs),
    async close() {
      closing = true
      for (const timer of timers) clearInterval(timer)
      outbox.flush()
      await Promise.allSettled([...running])
      await Promise.allSettled(shards.map(({ redis }) => redis.del(channel)))
      for (const { redis, subscriber } of shards) {
        subscriber.disconnect()
        redis.disconnect()
      }
    },
  }
}
