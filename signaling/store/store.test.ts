import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromHex } from '../../src/codec/index.ts'
import { startCluster, startRedis, type TestCluster, type TestRedis } from '../testing/redis.ts'
import { createMemoryStore } from './memory-store.ts'
import { createRedisStore } from './redis-store.ts'
import { handleRequest, type StoreRequest } from './request.ts'
import { createShardedStore } from './sharded-store.ts'
import { createSqliteStore } from './sqlite-store.ts'
import { defaultStoreLimits, pageOf, type Store, type StoreLimits } from './store.ts'

type Open = (limits: StoreLimits, now: () => number) => Promise<Store>

const item = (n: number) => new Uint8Array([n >> 8, n & 255])
const room = 'aa'.repeat(32)
const alice = { room, address: '01'.repeat(32) }
const bob = { room, address: '02'.repeat(32) }
const elsewhere = { room: 'bb'.repeat(32), address: alice.address }
const letter = fromHex('7365616c6564')

/** What every store must do. */
function storeContract(name: string, open: Open): void {
  const contract = (
    title: string,
    run: (store: Store, clock: { now: number }) => Promise<void>,
    limits: Partial<StoreLimits> = {},
  ): void => {
    test(`${name}: ${title}`, async () => {
      const clock = { now: 1_000_000 }
      const store = await open({ ...defaultStoreLimits, ...limits }, () => clock.now)
      try {
        await run(store, clock)
      } finally {
        await store.close()
      }
    })
  }

  contract('serves each pre-key once, oldest first, to concurrent requests', async (store) => {
    const items = Array.from({ length: 50 }, (_, n) => item(n))
    expect(await store.putPreKeys(alice, items, false)).toBe(50)
    expect(await store.takePreKey(elsewhere)).toBeNull()
    expect(await store.takePreKey(bob)).toBeNull()
    const taken = await Promise.all(Array.from({ length: 60 }, () => store.takePreKey(alice)))
    expect(taken).toEqual([...items, ...Array.from({ length: 10 }, () => null)])
  })

  contract('never puts the same pre-key twice, taken or not', async (store) => {
    await store.putPreKeys(alice, [item(1), item(2), item(2)], false)
    expect(await store.takePreKey(alice)).toEqual(item(1))
    expect(await store.putPreKeys(alice, [item(1), item(2), item(3)], false)).toBe(2)
    expect(await store.putPreKeys(bob, [item(1)], false)).toBe(1)
  })

  contract('replaces a stock, and doing so again changes nothing', async (store) => {
    await store.putPreKeys(alice, [item(1), item(2)], false)
    for (let again = 0; again < 2; again++) {
      expect(await store.putPreKeys(alice, [item(2), item(3)], true)).toBe(2)
    }
    expect([await store.takePreKey(alice), await store.takePreKey(alice)]).toEqual([item(2), item(3)])
    expect(await store.takePreKey(alice)).toBeNull()
  })

  contract(
    'refuses more pre-keys or owners than it may hold, and then puts none',
    async (store) => {
      expect(await store.putPreKeys(alice, [item(1), item(2)], false)).toBe(2)
      expect(await store.putPreKeys(alice, [item(3), item(4)], false)).toBe('stock-full')
      expect(await store.putPreKeys(alice, [item(3), item(4), item(5)], true)).toBe(3)
      expect(await store.putPreKeys(bob, [], false)).toBe('room-full')
      expect(await store.putPreKeys(elsewhere, [], false)).toBe(0)
      expect(await store.countPreKeys(room)).toEqual([{ address: alice.address, count: 3 }])
    },
    { preKeys: 3, roomOwners: 1 },
  )

  contract('counts the stocks of one room by address', async (store) => {
    await store.putPreKeys(bob, [], false)
    await store.putPreKeys(alice, [item(1)], false)
    await store.putPreKeys(elsewhere, [item(1), item(2)], false)
    expect(await store.countPreKeys(room)).toEqual([
      { address: alice.address, count: 1 },
      { address: bob.address, count: 0 },
    ])
  })

  contract('keeps letters in order until they are acknowledged by their owner', async (store) => {
    expect(await store.deposit(alice, bob.address, letter)).toBe('no-mailbox')
    await store.putPreKeys(alice, [], false)
    expect(await store.deposit(elsewhere, bob.address, letter)).toBe('no-mailbox')
    expect(await store.deposit(alice, bob.address, letter)).toBe('mailed')
    expect(await store.deposit(alice, bob.address, letter)).toBe('mailed')
    expect(await store.deposit(alice, alice.address, letter)).toBe('mailed')
    const { letters, more } = await store.fetchMail(alice, 0)
    expect(more).toBe(false)
    expect(letters.map(({ from, payload }) => [from, payload])).toEqual([
      [bob.address, letter],
      [alice.address, letter],
    ])
    const [first, second] = letters.map(({ id }) => id)
    expect(second).toBeGreaterThan(first ?? 0)
    expect((await store.fetchMail(alice, first ?? 0)).letters).toHaveLength(1)
    await store.acknowledge(bob, [first ?? 0])
    expect((await store.fetchMail(alice, 0)).letters).toHaveLength(2)
    await store.acknowledge(alice, [first ?? 0, 99])
    expect((await store.fetchMail(alice, 0)).letters).toEqual([letters[1]])
    await store.acknowledge(alice, [second ?? 0])
    expect(await store.deposit(alice, bob.address, letter)).toBe('mailed')
    expect((await store.fetchMail(alice, 0)).letters[0]?.id).toBeGreaterThan(second ?? 0)
  })

  contract(
    'refuses a letter that does not fit its mailbox',
    async (store) => {
      await store.putPreKeys(alice, [], false)
      expect(await store.deposit(alice, bob.address, new Uint8Array(101))).toBe('mailbox-full')
      expect(await store.deposit(alice, bob.address, new Uint8Array(60))).toBe('mailed')
      expect(await store.deposit(alice, bob.address, new Uint8Array(41))).toBe('mailbox-full')
      expect(await store.deposit(alice, bob.address, new Uint8Array(1))).toBe('mailed')
      expect(await store.deposit(alice, bob.address, new Uint8Array(2))).toBe('mailbox-full')
      const { letters } = await store.fetchMail(alice, 0)
      await store.acknowledge(
        alice,
        letters.map(({ id }) => id),
      )
      expect(await store.deposit(alice, bob.address, new Uint8Array(100))).toBe('mailed')
    },
    { mailboxBytes: 100, mailboxLetters: 2 },
  )

  contract('gives letters by the page', async (store) => {
    await store.putPreKeys(alice, [], false)
    for (let n = 0; n < 5; n++) await store.deposit(alice, bob.address, new Uint8Array(30_000).fill(n))
    const sizes: number[] = []
    let after = 0
    for (let more = true; more; ) {
      const page = await store.fetchMail(alice, after)
      sizes.push(page.letters.length)
      after = page.letters.at(-1)?.id ?? 0
      more = page.more
    }
    expect(sizes).toEqual([2, 2, 1])
  })

  contract('forgets an owner altogether', async (store) => {
    await store.putPreKeys(alice, [item(1)], false)
    await store.putPreKeys(elsewhere, [item(1)], false)
    await store.deposit(alice, bob.address, letter)
    await store.forget(alice)
    expect(await store.countPreKeys(room)).toEqual([])
    expect(await store.takePreKey(alice)).toBeNull()
    expect(await store.deposit(alice, bob.address, letter)).toBe('no-mailbox')
    await store.putPreKeys(alice, [], false)
    expect(await store.fetchMail(alice, 0)).toEqual({ letters: [], more: false })
    expect(await store.takePreKey(elsewhere)).toEqual(item(1))
  })

  contract(
    'drops what is too old, before and after a sweep',
    async (store, clock) => {
      await store.putPreKeys(alice, [item(1)], false)
      clock.now += 600
      await store.deposit(alice, bob.address, letter)
      expect(await store.putPreKeys(alice, [item(2)], false)).toBe(2)
      clock.now += 600
      expect(await store.countPreKeys(room)).toEqual([{ address: alice.address, count: 1 }])
      expect(await store.takePreKey(alice)).toEqual(item(2))
      expect((await store.fetchMail(alice, 0)).letters).toHaveLength(1)
      await store.sweep()
      clock.now += 600
      expect((await store.fetchMail(alice, 0)).letters).toEqual([])
      expect(await store.countPreKeys(room)).toHaveLength(1)
      clock.now += 1200
      await store.sweep()
      expect(await store.countPreKeys(room)).toEqual([])
      expect(await store.deposit(alice, bob.address, letter)).toBe('no-mailbox')
    },
    { keptMs: 1000 },
  )

  contract('has one bucket of requests for each network', async (store, clock) => {
    const charge = (name: string, cost: number) => ({ name, cost, rate: 2, burst: 10 })
    expect(await store.spend([charge('a', 5)])).toBe(0)
    expect(await store.spend([charge('a', 5)])).toBe(0)
    expect(await store.spend([charge('a', 1)])).toBe(500)
    expect(await store.spend([charge('b', 9)])).toBe(0)
    // All or none: what `b` could pay stays there.
    expect(await store.spend([charge('b', 1), charge('a', 1)])).toBe(500)
    expect(await store.spend([charge('b', 1)])).toBe(0)
    clock.now += 500
    await store.sweep()
    expect(await store.spend([charge('a', 1)])).toBe(0)
    expect(await store.spend([charge('a', 1)])).toBe(500)
  })

  contract(
    'remembers the newest taken pre-keys, ten times the stock',
    async (store, clock) => {
      for (let n = 0; n < 25; n++) {
        clock.now++
        await store.putPreKeys(alice, [item(n)], false)
        expect(await store.takePreKey(alice)).toEqual(item(n))
      }
      expect(await store.putPreKeys(alice, [item(24), item(6)], false)).toBe(0)
      expect(await store.putPreKeys(alice, [item(0)], false)).toBe(1)
    },
    { preKeys: 2 },
  )

  contract('a token founds a class, hands it on, and counts for 31 days more', async (store, clock) => {
    const [first, second, third] = ['11', '22', '33'].map((byte) => byte.repeat(32)) as [
      string,
      string,
      string,
    ]
    const show = (current: string, former: string | null, founder: string | null = null) =>
      store.standing(room, { current, former }, founder)
    expect(await show(first, null)).toBeNull()
    const members = await show(first, null, 'net')
    expect(members).not.toBeNull()
    expect(await show(first, null)).toBe(members)
    expect(await store.standing(elsewhere.room, { current: first, former: null }, null)).toBeNull()
    expect(await show(third, second)).toBeNull()
    // The same network founds no second class, another does.
    expect(await show(third, null, 'net')).toBeNull()
    expect(await show('44'.repeat(32), null, 'far')).not.toBe(members)
    expect(await show(second, first)).toBe(members)
    expect(await show(first, null)).toBe(members)
    // A former token is no authority: what is shown with it counts through it and does not stay.
    expect(await show(third, first)).toBe(members)
    expect(await show(third, null)).toBeNull()
    clock.now += 32 * 24 * 3_600_000
    expect(await show(first, null)).toBeNull()
  })

  contract(
    'strangers fill an eighth of a mailbox once the room has members',
    async (store) => {
      await store.putPreKeys(alice, [], false)
      const send = (n: number, stranger: boolean) => store.deposit(alice, bob.address, item(n), stranger)
      for (let n = 0; n < 4; n++) expect(await send(n, true)).toBe('mailed')
      await store.standing(room, { current: '11'.repeat(32), former: null }, '')
      expect(await send(4, true)).toBe('mailbox-full')
      expect(await send(5, false)).toBe('mailed')
      const { letters } = await store.fetchMail(alice, 0)
      await store.acknowledge(
        alice,
        letters.map(({ id }) => id),
      )
      expect([await send(6, true), await send(7, true), await send(8, true)]).toEqual([
        'mailed',
        'mailed',
        'mailbox-full',
      ])
      for (let n = 10; n < 24; n++) expect(await send(n, false)).toBe('mailed')
      expect(await send(99, false)).toBe('mailbox-full')
    },
    { mailboxLetters: 16 },
  )

  contract(
    'bytes are rationed by network, room and sender; takes of strangers by the hour',
    async (store, clock) => {
      const ask = (frame: StoreRequest['frame'], from: Partial<StoreRequest> = {}) =>
        handleRequest(store, {
          ...bob,
          socket: 1,
          network: 'net',
          limited: true,
          member: false,
          frame,
          ...from,
        })
      const put = (n: number) =>
        ({ kind: 'prekeys-put', request: n, replace: true, items: [new Uint8Array(4000).fill(n)] }) as const
      const take = { kind: 'prekeys-take', request: 1, of: bob.address } as const
      expect(await ask(put(1))).toMatchObject({ kind: 'prekeys-stored' })
      expect(await ask(put(2))).toMatchObject({ kind: 'prekeys-stored' })
      // The sender is at its ration, then the network.
      expect(await ask(put(3))).toMatchObject({ kind: 'refused', code: 'network-rate' })
      expect(await ask(put(3), alice)).toMatchObject({ kind: 'prekeys-stored' })
      expect(await ask(put(4), elsewhere)).toMatchObject({ kind: 'refused', code: 'network-rate' })
      expect(await ask(put(4), { ...elsewhere, network: 'far' })).toMatchObject({ kind: 'prekeys-stored' })
      expect(await ask(put(5), { ...elsewhere, network: 'here', limited: false })).toMatchObject({ stock: 1 })
      expect([await ask(take), await ask(take), await ask(take)]).toMatchObject([
        { kind: 'prekey' },
        { kind: 'prekey' },
        { kind: 'refused', code: 'network-rate', retryAfterMs: 1_800_000 },
      ])
      expect(await ask(take, { member: true })).toMatchObject({ kind: 'prekey' })
      clock.now += 1_800_000
      expect(await ask(take)).toMatchObject({ kind: 'prekey' })
    },
    { quotaBytes: 14_000, quotaBytesPerDay: 1_000_000, senderBytes: 9000, strangerTakes: 2 },
  )

  contract(
    'strangers open few mailboxes from one network, and a quarter of them in a room with members',
    async (store) => {
      const open = (n: number, stranger?: string) =>
        store.putPreKeys({ room, address: `${n + 10}`.repeat(32) }, [], false, stranger)
      expect([await open(1, 'a'), await open(2, 'a'), await open(3, 'a')]).toEqual([0, 0, 'room-full'])
      expect([await open(2, 'a'), await open(4, 'b'), await open(5)]).toEqual([0, 0, 0])
      await store.standing(room, { current: '11'.repeat(32), former: null }, '')
      expect([await open(6, 'c'), await open(7)]).toEqual(['room-full', 0])
      // An owner who shows a member's token later is no stranger any more.
      expect([await open(1), await open(2), await open(8, 'b')]).toEqual([0, 0, 0])
      await store.forget({ room, address: '18'.repeat(32) })
      expect(await open(9, 'c')).toBe(0)
    },
    { roomOwners: 8, networkOwners: 2 },
  )

  contract('keeps what is empty', async (store) => {
    await store.putPreKeys(alice, [new Uint8Array(0)], false)
    await store.deposit(alice, bob.address, new Uint8Array(0))
    expect(await store.takePreKey(alice)).toEqual(new Uint8Array(0))
    expect((await store.fetchMail(alice, 0)).letters).toMatchObject([{ payload: new Uint8Array(0) }])
  })

  contract('passes its own check', async (store) => {
    await store.check()
    await store.sweep()
  })
}

