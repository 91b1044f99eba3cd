import { connect, createServer, type Server } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectTo, enter, secretOf, type TestClient } from '../testing/client.ts'
import { startProcess, type TestProcess } from '../testing/process.ts'
import { startRedis, type TestRedis } from '../testing/redis.ts'

let redis: TestRedis
let one: TestProcess
let two: TestProcess
const LEASE_MS = 2000
const start = (env: Record<string, string> = {}): Promise<TestProcess> =>
  startProcess({ REDIS_URL: redis.url, RELAY_LEASE_MS: `${LEASE_MS}`, ...env })

// One per test, since a killed process leaves its seats leased.
beforeEach(async () => {
  redis = await startRedis()
  ;[one, two] = await Promise.all([start(), start()])
})
afterEach(async () => {
  await Promise.all([one.kill(), two.kill()])
  await redis.stop()
})

const payload = new Uint8Array([1, 2, 3])
const presence = (address: string, present: boolean) => ({ kind: 'presence', address, present })

test('members of one room on two processes see each other, talk in order, and leave', async () => {
  const a = await enter(one.url, 1)
  const b = await enter(two.url, 2)
  expect(await a.next('presence')).toEqual(presence(b.address, true))
  for (let i = 0; i < 50; i++) a.say({ kind: 'send', to: b.address, payload: new Uint8Array([i]) })
  for (let i = 0; i < 50; i++) {
    expect(await b.next('frame')).toEqual({ kind: 'frame', from: a.address, payload: new Uint8Array([i]) })
  }
  b.say({ kind: 'send', to: a.address, payload })
  expect(await a.next('frame')).toMatchObject({ from: b.address })
  a.say({ kind: 'prekeys-put', request: 1, replace: false, items: [] })
  await a.next('prekeys-stored')
  b.say({ kind: 'mail', request: 2, to: a.address, payload })
  await a.next('mail-waiting')
  b.say({ kind: 'leave' })
  expect(await a.next('presence')).toEqual(presence(b.address, false))
  a.say({ kind: 'send', to: b.address, payload })
  expect(await a.next('undelivered')).toMatchObject({ to: b.address })
})

test('frames sent right after a join are handled after it, in a room that both processes bound', async () => {
  await one.kill()
  one = await start({ RELAY_ROOM_MEMBERS: '2' })
  const early = await connectTo(one.url)
  early.say({ kind: 'hello', secret: secretOf(1) })
  early.say({ kind: 'join', room: 'aa'.repeat(32) })
  early.say({ kind: 'prekeys-count', request: 5 })
  await early.next('joined')
  expect(await early.next('prekeys-counted')).toMatchObject({ request: 5 })
  const other = await enter(two.url, 2)
  const third = await connectTo(one.url)
  third.say({ kind: 'hello', secret: secretOf(3) })
  third.say({ kind: 'join', room: 'aa'.repeat(32) })
  expect(await third.next('error')).toMatchObject({ code: 'room-full' })
  other.say({ kind: 'leave' })
  await early.next('presence')
  await early.next('presence')
  third.say({ kind: 'join', room: 'aa'.repeat(32) })
  expect(await third.next('joined')).toMatchObject({ members: [expect.any(String)] })
})

test('joined lists by age over two processes, and a multicast reaches both', async () => {
  const a = await enter(two.url, 1)
  const b = await enter(one.url, 2)
  const c = await enter(two.url, 3)
  const late = await connectTo(one.url)
  late.say({ kind: 'hello', secret: secretOf(4) })
  late.say({ kind: 'join', room: 'aa'.repeat(32) })
  expect(await late.next('joined')).toEqual({
    kind: 'joined',
    members: [a, b, c].map(({ address }) => address),
  })
  const tag = new Uint8Array(16).fill(5)
  const recipients = [
    { to: b.address, tag },
    { to: a.address, tag },
    { to: 'ee'.repeat(32), tag: null },
    { to: c.address, tag: null },
  ]
  late.say({ kind: 'multicast', recipients, payload })
  const tagged = new Uint8Array([...payload, ...tag])
  expect((await a.next('frame')).payload).toEqual(tagged)
  expect((await b.next('frame')).payload).toEqual(tagged)
  expect((await c.next('frame')).payload).toEqual(payload)
  expect(await late.next('undelivered')).toMatchObject({ to: 'ee'.repeat(32) })
})

test('an address proved at the other process is taken over there', async () => {
  const a = await enter(one.url, 1)
  const b = await enter(one.url, 2)
  expect(await a.next('presence')).toEqual(presence(b.address, true))
  const again = await enter(two.url, 2)
  expect(again.address).toBe(b.address)
  expect(await b.next('error')).toMatchObject({ code: 'replaced' })
  expect(await b.closed).toBe(1008)
  expect(await a.next('presence')).toEqual(presence(b.address, false))
  expect(await a.next('presence')).toEqual(presence(b.address, true))
  a.say({ kind: 'send', to: b.address, payload })
  expect(await again.next('frame')).toMatchObject({ from: a.address })
})

