/** A store in Redis, for several relay processes. */

import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { type Bytes, toHex } from '../../src/codec/index.ts'
import { LETTERS, type Letter } from '../../src/relay-protocol/index.ts'
import { pageOf, type Slot, type Store, type StoreLimits } from './store.ts'

/**
 * One script per request, so requests are atomic. All keys of a room share one hash tag:
 * o owners with their expiry · per owner: q stock in order, u expiry of pre-keys (taken ones too), i the pre-keys,
 * m letters, w their order, e their expiry, d their digests, b their total bytes.
 */
const lua = `
local op, room, who, now, kept = ARGV[1], KEYS[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function key(name, of) return room .. ':' .. name .. ':' .. (of or who) end
local function stay(...) for _, k in ipairs({...}) do redis.call('PEXPIRE', k, kept + 60000) end end
local owners = room .. ':o'
local function drop(of)
  redis.call('HDEL', owners, of)
  for _, n in ipairs({'q', 'u', 'i', 'm', 'w', 'e', 'd', 'b'}) do redis.call('DEL', key(n, of)) end
end
local function unpost(of, id)
  local letter = redis.call('HGET', key('m', of), id)
  if not letter then return end
  redis.call('DECRBY', key('b', of), #letter - 64)
  redis.call('HDEL', key('d', of), string.sub(letter, 33, 64) .. string.sub(letter, 1, 32))
  redis.call('HDEL', key('m', of), id)
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
  local replace, most, crowd = ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[7])
  if not expire(who) then
    for _, of in ipairs(redis.call('HKEYS', owners)) do if of ~= who then expire(of) end end
    if redis.call('HLEN', owners) >= crowd then return 'room-full' end
  end
  local named, fresh, dropped = {}, {}, {}
  for i = 8, #ARGV, 2 do
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
  redis.call('HSET', owners, who, now + kept)
  stay(owners, key('q'), key('u'), key('i'), room .. ':n')
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
  if redis.call('HLEN', key('m')) >= tonumber(ARGV[8]) or size + #payload > tonumber(ARGV[9]) then return 'mailbox-full' end
  local id = redis.call('INCR', room .. ':n')
  redis.call('INCRBY', key('b'), #payload)
  redis.call('HSET', key('d'), digest .. from, id)
  redis.call('HSET', key('m'), id, from .. digest .. payload)
  redis.call('ZADD', key('w'), id, id)
  redis.call('ZADD', key('e'), now + kept, id)
  stay(key('m'), key('w'), key('e'), key('d'), key('b'), room .. ':n')
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
elseif op == 'spend' then
  local rate, burst, cost = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
  local bucket = redis.call('HMGET', room, 't', 'a')
  local tokens = math.min(burst, tonumber(bucket[1] or burst) + math.max(0, now - tonumber(bucket[2] or now)) * rate / 1000)
  local wait = 0
  if tokens < cost then wait = math.ceil((cost - tokens) / rate * 1000) else tokens = tokens - cost end
  redis.call('HSET', room, 't', tostring(tokens), 'a', now)
  redis.call('PEXPIRE', room, math.ceil(burst / rate * 1000) + 60000)
  return wait
end
return false
`

interface Scripted {
  relayStoreBuffer(key: string, ...values: readonly (string | number | Buffer)[]): Promise<unknown>
}

const digestOf = (bytes: Bytes): Buffer => createHash('sha256').update(bytes).digest()
const bytesOf = (value: unknown): Bytes => new Uint8Array(value as Buffer)
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** Creates the store. Its durability is that of the server's `appendfsync`. */
export function createRedisStore(redis: Redis, limits: StoreLimits, now: () => number): Store {
  redis.defineCommand('relayStore', { numberOfKeys: 1, lua })
  const script = redis as unknown as Scripted
  const runScript = (
    op: string,
    { room, address }: Slot,
    ...rest: (string | number | Buffer)[]
  ): Promise<unknown> =>
    script.relayStoreBuffer(`mlwe:{${room}}`, op, hex(address), now(), limits.keptMs, ...rest)
  const named = <T extends string>(value: unknown): T => `${value}` as T

  return {
    async putPreKeys(slot, items, replace) {
      const pairs = items.flatMap((item) => [digestOf(item), Buffer.from(item)])
      const { preKeys, roomOwners } = limits
      const stock = await runScript('put', slot, replace ? '1' : '0', preKeys, roomOwners, ...pairs)
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
    async deposit(to, from, payload) {
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
    async spend(network, cost) {
      // Hashed, so that a copy of the store does not list visitors.
      const key = `mlwe:network:${createHash('sha256').update(`mlwe-pake network ${network}`).digest('hex')}`
      const { networkPerSecond, networkBurst, keptMs } = limits
      return Number(
        await script.relayStoreBuffer(key, 'spend', '', now(), keptMs, networkPerSecond, networkBurst, cost),
      )
    },
    // Redis expires keys by itself.
    async sweep() {},
    check: async () => void (await redis.set('mlwe:check', now(), 'PX', 60_000)),
    async close() {
      redis.disconnect()
    },
  }
}