test('a page holds as many letters as a frame has room for', () => {
  expect(pageOf([])).toBe(0)
  expect(pageOf([32_768, 28_592, 0])).toBe(2)
  expect(pageOf([32_768, 28_593])).toBe(1)
  expect(pageOf(Array.from({ length: 300 }, () => 1))).toBe(128)
})

storeContract('memory', async (limits, now) => createMemoryStore(limits, now))

const directory = mkdtempSync(join(tmpdir(), 'relay-store-'))
let files = 0
let redis: TestRedis
let cluster: TestCluster
beforeAll(async () => {
  ;[redis, cluster] = await Promise.all([startRedis(), startCluster()])
})
afterAll(async () => {
  rmSync(directory, { recursive: true })
  await Promise.all([redis.stop(), cluster.stop()])
})

storeContract('SQLite', async (limits, now) =>
  createSqliteStore(join(directory, `${++files}.db`), limits, now),
)
storeContract('Redis', async (limits, now) => {
  const client = new Redis(redis.url)
  await client.flushall()
  return createRedisStore(client, limits, now)
})

storeContract('two Redis', async (limits, now) => {
  const [one, two] = [new Redis(redis.url), new Redis(redis.url, { db: 1 })]
  await one.flushall()
  return createShardedStore([createRedisStore(one, limits, now), createRedisStore(two, limits, now)])
})

