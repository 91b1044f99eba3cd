/**
 * Rooms shared by several relay processes through Redis 7: leased seats, and one sharded channel per room.
 *
 *   seat   free ──claim──> leased ──renew──> leased ──release, lease expired──> free
 */

import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../src/codec/index.ts'
import type { Address, Room } from '../../src/relay-protocol/index.ts'
import type { RelayEffect, ShareRequest } from '../relay/effects.ts'
import type { Seat } from '../relay/rooms.ts'

/**
 * The seats of a room: address to `process socket end-of-lease`, on the clock of Redis. Every change publishes the whole
 * room, so a process that missed one message catches up with the next. If a process finds its own lease nearly over
 * when it renews, Redis was down rather than the other processes, so no seat is dropped.
 */
const lua = `
local op, lease, most, force = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seats, count, changed, answer = {}, 0, force, 'done'
local all = redis.call('HGETALL', KEYS[1])
local function until_of(address, holder)
  local value = redis.call('HGET', KEYS[1], address)
  local whose, ends = string.match(value or '', '^(.*) (%d+)$')
  return whose == holder and tonumber(ends) or nil
end
local mine = op == 'renew' and until_of(ARGV[5], ARGV[6])
local away = mine and mine - now < lease / 4
local function put(address, holder)
  redis.call('HSET', KEYS[1], address, holder .. ' ' .. (now + lease))
  if seats[address] ~= holder then changed = true end
  seats[address] = holder
end
for i = 1, #all, 2 do
  local holder, ends = string.match(all[i + 1], '^(.*) (%d+)$')
  if tonumber(ends) > now then seats[all[i]] = holder; count = count + 1
  elseif away then seats[all[i]] = holder; count = count + 1; put(all[i], holder)
  else redis.call('HDEL', KEYS[1], all[i]); changed = true end
end
for i = 5, #ARGV, 2 do
  local address, holder = ARGV[i], ARGV[i + 1]
  if op == 'claim' then
    if not seats[address] and count >= most then answer = 'room-full' else put(address, holder); changed = true end
  elseif op == 'release' then
    if seats[address] == holder then
      redis.call('HDEL', KEYS[1], address); seats[address] = nil; changed = true
    end
  elseif not seats[address] or seats[address] == holder then put(address, holder) end
end
redis.call('PEXPIRE', KEYS[1], lease * 4)
if changed then
  local published = {}
  for address, holder in pairs(seats) do published[#published + 1] = address .. ' ' .. holder end
  redis.call('SPUBLISH', KEYS[2], 'S' .. table.concat(published, ','))
end
return answer
`

interface Scripted {
  relaySeats(...values: readonly (string | number)[]): Promise<unknown>
}

/** The relay core, as the receiver of events from other processes. */
export interface RoomListener {
  /** Carries out the effects of an event. */
  perform(effects: readonly RelayEffect[]): void
  seated(room: Room, seats: readonly Seat[]): RelayEffect[]
  refused(socket: number, code: 'room-full' | 'unavailable'): RelayEffect[]
  forwarded(room: Room, to: Address, bytes: Bytes): RelayEffect[]
  undelivered(socket: number, to: Address): RelayEffect[]
  seats(): ReadonlyMap<Room, readonly Seat[]>
}

export interface SharedRooms {
  /** The name of this process. */
  readonly process: string
  listen(listener: RoomListener, roomMembers: number): void
  share(request: ShareRequest): void
  /** Waits for all earlier requests. */
  close(): Promise<void>
}

interface Channel {
  readonly subscribed: Promise<unknown>
  /** The last request about the room; the next one follows it. */
  last: Promise<unknown>
  /** Sockets of this process that have or claim a seat. */
  readonly held: Set<number>
}

/**
 * Creates the shared rooms of this process. The seats of a crashed process expire within `leaseMs`.
 *
 * @param subscriber - a second connection to the same Redis
 */
