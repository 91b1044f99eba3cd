import { createHmac } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { connectTo, enter, secretOf } from '../testing/client.ts'
import { createClock } from './clock.ts'
import { type RunningServer, type ServerOptions, startServer } from './server.ts'

const running: RunningServer[] = []
const start = async (options: Partial<ServerOptions> = {}): Promise<RunningServer> => {
  const server = await startServer({ port: 0, graceMs: 100, ...options })
  running.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

const open = (port: number): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', () => {})
  })
const isOpen = async (sockets: readonly Socket[]): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 300))
  return sockets.filter(({ readyState }) => readyState === 'open').length
}

test('connections of one network are counted as they are accepted; this computer may be exempt', async () => {
  const limits = { socketsPerIp: 2 }
  const strict = await start({ limits, exemptLoopback: false })
  const many = await Promise.all(Array.from({ length: 200 }, () => open(strict.port)))
  expect(await isOpen(many)).toBe(66)
  for (const socket of many) socket.destroy()
  const lenient = await start({ limits })
  const sockets = await Promise.all(Array.from({ length: 200 }, () => open(lenient.port)))
  expect(await isOpen(sockets)).toBe(200)
  for (const socket of sockets) socket.destroy()
})

test('connections in all have a cap', async () => {
  const { port } = await start({ connections: 20 })
  const sockets = await Promise.all(Array.from({ length: 50 }, () => open(port)))
  expect(await isOpen(sockets)).toBe(20)
  for (const socket of sockets) socket.destroy()
})

test('dead readers are dropped, longest queue first, when all queues together exceed the budget', async () => {
  const mebibyte = 1024 * 1024
  const limits = { byteBurst: 2 ** 31, bytesPerSecond: 2 ** 31, messageBurst: 1e6 }
  const server = await start({ limits, sendQueueBytes: 64 * mebibyte, queueBudgetBytes: 4 * mebibyte })
  const sender = await enter(server.url, 1)
  const dead = await Promise.all([2, 3, 4].map((n) => enter(server.url, n)))
  for (const { socket } of dead) socket.pause()
  const payload = new Uint8Array(60_000)
  const queued = async (): Promise<number> => {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    return Number(/^relay_queued_bytes (\d+)$/m.exec(text)?.[1])
  }
  for (let i = 0; i < 300; i++) {
    for (const { address } of dead) sender.say({ kind: 'send', to: address, payload })
  }
  sender.say({ kind: 'ping' })
  await sender.next('pong')
  expect(await queued()).toBeLessThanOrEqual(4 * mebibyte)
  expect((await sender.next('undelivered')).kind).toBe('undelivered')
  for (const { socket } of dead) socket.terminate()
})

test('one sender fills half of a queue; then it is told, and others still reach the reader', async () => {
  const limits = { byteBurst: 2 ** 31, bytesPerSecond: 2 ** 31 }
  const server = await start({ limits, sendQueueBytes: 2_000_000 })
  const [flooder, other, reader] = await Promise.all([1, 2, 3].map((n) => enter(server.url, n)))
  if (flooder === undefined || other === undefined || reader === undefined) throw new Error('three entered')
  reader.socket.pause()
  const payload = new Uint8Array(60_000)
  // More than the kernel buffers for a stalled reader.
  for (let i = 0; i < 400; i++) flooder.say({ kind: 'send', to: reader.address, payload })
  expect(await flooder.next('undelivered')).toMatchObject({ to: reader.address })
  other.say({ kind: 'send', to: reader.address, payload: new Uint8Array([7]) })
  other.say({ kind: 'ping' })
  await other.next('pong')
  reader.socket.resume()
  for (;;) {
    const frame = await reader.next('frame')
    if (frame.from === other.address) break
  }
})

test('a private relay: by token in a cookie or header, under its own names', async () => {
  const accessTokens = ['first-token-1234567', 'second-token-123456']
  const server = await start({ accessTokens, allowedHosts: ['localhost'] })
  await expect(connectTo(server.url)).rejects.toThrow('401')
  await expect(connectTo(server.url, { Cookie: 'mlwe-pake-access=wrong' })).rejects.toThrow('401')
  const headers = { Authorization: `Bearer ${accessTokens[1]}` }
  ;(await connectTo(server.url, headers)).socket.close()
  const invited = await fetch(`${server.url}/?access=${accessTokens[0]}`, { redirect: 'manual' })
  expect([invited.status, invited.headers.get('location')]).toEqual([303, '/'])
  const cookie = invited.headers.get('set-cookie') ?? ''
  expect(cookie).toContain('HttpOnly; SameSite=Strict')
  ;(await connectTo(server.url, { Cookie: cookie.split(';')[0] ?? '' })).socket.close()
  await expect(connectTo(server.url, { ...headers, Host: 'evil.example' })).rejects.toThrow('421')
})

