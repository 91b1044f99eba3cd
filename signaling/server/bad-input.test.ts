import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type Bytes, encode } from '../../src/codec/index.ts'
import { type ClientFrame, clientFrame, PAYLOAD_BYTES } from '../../src/relay-protocol/index.ts'
import { createSqliteStore } from '../store/sqlite-store.ts'
import { defaultStoreLimits } from '../store/store.ts'
import { connectTo, enter, secretOf, type TestClient } from '../testing/client.ts'
import { type RunningServer, type ServerOptions, startServer } from './server.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** A running relay with an honest pair; `served` proves that the pair still gets through. */
async function start(options: Partial<ServerOptions> = {}) {
  const server: RunningServer = await startServer({ port: 0, graceMs: 100, ...options })
  endings.push(() => server.close())
  const [alice, bob] = [await enter(server.url, 251), await enter(server.url, 252)]
  let number = 0
  const served = async (): Promise<void> => {
    const payload = new Uint8Array([++number >> 8, number & 255])
    alice.say({ kind: 'send', to: bob.address, payload })
    expect((await bob.next('frame')).payload).toEqual(payload)
  }
  return { url: server.url, alice, bob, served }
}

const greet = async (url: string, n: number): Promise<TestClient> => {
  const client = await connectTo(url)
  client.say({ kind: 'hello', secret: secretOf(n) })
  await client.next('welcome')
  return client
}

const to = 'ab'.repeat(32)
const request = 7
/** One frame of each kind, with the offsets of its lengths and counts. */
const frames: readonly (readonly [ClientFrame, ...number[]])[] = [
  [{ kind: 'hello', secret: secretOf(9) }],
  [{ kind: 'join', room: to }],
  [{ kind: 'leave' }],
  [{ kind: 'send', to, payload: secretOf(1) }, 34],
  [{ kind: 'ping' }],
  [{ kind: 'prekeys-put', request, replace: false, items: [secretOf(1), secretOf(2)] }, 7, 9, 43],
  [{ kind: 'prekeys-take', request, of: to }],
  [{ kind: 'prekeys-count', request }],
  [{ kind: 'forget', request }],
  [{ kind: 'turn', request }],
  [{ kind: 'mail', request, to, payload: secretOf(1) }, 38],
  [{ kind: 'mail-fetch', request, after: 1 }],
  [{ kind: 'mail-ack', request, ids: [1, 2] }, 6],
]

const withByte = (bytes: Bytes, at: number, value: number): Bytes => {
  const copy = bytes.slice()
  copy[at] = value
  return copy
}

const named = frames.map(([frame, ...lengths]) => ({ kind: frame.kind, frame, lengths }))
test.each(named)('$kind: truncated, extended, lying, of another version', async ({ frame, lengths }) => {
  const { url, served } = await start({ limits: { socketsPerIp: 1000 } })
  const whole = encode(clientFrame, frame)
  const cases: [name: string, bytes: Bytes, code: string][] = [
    ...Array.from({ length: whole.length }, (_, n): [string, Bytes, string] => [
      `cut to ${n}`,
      whole.slice(0, n),
      'malformed',
    ]),
    ['one byte more', new Uint8Array([...whole, 0]), 'malformed'],
    ['twice', new Uint8Array([...whole, ...whole]), 'malformed'],
    ['version 1', withByte(whole, 0, 1), 'version'],
    ['version 3', withByte(whole, 0, 3), 'version'],
    ['a tag of the relay', withByte(whole, 1, 0x84), 'malformed'],
    ['an unknown tag', withByte(whole, 1, 0x7f), 'malformed'],
    ...lengths.flatMap((at): [string, Bytes, string][] => [
      [`length at ${at} one more`, withByte(whole, at + 1, (whole[at + 1] ?? 0) + 1), 'malformed'],
      [`length at ${at} one less`, withByte(whole, at + 1, (whole[at + 1] ?? 0) - 1), 'malformed'],
      [`length at ${at} huge`, withByte(withByte(whole, at, 255), at + 1, 255), 'malformed'],
    ]),
  ]
  for (const [name, bytes, code] of cases) {
    const client = await greet(url, 1)
    client.socket.send(bytes)
    expect(await client.next('error'), name).toMatchObject({ code })
    expect(await client.closed, name).toBe(1002)
  }
  await served()
})

