/** A store in Redis or Redis Cluster, for several relay processes. */

import { createHash, randomBytes } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { type Bytes, toHex } from '../../src/codec/index.ts'
import { LETTERS, type Letter, type Room } from '../../src/relay-protocol/index.ts'
import {
  FORMER_MS,
  pageOf,
  type Slot,
  STRANGER_OWNERS,
  STRANGER_PART,
  type Store,
  type StoreLimits,
  TAKEN_FACTOR,
} from './store.ts'
import { type KeptToken, standingOf } from './tokens.ts'

/**
 * One script per request, so requests are atomic. All keys of a room share one hash tag:
 * o owners with their expiry · per owner: q stock in order, u expiry of pre-keys (taken ones too), i the pre-keys,
 * m letters, w their order, e their expiry, d their digests, b their total bytes, s the letters of strangers with their
 * sizes. h holds the networks of owners who are strangers, k the member tokens of the room.
 */
const lua = `
local op, room, who, now, kept = ARGV[1], KEYS[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function key(name, of) return room .. ':' .. name .. ':' .. (of or who) end
local function stay(...) for _, k in ipairs({...}) do redis.call('PEXPIRE', k, kept + 60000) end end
local owners = room .. ':o'
local function drop(of)
  redis.call('HDEL', owners, of)
  redis.call('HDEL', room .. ':h', of)
  for _, n in ipairs({'q', 'u', 'i', 'm', 'w', 'e', 'd', 'b', 's'}) do redis.call('DEL', key(n, of)) end
end
local function unpost(of, id)
  local letter = redis.call('HGET', key('m', of), id)
  if not letter then return end
  redis.call('DECRBY', key('b', of), #letter - 64)
  redis.call('HDEL', key('d', of), string.sub(letter, 33, 64) .. string.sub(letter, 1, 32))
  redis.call('HDEL', key('m', of), id)
  redis.call('HDEL', key('s', of), id)
  redis.call('ZREM', key('w', of), id)
  redis.call('ZREM', key('e', of), id)
end
local function expire(of)
  for _, d in ipairs(redis.call('ZRANGEBYSCORE', key('u', of), '-inf', now)) do
    redis.call('ZREM', key('q', of), d); redis.call('ZREM', key('u', of), d); redis.call('HDEL', key('i', of), d)
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('e', of), '-inf', now)) do unpost(of, id) end
  local ends = redis.call('HGET', owners, of)
  if ends and tonumber(ends) <= now then drop(of) ends = false end
  return ends
end
if op == 'take' then
  expire(who)
  local d = redis.call('ZPOPMIN', key('q'))[1]
  if not d then return false end
  local item = redis.call('HGET', key('i'), d)
  redis.call('HDEL', key('i'), d)
  return item
elseif op == 'put' then
  local replace, most, crowd, stranger, few = ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])
  local known = expire(who)
  if not known and stranger ~= '' then
    local kin, others = 0, redis.call('HVALS', room .. ':h')
    for _, holder in ipairs(others) do if holder == stranger then kin = kin + 1 end end
    local share = redis.call('EXISTS', room .. ':k') == 1 and crowd / ${STRANGER_OWNERS} or crowd
    if #others >= share or kin >= few then return 'room-full' end
  end
  if not known and redis.call('HLEN', owners) >= crowd then
    for _, of in ipairs(redis.call('HKEYS', owners)) do expire(of) end
    if redis.call('HLEN', owners) >= crowd then return 'room-full' end
  end
  local named, fresh, dropped = {}, {}, {}
  for i = 10, #ARGV, 2 do
    local d = ARGV[i]
    if not named[d] and not redis.call('ZSCORE', key('u'), d) then fresh[#fresh + 1] = i end
    named[d] = true
  end
  if replace then
    for _, d in ipairs(redis.call('ZRANGE', key('q'), 0, -1)) do if not named[d] then dropped[#dropped + 1] = d end end
  end
  local stock = redis.call('ZCARD', key('q')) - #dropped + #fresh
  if stock > most then return 'stock-full' end
  for _, d in ipairs(dropped) do redis.call('ZREM', key('q'), d); redis.call('HDEL', key('i'), d) end
  for _, i in ipairs(fresh) do
    redis.call('ZADD', key('q'), redis.call('INCR', room .. ':n'), ARGV[i])
    redis.call('ZADD', key('u'), now + kept, ARGV[i])
    redis.call('HSET', key('i'), ARGV[i], ARGV[i + 1])
  end
  local spare = redis.call('ZCARD', key('u')) - stock - most * ${TAKEN_FACTOR}
  if spare > 0 then
    for _, d in ipairs(redis.call('ZRANGE', key('u'), 0, spare + most)) do
      if spare > 0 and not redis.call('ZSCORE', key('q'), d) then redis.call('ZREM', key('u'), d); spare = spare - 1 end
    end
  end
  redis.call('HSET', owners, who, now + kept)
  if stranger == '' then redis.call('HDEL', room .. ':h', who)
  elseif not known then redis.call('HSET', room .. ':h', who, stranger) end
  stay(owners, room .. ':h', key('q'), key('u'), key('i'), room .. ':n')
  return stock
elseif op == 'count' then
  local all = {}
  for _, of in ipairs(redis.call('HKEYS', owners)) do
    if expire(of) then all[#all + 1] = of; all[#all + 1] = redis.call('ZCARD', key('q', of)) end
  end
  return all
elseif op == 'forget' then
  drop(who)
elseif op == 'deposit' then
  local from, digest, payload = ARGV[5], ARGV[6], ARGV[7]
  if not expire(who) then return 'no-mailbox' end
  if redis.call('HEXISTS', key('d'), digest .. from) == 1 then return 'mailed' end
  local size = tonumber(redis.call('GET', key('b')) or 0)
  local letters, bytes = tonumber(ARGV[8]), tonumber(ARGV[9])
  if redis.call('HLEN', key('m')) >= letters or size + #payload > bytes then return 'mailbox-full' end
  local stranger = ARGV[10] == '1'
  if stranger and redis.call('EXISTS', room .. ':k') == 1 then
    local sizes, sum = redis.call('HVALS', key('s')), 0
    for _, one in ipairs(sizes) do sum = sum + tonumber(one) end
    if #sizes >= letters / ${STRANGER_PART} or sum + #payload > bytes / ${STRANGER_PART} then return 'mailbox-full' end
  end
  local id = redis.call('INCR', room .. ':n')
  redis.call('INCRBY', key('b'), #payload)
  redis.call('HSET', key('d'), digest .. from, id)
  redis.call('HSET', key('m'), id, from .. digest .. payload)
  if stranger then redis.call('HSET', key('s'), id, #payload) end
  redis.call('ZADD', key('w'), id, id)
  redis.call('ZADD', key('e'), now + kept, id)
  stay(key('m'), key('w'), key('e'), key('d'), key('b'), key('s'), room .. ':n')
  return 'mailed'
elseif op == 'fetch' then
  local all = {}
  if not expire(who) then return all end
  redis.call('HSET', owners, who, now + kept)
  stay(owners)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('w'), '(' .. ARGV[5], '+inf', 'LIMIT', 0, ARGV[6])) do
    all[#all + 1] = id
    all[#all + 1] = redis.call('HGET', key('m'), id)
  end
  return all
elseif op == 'ack' then
  for i = 5, #ARGV do unpost(who, ARGV[i]) end
end
return false
`