storeContract('Redis Cluster', async (limits, now) => {
  const client = await cluster.connect()
  await Promise.all(client.nodes('master').map((node) => node.flushall()))
  return createRedisStore(client, limits, now)
})

test('Redis Cluster: rooms and networks spread over all nodes', async () => {
  const client = await cluster.connect()
  const store = createRedisStore(client, defaultStoreLimits, Date.now)
  for (let n = 0; n < 40; n++) {
    const name = n.toString(16).padStart(64, '0')
    await store.putPreKeys({ room: name, address: name }, [item(n)], true)
    expect(await store.standing(name, { current: name, former: null }, '')).not.toBeNull()
    expect(
      await store.spend(
        [name, 'room', 'sender'].map((bucket) => ({ name: bucket, cost: 1, rate: 1, burst: 99 })),
      ),
    ).toBe(0)
    expect(await store.takePreKey({ room: name, address: name })).toEqual(item(n))
  }
  const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()))
  expect(sizes).toHaveLength(3)
  expect(Math.min(...sizes)).toBeGreaterThan(0)
  await store.close()
})

test('SQLite: the file is for its owner and for one process, and another is told so', async () => {
  const path = join(directory, 'alone.db')
  const store = createSqliteStore(path, defaultStoreLimits, Date.now)
  await store.check()
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
  expect((statSync(`${path}-wal`).mode & 0o777).toString(8)).toBe('600')
  expect(() => createSqliteStore(path, defaultStoreLimits, Date.now)).toThrow('another process uses the file')
  await store.close()
  await createSqliteStore(path, defaultStoreLimits, Date.now).close()
})