test('text, an empty message, 64 KiB and a byte, and a payload over its bound', async () => {
  const { url, served } = await start()
  const big = new Uint8Array(PAYLOAD_BYTES + 37)
  big.set([2, 4], 0)
  big.set([(PAYLOAD_BYTES + 1) >> 8, (PAYLOAD_BYTES + 1) & 255], 34)
  const cases: [string | Uint8Array, string, number][] = [
    ['text', 'malformed', 1002],
    [JSON.stringify({ kind: 'ping' }), 'malformed', 1002],
    [new Uint8Array(0), 'malformed', 1002],
    [big, 'malformed', 1002],
    [new Uint8Array(65_537).fill(2), 'too-large', 1009],
  ]
  for (const [message, code, closeCode] of cases) {
    const client = await greet(url, 1)
    client.socket.send(message)
    expect(await client.next('error')).toMatchObject({ code })
    expect(await client.closed).toBe(closeCode)
  }
  await served()
})

/** The stream below a client's WebSocket. */
const streamOf = (client: TestClient): Socket => Reflect.get(client.socket, '_socket')

test('10,000 tiny frames in one write: the socket ends, the honest pair is served', async () => {
  const { url, served } = await start()
  const client = await greet(url, 1)
  // A masked WebSocket message (RFC 6455 §5.2) that holds `ping`, with the mask 0.
  const ping = Buffer.from([0x82, 0x82, 0, 0, 0, 0, 2, 5])
  client.socket.on('error', () => {})
  streamOf(client).write(Buffer.concat(Array.from({ length: 10_000 }, () => ping)))
  await served()
  await client.closed
  await served()
})

test('a sender over its limit is read no faster, and closed after a hundred refusals', async () => {
  const { url, served } = await start({ limits: { messageBurst: 20, messagesPerSecond: 10 } })
  const client = await greet(url, 1)
  let refusals = 0
  client.socket.on('message', (data: Buffer) => {
    if (data[1] === 0x86) refusals++
  })
  client.socket.on('error', () => {})
  // As large as 40 frames in one read of the socket.
  for (let i = 0; i < 1000; i++) client.say({ kind: 'send', to, payload: new Uint8Array(1600) })
  await served()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  expect(refusals).toBeGreaterThan(0)
  expect(refusals).toBeLessThan(15)
  await served()
  expect(await client.closed).toBe(1008)
  expect(refusals).toBeGreaterThan(90)
})

test('half-open sockets and slow upgrades end, while the honest pair is served', async () => {
  const { url, alice, served } = await start({ limits: { helloMs: 300 }, pingMs: 60 })
  const half = await enter(url, 1)
  await alice.next('presence')
  expect(await alice.next('presence')).toEqual({ kind: 'presence', address: half.address, present: true })
  // Goes silent without closing, like a pulled cable.
  half.socket.pause()
  const ended = await greet(url, 2)
  streamOf(ended).end()
  await ended.closed
  const drips = Array.from({ length: 20 }, () => {
    const slow = connect(Number(new URL(url).port), '127.0.0.1')
    slow.on('error', () => {})
    slow.write('GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n')
    const drip = setInterval(() => slow.write('X-Slow: 1\r\n'), 50)
    return new Promise<void>((resolve) => {
      slow.resume().on('close', () => {
        clearInterval(drip)
        resolve()
      })
    })
  })
  await served()
  await Promise.all(drips)
  expect(await alice.next('presence')).toEqual({ kind: 'presence', address: half.address, present: false })
  half.socket.terminate()
  await served()
})

test('a wrong secret is another address without access to the first; the right secret takes over', async () => {
  const { url, alice, bob, served } = await start()
  bob.say({ kind: 'prekeys-put', request, replace: false, items: [secretOf(5)] })
  await bob.next('prekeys-stored')
  alice.say({ kind: 'mail', request, to: bob.address, payload: secretOf(6) })
  await alice.next('mailed')
  const thief = await enter(url, 3)
  expect(thief.address).not.toBe(bob.address)
  thief.say({ kind: 'mail-fetch', request, after: 0 })
  expect(await thief.next('letters')).toMatchObject({ letters: [] })
  thief.say({ kind: 'mail-ack', request, ids: [1] })
  await thief.next('mail-acked')
  thief.say({ kind: 'forget', request })
  await thief.next('forgotten')
  await served()
  const again = await enter(url, 252)
  expect(await bob.next('error')).toMatchObject({ code: 'replaced' })
  again.say({ kind: 'mail-fetch', request, after: 0 })
  expect(await again.next('letters')).toMatchObject({
    letters: [{ from: alice.address, payload: secretOf(6) }],
  })
  again.say({ kind: 'prekeys-take', request, of: bob.address })
  expect(await again.next('prekey')).toMatchObject({ item: secretOf(5) })
})