/** Charges several buckets, or none. Each has a key, and a cost, rate and burst. */
const spendLua = `
local now, wait, left = tonumber(ARGV[1]), 0, {}
for i, key in ipairs(KEYS) do
  local cost, rate, burst = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local bucket = redis.call('HMGET', key, 't', 'a')
  local tokens = math.min(burst, tonumber(bucket[1] or burst) + math.max(0, now - tonumber(bucket[2] or now)) * rate / 1000)
  if tokens < cost then wait = math.max(wait, math.ceil((cost - tokens) / rate * 1000)) end
  left[i] = tokens
end
for i, key in ipairs(KEYS) do
  local cost, rate, burst = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local tokens = wait > 0 and left[i] or left[i] - cost
  redis.call('HSET', key, 't', string.format('%.6f', tokens), 'a', string.format('%.0f', now))
  redis.call('PEXPIRE', key, math.ceil(burst / rate * 1000) + 60000)
end
return wait
`

interface Scripted {
  relaySpend(keys: number, ...values: readonly (string | number)[]): Promise<unknown>
  relayStoreBuffer(key: string, ...values: readonly (string | number | Buffer)[]): Promise<unknown>
}

/** As large as a letter and a few pre-keys, since a Redis that takes a byte may still be out of memory. */
const CHECK_BYTES = 40_000