test('SQLite: a put looks up its own digests, not all that were ever put', async () => {
  const limits = { ...defaultStoreLimits, preKeys: 100 }
  const store = createSqliteStore(join(directory, 'many.db'), limits, Date.now)
  let last = 0
  const put = async (): Promise<number> => {
    const items = Array.from({ length: 100 }, () => item(++last))
    const begin = performance.now()
    await store.putPreKeys(alice, items, true)
    return performance.now() - begin
  }
  for (let round = 0; round < 120; round++) await put()
  const times = await Promise.all([put(), put(), put()])
  console.log(`a put of 100 after 12,000: ${Math.min(...times).toFixed(1)} ms`)
  expect(await store.countPreKeys(room)).toEqual([{ address: alice.address, count: 100 }])
  await store.close()
})

test('SQLite: acknowledged data is there after the file is reopened', async () => {
  const path = join(directory, 'again.db')
  const first = createSqliteStore(path, defaultStoreLimits, Date.now)
  await first.putPreKeys(alice, [item(1), item(2)], false)
  await first.takePreKey(alice)
  await first.deposit(alice, bob.address, letter)
  await first.close()
  const second = createSqliteStore(path, defaultStoreLimits, Date.now)
  expect(await second.takePreKey(alice)).toEqual(item(2))
  expect((await second.fetchMail(alice, 0)).letters).toHaveLength(1)
  await second.close()
})