test('a flood of mailboxes and stocks stops at their limits, and a network at its own', async () => {
  const { url, bob, served } = await start()
  bob.say({ kind: 'prekeys-put', request, replace: false, items: [] })
  await bob.next('prekeys-stored')
  const flooder = await enter(url, 3)
  const payload = (i: number): Bytes => new Uint8Array(8192).fill(i)
  for (let i = 0; i < 128; i++) {
    flooder.say({ kind: 'mail', request: i, to: bob.address, payload: payload(i) })
    await flooder.next('mailed')
  }
  flooder.say({ kind: 'mail', request: 1, to: bob.address, payload: payload(200) })
  expect(await flooder.next('refused')).toMatchObject({ code: 'mailbox-full', retryAfterMs: 60_000 })
  const items = Array.from({ length: 100 }, (_, i) => new Uint8Array([i]))
  flooder.say({ kind: 'prekeys-put', request: 2, replace: false, items })
  expect(await flooder.next('prekeys-stored')).toMatchObject({ stock: 100 })
  flooder.say({ kind: 'prekeys-put', request: 3, replace: false, items: [new Uint8Array([1, 2])] })
  expect(await flooder.next('refused')).toMatchObject({ code: 'stock-full' })
  for (let i = 0; i < 200; i++) flooder.say({ kind: 'prekeys-take', request: 1000 + i, of: bob.address })
  expect(await flooder.next('refused')).toMatchObject({ code: 'network-rate' })
  await served()
})

test('1,000 rooms from one address: the sockets end at 64, the rooms of one socket at its rate', async () => {
  const { url, served } = await start({ exemptLoopback: false })
  const hop = await enter(url, 1)
  for (let i = 0; i < 1000; i++) hop.say({ kind: 'join', room: i.toString(16).padStart(64, '0') })
  expect(await hop.next('error')).toMatchObject({ code: 'message-rate' })
  const clients: TestClient[] = []
  /** The code with which it was closed; 0 once it is in its room, `null` where it was not let in. */
  const open = async (i: number): Promise<number | null> => {
    const client = await connectTo(url).catch(() => null)
    if (client === null) return null
    clients.push(client)
    client.socket.on('error', () => {})
    if (client.socket.readyState === client.socket.OPEN) {
      client.say({ kind: 'hello', secret: new Uint8Array(32).fill(i & 255, 0, 1).fill(i >> 8, 1) })
      client.say({ kind: 'join', room: i.toString(16).padStart(64, 'f') })
    }
    return Promise.race([client.closed, client.next('joined').then(() => 0)])
  }
  const codes = await Promise.all(Array.from({ length: 1000 }, (_, i) => open(i)))
  expect(codes.filter((code) => code === 0)).toHaveLength(61)
  expect(codes.filter((code) => code === 1008)).toHaveLength(clients.length - 61)
  await served()
  for (const { socket } of clients) socket.terminate()
})

test('a full store refuses new data, serves what it has, and leaves frames between members alone', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'relay-full-'))
  endings.push(() => rmSync(directory, { recursive: true }))
  const limits = { ...defaultStoreLimits, storeBytes: 256 * 1024, networkBurst: 1e6 }
  const store = createSqliteStore(join(directory, 'relay.db'), limits, Date.now)
  endings.push(() => store.close())
  const { alice, bob, served } = await start({ store })
  alice.say({ kind: 'prekeys-put', request, replace: false, items: [] })
  await alice.next('prekeys-stored')
  let kept = 0
  const refusal = bob.next('refused').then(({ code }) => code === 'unavailable')
  for (let full = false; !full; ) {
    bob.say({ kind: 'mail', request, to: alice.address, payload: new Uint8Array(8192).fill(kept) })
    full = await Promise.race([bob.next('mailed').then(() => false), refusal])
    if (!full) kept++
  }
  expect(kept).toBeGreaterThan(4)
  await served()
  let after = 0
  for (let more = true; more; ) {
    alice.say({ kind: 'mail-fetch', request, after })
    const page = await alice.next('letters')
    kept -= page.letters.length
    after = page.letters.at(-1)?.id ?? after
    more = page.more
  }
  expect(kept).toBe(0)
})
