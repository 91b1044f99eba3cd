/** Whole relay processes on a Redis Cluster: it keeps what is stored, and a small Redis seats the members of shared rooms. */

import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enter } from '../testing/client.ts'
import { startProcess, type TestProcess } from '../testing/process.ts'
import { startCluster, startRedis, type TestCluster, type TestRedis } from '../testing/redis.ts'

let cluster: TestCluster
let seats: TestRedis
let one: TestProcess
let two: TestProcess
const start = (): Promise<TestProcess> =>
  startProcess({ REDIS_CLUSTER: cluster.nodes.map(({ url }) => url).join(' '), REDIS_URL: seats.url })

beforeAll(async () => {
  ;[cluster, seats] = await Promise.all([startCluster(), startRedis()])
  ;[one, two] = await Promise.all([start(), start()])
})
afterAll(async () => {
  await Promise.all([one.kill(), two.kill()])
  await Promise.all([cluster.stop(), seats.stop()])
})

/** Tags of the responses `prekeys-stored` and `refused`. */
const [stored, refused] = [0x90, 0x89]
const payload = new Uint8Array([1, 2, 3])
const rooms = Array.from({ length: 12 }, (_, n) => (16 + n).toString(16).repeat(32))

test('members on two processes meet in their room and talk both ways, in order', async () => {
  const a = await enter(one.url, 1)
  const b = await enter(two.url, 2)
  expect(await a.next('presence')).toMatchObject({ address: b.address, present: true })
  for (let i = 0; i < 20; i++) {
    a.say({ kind: 'send', to: b.address, payload: new Uint8Array([i]) })
    b.say({ kind: 'send', to: a.address, payload: new Uint8Array([i]) })
  }
  for (let i = 0; i < 20; i++) {
    expect(await a.next('frame')).toMatchObject({ from: b.address, payload: new Uint8Array([i]) })
    expect(await b.next('frame')).toMatchObject({ from: a.address, payload: new Uint8Array([i]) })
  }
  b.say({ kind: 'leave' })
  expect(await a.next('presence')).toMatchObject({ address: b.address, present: false })
})

test.each(rooms)('mailboxes, pre-keys and tokens of room %s are the same through both', async (room) => {
  const token = { current: new Uint8Array(32).fill(7), former: null }
  const owner = await enter(one.url, 10, { room, token })
  expect(await owner.next('standing')).toMatchObject({ member: false })
  const items = [payload, new Uint8Array([4]), new Uint8Array([5])]
  owner.say({ kind: 'prekeys-put', request: 1, replace: false, items })
  expect(await owner.next('prekeys-stored')).toMatchObject({ stock: 3 })
  expect(await owner.next('standing')).toMatchObject({ member: true })

  const other = await enter(two.url, 11, { room, token })
  expect(await other.next('standing')).toMatchObject({ member: true })
  const taken: string[] = []
  for (const [request, { url }] of [one, two, one, two].entries()) {
    const taker = await enter(url, 20 + request, { room, token })
    taker.say({ kind: 'prekeys-take', request, of: owner.address })
    const { item } = await taker.next('prekey')
    if (item !== null) taken.push(`${item}`)
    taker.socket.close()
  }
  expect(taken).toEqual(items.map(String))
  other.say({ kind: 'prekeys-count', request: 2 })
  expect(await other.next('prekeys-counted')).toMatchObject({
    stocks: [{ address: owner.address, count: 0 }],
  })

  other.say({ kind: 'mail', request: 3, to: owner.address, payload })
  await other.next('mailed')
  await owner.next('mail-waiting')
  owner.socket.close()
  await owner.closed
  // The owner comes back to the other process.
  const back = await enter(two.url, 10, { room, token })
  back.say({ kind: 'mail-fetch', request: 4, after: 0 })
  const { letters } = await back.next('letters')
  expect(letters).toMatchObject([{ from: other.address, payload }])
  back.say({ kind: 'mail-ack', request: 5, ids: letters.map(({ id }) => id) })
  await back.next('mail-acked')
  for (const client of [other, back]) client.socket.close()
})

test('while a node is gone its rooms get refusals, everybody talks on, and afterwards all is there', async () => {
  const asking = await Promise.all(rooms.map((room, n) => enter([one, two][n % 2]!.url, 40 + n, { room })))
  const [a, b] = [await enter(one.url, 60), await enter(two.url, 61)]
  /** Of one request of each, how many were answered. */
  const answered = async (): Promise<number> => {
    const outcomes = asking.map(
      ({ socket }) =>
        new Promise<boolean>((resolve) => {
          const listen = (data: Buffer): void => {
            if (data[1] !== stored && data[1] !== refused) return
            socket.off('message', listen)
            resolve(data[1] === stored)
          }
          socket.on('message', listen)
        }),
    )
    for (const client of asking) {
      client.say({ kind: 'prekeys-put', request: 1, replace: false, items: [payload] })
    }
    return (await Promise.all(outcomes)).filter(Boolean).length
  }
  while ((await answered()) < rooms.length);
  const [node] = cluster.nodes
  await node?.kill()
  expect(await answered()).toBeLessThan(rooms.length)
  a.say({ kind: 'send', to: b.address, payload })
  expect(await b.next('frame')).toMatchObject({ from: a.address, payload })
  await node?.start()
  while ((await answered()) < rooms.length) await new Promise((resolve) => setTimeout(resolve, 100))
  for (const client of [...asking, a, b]) client.socket.close()
})

test('what was stored outlives both processes', async () => {
  const owner = await enter(one.url, 30)
  owner.say({ kind: 'prekeys-put', request: 1, replace: false, items: [payload] })
  await owner.next('prekeys-stored')
  await Promise.all([one.kill(), two.kill()])
  ;[one, two] = await Promise.all([start(), start()])
  const taker = await enter(two.url, 31, { room: 'aa'.repeat(32) })
  taker.say({ kind: 'prekeys-take', request: 1, of: owner.address })
  expect(await taker.next('prekey')).toMatchObject({ item: payload })
  // And it lies on all three nodes, which a room's name chooses.
  for (const { url } of cluster.nodes) {
    const node = new Redis(url)
    expect(await node.dbsize()).toBeGreaterThan(0)
    node.disconnect()
  }
})