test('SQLite: a full store refuses new data, and still serves and deletes', async () => {
  const limits = { ...defaultStoreLimits, storeBytes: 200_000 }
  const store = createSqliteStore(join(directory, 'full.db'), limits, Date.now)
  await store.putPreKeys(alice, [item(1)], false)
  const big = Array.from({ length: 90 }, (_, n) => new Uint8Array(4096).fill(n))
  const outcomes = await Promise.allSettled([
    store.putPreKeys(bob, big, false),
    store.deposit(alice, bob.address, letter),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  expect(await store.takePreKey(bob)).toBeNull()
  expect(await store.takePreKey(alice)).toEqual(item(1))
  const { letters } = await store.fetchMail(alice, 0)
  await store.acknowledge(
    alice,
    letters.map(({ id }) => id),
  )
  await store.close()
})

test('SQLite: a file that is not a database, or of a later version, is not touched', async () => {
  const path = join(directory, 'none.db')
  writeFileSync(path, 'this is no database, and long enough to be looked at as if it were one'.repeat(50))
  expect(() => createSqliteStore(path, defaultStoreLimits, Date.now)).toThrow()
})

test('Redis: after a restart the store serves everything it acknowledged', async () => {
  const client = new Redis(redis.url, {
    enableOfflineQueue: false,
    retryStrategy: () => 50,
    lazyConnect: true,
  })
  client.on('error', () => {})
  await client.connect()
  const store = createRedisStore(client, defaultStoreLimits, Date.now)
  await store.putPreKeys(alice, [item(1)], true)
  await redis.kill()
  await expect(store.takePreKey(alice)).rejects.toThrow()
  const ready = new Promise((resolve) => client.once('ready', resolve))
  await redis.start()
  await ready
  expect(await store.takePreKey(alice)).toEqual(item(1))
  await store.close()
})