/** A load balancer: forwards to the first process that accepts. */
function balance(ports: () => readonly number[]): Promise<{ url: string; server: Server }> {
  const server = createServer((socket) => {
    const attempt = ([port, ...rest]: readonly number[]): void => {
      if (port === undefined) return void socket.destroy()
      const up = connect(port, '127.0.0.1', () => {
        socket.pipe(up).pipe(socket)
        socket.on('close', () => up.destroy())
        up.on('close', () => socket.destroy())
      })
      up.on('error', () => (up.connecting || up.bytesRead === 0 ? attempt(rest) : socket.destroy()))
    }
    socket.on('error', () => {})
    attempt(ports())
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0
      resolve({ url: `http://localhost:${port}`, server })
    })
  })
}

test('a killed process: its members are gone within the lease and return through the other process', async () => {
  const port = (process: TestProcess): number => Number(new URL(process.url).port)
  const { url, server } = await balance(() => [port(one), port(two)])
  const watcher = await enter(two.url, 9)
  const a = await enter(url, 1)
  const b = await enter(url, 2)
  expect(await watcher.next('presence')).toEqual(presence(a.address, true))
  expect(await watcher.next('presence')).toEqual(presence(b.address, true))
  const killed = performance.now()
  await one.kill()
  await Promise.all([a.closed, b.closed])
  const back = await enter(url, 1)
  // Its seat was still leased to the dead process. The takeover is announced as leaving and joining.
  expect(await watcher.next('presence')).toEqual(presence(a.address, false))
  expect(await watcher.next('presence')).toEqual(presence(a.address, true))
  expect(await watcher.next('presence')).toEqual(presence(b.address, false))
  const seconds = (performance.now() - killed) / 1000
  console.log(`gone after ${seconds.toFixed(2)} s of a lease of ${LEASE_MS / 1000} s`)
  watcher.say({ kind: 'send', to: b.address, payload })
  expect(await watcher.next('undelivered')).toMatchObject({ to: b.address })
  watcher.say({ kind: 'send', to: a.address, payload })
  expect(await back.next('frame')).toMatchObject({ from: watcher.address })
  server.close()
})

const isUp = async (url: string): Promise<boolean> => (await fetch(`${url}/readyz`)).ok
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
}

test('Redis down and up: sockets stay, members of one process keep talking, requests are refused, then all recovers', async () => {
  const a = await enter(one.url, 1)
  const near = await enter(one.url, 2)
  const far = await enter(two.url, 3)
  const seen = [await a.next('presence'), await a.next('presence')]
  expect(seen).toEqual([presence(near.address, true), presence(far.address, true)])
  await redis.kill()
  await until(async () => !(await isUp(one.url)) && !(await isUp(two.url)))
  a.say({ kind: 'send', to: near.address, payload })
  expect(await near.next('frame')).toMatchObject({ from: a.address })
  a.say({ kind: 'send', to: far.address, payload })
  expect(await a.next('undelivered')).toMatchObject({ to: far.address })
  a.say({ kind: 'prekeys-count', request: 7 })
  expect(await a.next('refused')).toMatchObject({ request: 7, code: 'unavailable' })
  const late: TestClient = await connectTo(two.url)
  late.say({ kind: 'hello', secret: secretOf(4) })
  late.say({ kind: 'join', room: 'aa'.repeat(32) })
  expect(await late.next('error')).toMatchObject({ code: 'unavailable' })
  // Longer than the lease.
  await new Promise((resolve) => setTimeout(resolve, LEASE_MS * 1.5))
  await redis.start()
  await until(async () => (await isUp(one.url)) && (await isUp(two.url)))
  late.say({ kind: 'join', room: 'aa'.repeat(32) })
  await late.next('joined')
  await until(async () => {
    far.say({ kind: 'send', to: a.address, payload })
    return (await Promise.race([a.next('frame'), far.next('undelivered')])).kind === 'frame'
  })
  await until(async () => {
    a.say({ kind: 'send', to: far.address, payload })
    return (await Promise.race([far.next('frame'), a.next('undelivered')])).kind === 'frame'
  })
  expect([a, near, far].map(({ socket }) => socket.readyState)).toEqual([1, 1, 1])
})

test('Redis silent: not ready within two leases, then reconnected, with all seats', async () => {
  const a = await enter(one.url, 1)
  const b = await enter(two.url, 2)
  await a.next('presence')
  redis.freeze()
  const frozen = performance.now()
  await until(async () => !(await isUp(one.url)) && !(await isUp(two.url)))
  expect(performance.now() - frozen).toBeLessThan(2 * LEASE_MS + 1500)
  // Longer than the leases hold.
  await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS))
  redis.thaw()
  await until(async () => (await isUp(one.url)) && (await isUp(two.url)))
  await until(async () => {
    a.say({ kind: 'send', to: b.address, payload })
    return (await Promise.race([b.next('frame'), a.next('undelivered')])).kind === 'frame'
  })
  expect([a, b].map(({ socket }) => socket.readyState)).toEqual([1, 1])
})

test('networks and stocks are counted together', async () => {
  await Promise.all([one.kill(), two.kill()])
  const scarce = { RELAY_NETWORK_BURST: '5', RELAY_NETWORK_PER_SECOND: '1' }
  ;[one, two] = await Promise.all([start(scarce), start(scarce)])
  const a = await enter(one.url, 1)
  const b = await enter(two.url, 2)
  a.say({ kind: 'prekeys-take', request: 1, of: b.address })
  await a.next('prekey')
  b.say({ kind: 'prekeys-take', request: 1, of: a.address })
  expect(await b.next('refused')).toMatchObject({ code: 'network-rate' })
})
