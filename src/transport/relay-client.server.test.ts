import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type RunningServer, type ServerOptions, startServer } from '../../signaling/server/server.ts'
import type { Bytes } from '../codec/index.ts'
import { addressInput, type MemberToken } from '../relay-protocol/index.ts'
import { createRelayClient } from './relay-client.ts'
import type { RelayClient, RelayEvent } from './relay-link.ts'

const secretOf = (n: number): Bytes => new Uint8Array(32).fill(n)
const addressOf = (n: number) =>
  createHash('sha256')
    .update(addressInput(secretOf(n)))
    .digest('hex')
const room = 'cc'.repeat(32)

const servers: RunningServer[] = []
const clients: RelayClient[] = []
const serve = async (options: Partial<ServerOptions> = {}) => {
  const server = await startServer({ port: 0, graceMs: 100, ...options })
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

function join(
  given: RunningServer | readonly RunningServer[],
  n: number,
  token: (() => MemberToken | null) | null = null,
) {
  const urls = [given].flat().map(({ port }) => `ws://localhost:${port}/ws`)
  const events: RelayEvent[] = []
  const waiting = new Set<() => void>()
  const client = createRelayClient({
    urls: () => urls,
    secret: secretOf(n),
    room,
    ...(token === null ? {} : { token }),
    openSocket: (url) => new WebSocket(url),
    now: () => performance.now(),
    random: () => 0,
    setTimer: (run, ms) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    onEvent: (event) => {
      events.push(event)
      for (const wake of waiting) wake()
    },
  })
  clients.push(client)
  /** Reads events until one of `kind`. */
  const next = async <K extends RelayEvent['kind']>(kind: K): Promise<Extract<RelayEvent, { kind: K }>> => {
    for (;;) {
      const event = events.shift()
      if (event?.kind === kind) return event as Extract<RelayEvent, { kind: K }>
      if (event === undefined) await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }
  return { client, next, events }
}

test('two clients meet, talk, and see each other leave', async () => {
  const server = await serve()
  const one = join(server, 1)
  expect(await one.next('open')).toEqual({ kind: 'open', address: addressOf(1), members: [] })
  const two = join(server, 2)
  expect(await two.next('open')).toMatchObject({ members: [addressOf(1)] })
  expect(await one.next('presence')).toMatchObject({ address: addressOf(2), present: true })
  two.client.send(addressOf(1), new Uint8Array([5]))
  expect(await one.next('frame')).toEqual({ kind: 'frame', from: addressOf(2), bytes: new Uint8Array([5]) })
  two.client.close()
  expect(await two.next('closed')).toMatchObject({ kind: 'closed', retryInMs: null })
  expect(await one.next('presence')).toMatchObject({ present: false })
  one.client.send(addressOf(2), new Uint8Array([6]))
  expect(await one.next('undelivered')).toEqual({ kind: 'undelivered', to: addressOf(2) })
})

test('both find each other again after a restart of the relay', async () => {
  const server = await serve()
  const one = join(server, 1)
  await one.next('open')
  const two = join(server, 2)
  await two.next('open')
  await server.close()
  expect((await one.next('closed')).retryInMs).toBeLessThanOrEqual(2000)
  one.client.send(addressOf(2), new Uint8Array([1]))
  expect(await one.next('undelivered')).toMatchObject({ to: addressOf(2) })
  await serve({ port: server.port })
  await Promise.all([one.next('open'), two.next('open')])
  for (;;) {
    one.client.send(addressOf(2), new Uint8Array([2]))
    const answer = await Promise.race([two.next('frame'), one.next('undelivered')])
    if (answer.kind === 'frame') break
  }
})

test('when a relay dies its members meet at the next, and return when it is back', async () => {
  const [first, second] = [await serve(), await serve()]
  const one = join([first, second], 1)
  await one.next('open')
  const two = join([first, second], 2)
  await two.next('open')
  const talk = async (text: number): Promise<void> => {
    // The other may come back a moment later.
    const again = setInterval(() => one.client.send(addressOf(2), new Uint8Array([text])), 20)
    while ((await two.next('frame')).bytes[0] !== text);
    clearInterval(again)
  }
  await talk(1)
  await first.close()
  const at = async (server: RunningServer): Promise<void> => {
    for (const { next } of [one, two]) {
      while ((await next('connecting')).url !== `ws://localhost:${server.port}/ws`);
      await next('open')
    }
  }
  await at(second)
  await talk(2)
  await serve({ port: first.port })
  await at(first)
  await talk(3)
})

test('a second client with the same secret takes over, and the first stays away', async () => {
  const server = await serve()
  const first = join(server, 1)
  await first.next('open')
  const second = join(server, 1)
  await second.next('open')
  expect(await first.next('error')).toMatchObject({ code: 'replaced' })
  expect(await first.next('closed')).toMatchObject({ kind: 'closed', retryInMs: null })
  first.client.retryNow()
  expect(first.events).toEqual([])
})

test('frames over the rate limit are held back and arrive after all', async () => {
  const server = await serve({ limits: { messageBurst: 40, messagesPerSecond: 100 } })
  const one = join(server, 1)
  await one.next('open')
  const two = join(server, 2)
  await two.next('open')
  for (let i = 0; i < 60; i++) one.client.send(addressOf(2), new Uint8Array([i]))
  expect(await one.next('error')).toMatchObject({ code: 'message-rate' })
  for (let i = 0; i < 60; i++) one.client.send(addressOf(2), new Uint8Array([100 + i]))
  for (let i = 0; i < 119; i++) {
    const { bytes } = await two.next('frame')
    if (bytes[0] === 159) break
  }
  const lost = one.events.filter(({ kind }) => kind === 'undelivered').length
  expect(lost).toBeGreaterThan(0)
  expect(lost).toBeLessThan(60)
})

test('a multicast reaches each with its own tag; the quota counts it as one send to each', async () => {
  const limits = { messagesPerSecond: 1, messageBurst: 200 }
  const server = await serve({ limits })
  const [one, two, three] = [join(server, 1), join(server, 2), join(server, 3)]
  for (const { next } of [one, two, three]) await next('open')
  const tag = new Uint8Array(16).fill(9)
  const before = one.client.quota()?.messages ?? 0
  const absent = Array.from({ length: 68 }, (_, n) => ({ to: addressOf(100 + n), tag: null }))
  const present = [
    { to: addressOf(2), tag },
    { to: addressOf(3), tag: null },
  ]
  one.client.multicast([...absent, ...present], new Uint8Array([1, 2]))
  expect(before - (one.client.quota()?.messages ?? 0)).toBeCloseTo(70, 0)
  expect((await two.next('frame')).bytes).toEqual(new Uint8Array([1, 2, ...tag]))
  expect((await three.next('frame')).bytes).toEqual(new Uint8Array([1, 2]))
  for (let i = 0; i < 68; i++) await one.next('undelivered')
})

test('a member token is shown with every join, and when it is announced', async () => {
  const frames: number[] = []
  const server = await serve({
    onFrame: (direction, _, bytes) => frames.push(direction === 'in' ? (bytes[1] ?? 0) : -bytes[1]!),
  })
  let token: MemberToken | null = { current: secretOf(50), former: null }
  const one = join(server, 1, () => token)
  await one.next('open')
  await one.client.request({ kind: 'prekeys-put', replace: false, items: [] })
  token = { current: secretOf(51), former: secretOf(50) }
  one.client.announceToken()
  const two = join(server, 2, () => ({ current: secretOf(51), former: null }))
  await two.next('open')
  expect(frames).toContain(0x06)
  // For the joins, for the first thing stored, and for the announced token.
  expect(frames.filter((tag) => tag === -0x8a)).toHaveLength(4)
})

test('the computed quota runs out when the relay says so', async () => {
  const limits = { messagesPerSecond: 1, messageBurst: 60 }
  const { client, next, events } = join(await serve({ limits }), 1)
  await next('open')
  const refusals = () => events.filter(({ kind }) => kind === 'error').length
  expect(client.quota()?.messages).toBeGreaterThan(60 - 12)
  let sent = 0
  for (; (client.quota()?.messages ?? 0) >= 1; sent++) client.send(addressOf(2), new Uint8Array(10))
  // The addressee is absent: one `undelivered` each and no refusal.
  for (let i = 0; i < sent; i++) await next('undelivered')
  expect(refusals()).toBe(0)
  for (let i = 0; i < 3; i++) client.send(addressOf(2), new Uint8Array(10))
  expect(await next('error')).toMatchObject({ code: 'message-rate' })
})