test('reports need their token, health does not', async () => {
  const { url } = await start({ reportTokens: ['a-report-token-1234'] })
  const status = async (path: string, token?: string): Promise<number> =>
    (await fetch(url + path, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }))
      .status
  for (const path of ['/metrics', '/api/metrics', '/api/groups']) {
    expect([await status(path), await status(path, 'x'), await status(path, 'a-report-token-1234')]).toEqual([
      401, 401, 200,
    ])
  }
  expect([await status('/healthz'), await status('/readyz'), await status('/api/ice')]).toEqual([
    200, 200, 200,
  ])
})

const ice = { stun: ['stun:s.example'], turn: ['turn:t.example'], turnSecret: 's' }

test('TURN credentials go to members of a room only, as a user of their own', async () => {
  const { url } = await start({ ice })
  expect(await (await fetch(`${url}/api/ice`)).json()).toEqual({
    iceServers: [{ urls: ice.stun }],
    turn: true,
  })
  const outside = await connectTo(url)
  outside.say({ kind: 'hello', secret: secretOf(9) })
  outside.say({ kind: 'turn', request: 1 })
  expect(await outside.next('refused')).toMatchObject({ request: 1, code: 'not-joined' })
  const users: (string | undefined)[] = []
  for (const n of [1, 2, 2]) {
    const member = await enter(url, n)
    member.say({ kind: 'turn', request: 5 })
    const given = await member.next('turn-servers')
    expect(given).toMatchObject({ request: 5, urls: ice.turn, seconds: 3600 })
    const [expiry, user] = given.username.split(':')
    expect(Number(expiry) * 1000).toBeGreaterThan(Date.now())
    expect(given.credential).toBe(createHmac('sha1', 's').update(given.username).digest('base64'))
    expect(given.username).not.toContain(member.address.slice(0, 8))
    users.push(user)
  }
  expect(users[1]).not.toBe(users[0])
  expect(users[2]).toBe(users[1])
})

test('TURN credentials are rationed for a member, and for a network of many', async () => {
  const { url } = await start({ ice, trustedProxies: ['127.0.0.1', '::1'], limits: { networkSeats: 64 } })
  /** How many of `count` requests at once are granted. */
  const granted = async (n: number, network: string, count: number): Promise<number> => {
    const member = await enter(url, n, { network })
    let answers = 0
    member.socket.on('message', (data: Buffer) => {
      if (data[1] === 0x94) answers++
    })
    for (let request = 0; request < count; request++) member.say({ kind: 'turn', request })
    member.say({ kind: 'ping' })
    await member.next('pong')
    if (answers < count) expect(await member.next('refused')).toMatchObject({ code: 'network-rate' })
    member.socket.close()
    return answers
  }
  expect(await granted(1, '198.51.100.1', 10)).toBe(6)
  let ofAll = 0
  for (let n = 2; n < 14; n++) ofAll += await granted(n, '198.51.100.1', 4)
  expect(ofAll).toBeLessThan(12 * 4)
  expect(ofAll).toBeGreaterThanOrEqual(24)
  expect(await granted(20, '198.51.100.2', 3)).toBe(3)
})

test('a reload changes limits and keeps sockets; draining says so before sockets close', async () => {
  const server = await start({ drainMs: 400 })
  const client = await enter(server.url, 1)
  server.reload({ limits: { messageBurst: 10, messagesPerSecond: 1 } })
  for (let i = 0; i < 12; i++) client.say({ kind: 'ping' })
  expect(await client.next('error')).toMatchObject({ code: 'message-rate' })
  const closing = server.close()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
  const late = await connectTo(server.url)
  late.say({ kind: 'hello', secret: secretOf(2) })
  await late.next('welcome')
  await client.next('going-away')
  await closing
})

test('a clock that jumps ahead expires nothing; one that is corrected slowly or set back is followed', () => {
  const time = { wall: 1_000_000, steady: 0 }
  const jumps: number[] = []
  const now = createClock(
    () => time.wall,
    () => time.steady,
    (ms) => jumps.push(ms),
  )
  const pass = (ms: number): void => {
    time.wall += ms
    time.steady += ms
  }
  pass(1000)
  expect(now()).toBe(1_001_000)
  time.wall += 30_000
  expect(now()).toBe(1_031_000)
  time.wall += 40 * 24 * 3_600_000
  expect([now(), now()]).toEqual([1_031_000, 1_031_000])
  pass(1000)
  expect(now()).toBe(1_032_000)
  expect(jumps).toEqual([40 * 24 * 3_600_000])
  time.wall -= 41 * 24 * 3_600_000
  expect(now()).toBe(time.wall)
})