const digestOf = (bytes: Bytes): Buffer => createHash('sha256').update(bytes).digest()
const bytesOf = (value: unknown): Bytes => new Uint8Array(value as Buffer)
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** Creates the store. Its durability is that of the server's `appendfsync`. */
export function createRedisStore(redis: Redis | Cluster, limits: StoreLimits, now: () => number): Store {
  redis.defineCommand('relayStore', { numberOfKeys: 1, lua })
  redis.defineCommand('relaySpend', { lua: spendLua })
  const script = redis as unknown as Scripted
  const runScript = (
    op: string,
    { room, address }: Slot,
    ...rest: (string | number | Buffer)[]
  ): Promise<unknown> =>
    script.relayStoreBuffer(`mlwe:{${room}}`, op, hex(address), now(), limits.keptMs, ...rest)
  const named = <T extends string>(value: unknown): T => `${value}` as T

  /** Hashed, so that a copy of the store does not list visitors. All in one slot: a request pays them together or none. */
  const bucketKey = (name: string): string =>
    `mlwe:{bucket}:${createHash('sha256').update(`mlwe-pake bucket ${name}`).digest('base64url')}`
  const tokensKey = (room: Room): string => `mlwe:{${room}}:k`
  const readToken = (token: string, value: string): KeptToken => {
    const [memberOf = '', founder = '', active, until] = value.split(' ')
    return { token, memberOf, founder, active: active === '1', until: Number(until) }
  }

  return {
    limits,
    async putPreKeys(slot, items, replace, stranger = '') {
      const pairs = items.flatMap((item) => [digestOf(item), Buffer.from(item)])
      const { preKeys, roomOwners, networkOwners } = limits
      const stock = await runScript(
        'put',
        slot,
        replace ? '1' : '0',
        preKeys,
        roomOwners,
        stranger,
        networkOwners,
        ...pairs,
      )
      return typeof stock === 'number' ? stock : named<'stock-full' | 'room-full'>(stock)
    },
    async takePreKey(slot) {
      const item = await runScript('take', slot)
      return item === null ? null : bytesOf(item)
    },
    async countPreKeys(room) {
      const all = (await runScript('count', { room, address: '' })) as unknown[]
      return all
        .flatMap((of, i) => (i % 2 === 0 ? [{ address: toHex(bytesOf(of)), count: Number(all[i + 1]) }] : []))
        .sort((a, b) => (a.address < b.address ? -1 : 1))
    },
    forget: async (slot) => void (await runScript('forget', slot)),
    async deposit(to, from, payload, stranger = false) {
      const { mailboxLetters, mailboxBytes } = limits
      const bytes = Buffer.from(payload)
      const outcome = await runScript(
        'deposit',
        to,
        hex(from),
        digestOf(payload),
        bytes,
        mailboxLetters,
        mailboxBytes,
        stranger ? '1' : '0',
      )
      return named<'mailed' | 'no-mailbox' | 'mailbox-full'>(outcome)
    },
    async fetchMail(slot, after) {
      const all = (await runScript('fetch', slot, after, LETTERS + 1)) as unknown[]
      const letters = all.flatMap((id, i): Letter[] => {
        if (i % 2 === 1) return []
        const letter = bytesOf(all[i + 1])
        return [{ id: Number(id), from: toHex(letter.subarray(0, 32)), payload: letter.slice(64) }]
      })
      const fit = pageOf(letters.map(({ payload }) => payload.length))
      return { letters: letters.slice(0, fit), more: fit < letters.length }
    },
    acknowledge: async (slot, ids) => void (await runScript('ack', slot, ...ids)),
    async standing(room, token, founder) {
      const key = tokensKey(room)
      const all = Object.entries(await redis.hgetall(key)).map(([name, value]) => readToken(name, value))
      const kept = all.filter(({ until }) => until > now())
      const { keptMs } = limits
      const { memberOf, changed } = standingOf(kept, token, founder, { now: now(), keptMs })
      if (changed.length === 0) return memberOf
      const written = changed.flatMap((one) => [
        one.token,
        `${one.memberOf} ${one.founder} ${one.active ? 1 : 0} ${one.until}`,
      ])
      await redis.hset(key, ...written)
      const gone = all.filter(({ until }) => until <= now()).map(({ token: name }) => name)
      if (gone.length > 0) await redis.hdel(key, ...gone)
      await redis.pexpire(key, Math.max(limits.keptMs, FORMER_MS))
      return memberOf
    },
    async spend(charges) {
      const values = charges.flatMap(({ cost, rate, burst }) => [cost, rate, burst])
      const keys = charges.map(({ name }) => bucketKey(name))
      return Number(await script.relaySpend(keys.length, ...keys, now(), ...values))
    },
    // Redis expires keys by itself.
    sweep: async () => false,
    async check() {
      const record = randomBytes(CHECK_BYTES)
      const name = `mlwe:check:${randomBytes(8).toString('hex')}`
      await redis.set(name, record, 'PX', 60_000)
      const read = await redis.getBuffer(name)
      await redis.del(name)
      if (read === null || !read.equals(record)) throw new Error('Redis lost a record')
    },
    async close() {
      redis.disconnect()
    },
  }
}