export function createSharedRooms(redis: Redis, subscriber: Redis, leaseMs: number): SharedRooms {
  redis.defineCommand('relaySeats', { numberOfKeys: 2, lua })
  const script = redis as unknown as Scripted
  const process = randomBytes(8).toString('hex')
  const channels = new Map<Room, Channel>()
  // A seat renewed just before a crash lives this long, and the next renewal by another process drops it.
  const seatMs = Math.floor((leaseMs * 2) / 3)
  const renewMs = Math.floor(leaseMs / 4)
  let most = 0
  /** Renewals left that also publish the room, since messages may have been missed. */
  let announcing = 0

  const keys = (room: Room) => ['s', 'c'].map((name) => `mlwe:{${room}}:${name}`)
  const runScript = (
    op: 'claim' | 'release' | 'renew',
    room: Room,
    seats: readonly Seat[],
  ): Promise<unknown> => {
    const pairs = seats.flatMap(({ address, socket }) => [address, `${process} ${socket}`])
    return script.relaySeats(...keys(room), op, seatMs, most, announcing > 0 ? '1' : '0', ...pairs)
  }

  const channelOf = (room: Room): Channel => {
    const known = channels.get(room)
    if (known !== undefined) return known
    const subscribed = subscriber.ssubscribe(keys(room)[1] ?? '')
    const opened: Channel = { subscribed, last: subscribed.catch(() => {}), held: new Set() }
    channels.set(room, opened)
    return opened
  }

  const give = async (room: Room, channel: Channel): Promise<void> => {
    if (channel.held.size > 0 || channels.get(room) !== channel) return
    channels.delete(room)
    await subscriber.sunsubscribe(keys(room)[1] ?? '').catch(() => {})
  }

  const receive = (listener: RoomListener, room: Room, message: Bytes): void => {
    if (message[0] === FORWARD) {
      listener.perform(listener.forwarded(room, toHex(message.subarray(1, 33)), message.slice(33)))
      return
    }
    const lines = Buffer.from(message.subarray(1)).toString('latin1').split(',')
    const seats = lines.flatMap((line): Seat[] => {
      const [address = '', holder = '', socket] = line.split(' ')
      return socket === undefined ? [] : [{ address, process: holder, socket: Number(socket) }]
    })
    listener.perform(listener.seated(room, seats))
  }

  let listener: RoomListener | null = null
  let timer: NodeJS.Timeout | undefined

  const claim = (room: Room, seat: Seat): void => {
    const channel = channelOf(room)
    channel.held.add(seat.socket)
    const claimed = channel.last.then(() => channel.subscribed).then(() => runScript('claim', room, [seat]))
    const refuse = (code: 'room-full' | 'unavailable'): void => {
      channel.held.delete(seat.socket)
      listener?.perform(listener.refused(seat.socket, code))
    }
    channel.last = claimed
      .then(
        (answer) => (answer === 'done' ? undefined : refuse('room-full')),
        () => refuse('unavailable'),
      )
      .then(() => give(room, channel))
  }

  const release = (room: Room, seat: Seat): void => {
    const channel = channelOf(room)
    channel.held.delete(seat.socket)
    // A seat that cannot be released now expires with its lease.
    channel.last = channel.last
      .then(() => runScript('release', room, [seat]))
      .catch(() => {})
      .then(() => give(room, channel))
  }

  const renew = (room: Room, seats: readonly Seat[]): void =>
    void runScript('renew', room, seats).catch(() => {})
  const renewAll = (): void => {
    for (const [room, seats] of listener?.seats() ?? []) renew(room, seats)
    announcing = Math.max(0, announcing - 1)
  }

  return {
    process,
    listen(to, roomMembers) {
      listener = to
      most = roomMembers
      subscriber.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
        const room = /\{(.*)\}/.exec(channel.toString('latin1'))?.[1]
        if (room !== undefined && channels.has(room)) receive(to, room, new Uint8Array(message))
      })
      subscriber.on('ready', () => {
        announcing = 3
      })
      redis.on('ready', renewAll)
      timer = setInterval(renewAll, renewMs)
    },
    share(request) {
      const { room } = request
      if (request.kind !== 'forward') {
        const { kind, seat } = request
        if (kind === 'claim') claim(room, seat)
        else if (kind === 'release') release(room, seat)
        else renew(room, [seat])
        return
      }
      const { to, bytes, socket } = request
      const message = concat(new Uint8Array([FORWARD]), fromHex(to), bytes)
      redis.spublish(keys(room)[1] ?? '', Buffer.from(message.buffer)).catch(() => {
        listener?.perform(listener.undelivered(socket, to))
      })
    },
    async close() {
      clearInterval(timer)
      await Promise.allSettled([...channels.values()].map(({ last }) => last))
      subscriber.disconnect()
      redis.disconnect()
    },
  }
}

const [FORWARD = 0] = utf8('F')
