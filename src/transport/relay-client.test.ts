import { expect, test } from 'vitest'
import { type Bytes, decode, encode, toHex } from '../codec/index.ts'
import {
  addressInput,
  type ClientFrame,
  clientFrame,
  type RelayFrame,
  relayFrame,
} from '../relay-protocol/index.ts'
import { createRelayClient } from './relay-client.ts'
import type { RelayEvent } from './relay-link.ts'

const secretOf = (n: number): Bytes => new Uint8Array(32).fill(n)
const addressOf = (n: number): string => `${n}`.repeat(64)
const room = 'cc'.repeat(32)

/** A client in virtual time, on a socket whose other end is the test. */
function scripted(urls: readonly string[] = ['ws://relay']) {
  const events: RelayEvent[] = []
  const timers: { readonly at: number; readonly run: () => void }[] = []
  const sockets: ReturnType<typeof fakeSocket>[] = []
  const opened: string[] = []
  let clock = 0

  const fakeSocket = () => {
    const listeners = new Map<string, (event: unknown) => void>()
    const sent: ClientFrame[] = []
    return {
      binaryType: '',
      closed: false,
      sent,
      send: (bytes: Bytes) => void sent.push(decode(clientFrame, bytes)),
      close() {
        this.closed = true
      },
      addEventListener: (type: string, listener: (event: unknown) => void) =>
        void listeners.set(type, listener),
      fire: (type: string, event: unknown = {}) => listeners.get(type)?.(event),
      says: (frame: RelayFrame) => listeners.get('message')?.({ data: encode(relayFrame, frame).buffer }),
    }
  }
  const client = createRelayClient({
    urls: () => urls,
    secret: secretOf(1),
    room,
    openSocket: (url) => {
      const socket = fakeSocket()
      opened.push(url)
      sockets.push(socket)
      return socket
    },
    now: () => clock,
    random: () => 0.5,
    setTimer: (run, ms) => {
      const timer = { at: clock + ms, run }
      timers.push(timer)
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1)
      }
    },
    onEvent: (event) => events.push(event),
  })
  const socket = () => sockets.at(-1) ?? fakeSocket()
  return {
    client,
    events,
    sockets,
    opened,
    timers,
    socket,
    open() {
      socket().fire('open')
      socket().says({ kind: 'welcome', address: addressOf(1), limits })
      socket().says({ kind: 'joined', members: [] })
    },
    advance(ms: number) {
      const until = clock + ms
      for (;;) {
        const due = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        timers.splice(timers.indexOf(due), 1)
        clock = due.at
        due.run()
      }
      clock = until
    },
  }
}

const limits = {
  frameBytes: 65_536,
  messagesPerSecond: 200,
  messageBurst: 1000,
  bytesPerSecond: 1000,
  byteBurst: 1000,
  roomMembers: 64,
}
const retries = (events: readonly RelayEvent[]) =>
  events.flatMap((event) => (event.kind === 'closed' ? [event.retryInMs] : []))

test('sends hello and join as soon as the socket opens', () => {
  const { socket, events, open } = scripted()
  expect(socket().binaryType).toBe('arraybuffer')
  open()
  expect(socket().sent).toEqual([
    { kind: 'hello', secret: secretOf(1) },
    { kind: 'join', room },
  ])
  expect(events.map(({ kind }) => kind)).toEqual(['connecting', 'limits', 'open'])
})

test('the back-off grows up to 15 s and starts over after a stable link', () => {
  const { socket, events, open, advance } = scripted()
  for (let i = 0; i < 7; i++) {
    socket().fire('close')
    advance(15_000)
  }
  expect(retries(events)).toEqual([375, 750, 1500, 3000, 6000, 11_250, 11_250])
  open()
  advance(6000)
  socket().fire('error')
  expect(retries(events).at(-1)).toBe(375)
})

test('delays from going-away and errors are capped', () => {
  const { socket, events, open, advance } = scripted()
  open()
  socket().says({ kind: 'going-away', afterMs: 1800 })
  socket().fire('close')
  expect(retries(events)).toEqual([1800 + 125])
  advance(2000)
  open()
  socket().says({ kind: 'error', code: 'too-many-sockets', retryAfterMs: 2 ** 32 - 1 })
  socket().fire('close')
  expect(retries(events).at(-1)).toBe(60_000 + 250)
})

test('an invalid or out-of-order frame closes the socket, and nothing is thrown', () => {
  const welcome: RelayFrame = { kind: 'welcome', address: addressOf(1), limits }
  const joined: RelayFrame = { kind: 'joined', members: [] }
  const frame: RelayFrame = { kind: 'frame', from: addressOf(2), payload: new Uint8Array(1) }
  const raw = (...bytes: number[]) => ({ data: new Uint8Array(bytes).buffer })
  const breaches: ((on: ReturnType<typeof scripted>) => void)[] = [
    ({ socket }) => socket().fire('message', raw(1, 0xff)),
    ({ socket }) => socket().fire('message', raw()),
    ({ socket }) => socket().fire('message', raw(9, 0x88)),
    ({ socket }) => socket().fire('message', { data: 'text' }),
    ({ socket }) => socket().fire('message', {}),
    ({ socket }) => socket().says(welcome),
    ({ socket }) => socket().says(joined),
  ]
  for (const breach of breaches) {
    const on = scripted()
    on.open()
    breach(on)
    expect(on.events.at(-1)).toMatchObject({ kind: 'closed', reason: 'breach', retryInMs: 375 })
    expect(on.sockets[0]?.closed).toBe(true)
    on.sockets[0]?.says(frame)
    expect(on.events.at(-1)?.kind).toBe('closed')
  }
  const early = scripted()
  early.socket().fire('open')
  early.socket().says(frame)
  expect(early.events.map(({ kind }) => kind)).toEqual(['connecting', 'closed'])
})

test('a silent relay is pinged, then the socket is closed', () => {
  const { socket, sockets, events, open, advance } = scripted()
  open()
  advance(15_000)
  expect(socket().sent.at(-1)).toEqual({ kind: 'ping' })
  socket().says({ kind: 'pong' })
  advance(15_000)
  expect(sockets).toHaveLength(1)
  advance(15_000)
  expect(events.at(-1)).toEqual({ kind: 'closed', reason: 'silence', retryInMs: 375 })
})

test('a round trip is measured from ping to pong, one at a time, and never across a refusal', () => {
  const { client, socket, events, open, advance } = scripted()
  const trips = () => events.flatMap((event) => (event.kind === 'round-trip' ? [event.ms] : []))
  const pings = () => socket().sent.filter(({ kind }) => kind === 'ping').length
  client.ping()
  expect(pings()).toBe(0)
  open()
  client.ping()
  client.ping()
  expect(pings()).toBe(1)
  advance(40)
  socket().says({ kind: 'pong' })
  socket().says({ kind: 'pong' })
  expect(trips()).toEqual([40])
  client.ping()
  socket().says({ kind: 'error', code: 'message-rate', retryAfterMs: 10 })
  advance(100)
  socket().says({ kind: 'pong' })
  expect(trips()).toEqual([40])
})

test('the last error before the relay closes is the reason; a refused request is also an event', async () => {
  const { client, socket, events, open, advance } = scripted()
  const reasons = () => events.flatMap((event) => (event.kind === 'closed' ? [event.reason] : []))
  open()
  const answer = client.request({ kind: 'prekeys-count' })
  socket().says({ kind: 'refused', request: 1, code: 'network-rate', retryAfterMs: 700 })
  expect(await answer).toMatchObject({ kind: 'refused' })
  expect(events.at(-1)).toEqual({ kind: 'refused', code: 'network-rate', retryAfterMs: 700 })
  socket().fire('close')
  advance(2000)
  open()
  socket().says({ kind: 'going-away', afterMs: 10 })
  socket().fire('close')
  advance(2000)
  open()
  socket().says({ kind: 'error', code: 'replaced', retryAfterMs: 0 })
  expect(reasons()).toEqual(['lost', 'going-away', 'replaced'])
})

test('joining a full room is retried after retryAfterMs', () => {
  const { socket, events, advance } = scripted()
  socket().fire('open')
  socket().says({ kind: 'welcome', address: addressOf(1), limits })
  socket().says({ kind: 'error', code: 'room-full', retryAfterMs: 10_000 })
  advance(10_000)
  expect(socket().sent.map(({ kind }) => kind)).toEqual(['hello', 'join', 'join'])
  socket().says({ kind: 'joined', members: [] })
  expect(events.at(-1)?.kind).toBe('open')
})

test('held frames are sent in slices; those of a lost link come back as undelivered', () => {
  const { client, socket, events, open, advance } = scripted()
  open()
  socket().says({ kind: 'error', code: 'byte-rate', retryAfterMs: 100 })
  for (let i = 0; i < 600; i++) client.send(addressOf(2), new Uint8Array([1]))
  const undelivered = () => events.filter(({ kind }) => kind === 'undelivered').length
  expect(undelivered()).toBe(600 - 512)
  advance(100)
  expect(socket().sent).toHaveLength(2 + 25)
  advance(250)
  expect(socket().sent).toHaveLength(2 + 50)
  socket().fire('close')
  expect(undelivered()).toBe(600 - 50)
})

test('close ends everything, also while waiting to retry', () => {
  const waiting = scripted()
  waiting.socket().fire('close')
  waiting.client.close()
  waiting.client.close()
  expect(waiting.timers).toEqual([])
  expect(retries(waiting.events)).toEqual([375, null])
  const open = scripted()
  open.open()
  open.client.close()
  expect(open.timers).toEqual([])
  expect(open.socket().closed).toBe(true)
  expect(retries(open.events)).toEqual([null])
})

test('retryNow does not wait', () => {
  const { client, sockets, socket, timers } = scripted()
  socket().fire('close')
  client.retryNow()
  expect(sockets).toHaveLength(2)
  client.retryNow()
  expect(sockets).toHaveLength(2)
  expect(timers).toHaveLength(1)
})

test('the address is the hash that the relay documents', () => {
  expect(toHex(addressInput(secretOf(0)))).toBe(
    `${toHex(new TextEncoder().encode('mlwe-pake relay address v1'))}${'00'.repeat(32)}`,
  )
})

const three = ['ws://one', 'ws://two', 'ws://three']

test('of several relays the first that answers wins; after the last comes the first', () => {
  const { socket, opened, open, events, advance } = scripted(three)
  socket().fire('close')
  advance(15_000)
  // Neither does a relay count that never welcomes anybody.
  expect(opened.slice(0, 3)).toEqual(three)
  while (opened.length < 4) advance(1000)
  expect(opened.at(-1)).toBe('ws://one')
  open()
  expect(events.at(-1)?.kind).toBe('open')
})

test('a relay that gives a reason has answered: the client stays with it, as the other members do', () => {
  const { socket, opened, advance } = scripted(three)
  socket().fire('open')
  socket().says({ kind: 'error', code: 'too-many-sockets', retryAfterMs: 100 })
  socket().fire('close')
  advance(1000)
  expect(opened).toEqual(['ws://one', 'ws://one'])
})

test('a link that worked and broke begins with the first relay again, and so does retryNow', () => {
  const { client, socket, opened, open, advance } = scripted(three)
  socket().fire('close')
  advance(400)
  open()
  const current = socket()
  advance(12_000)
  const before = opened.length
  current.fire('close')
  advance(20)
  client.retryNow()
  expect(opened.slice(before)).toEqual(['ws://one'])
})

test('at a later relay the client looks for an earlier one less and less often, and returns once it answers', () => {
  const { client, sockets, opened, open, events, advance } = scripted(three)
  sockets[0]?.fire('close')
  advance(400)
  open()
  const joined = sockets.length
  const current = sockets[joined - 1]
  const looks: number[] = []
  for (let second = 1; second <= 200; second++) {
    advance(1000)
    if (second % 10 === 0) current?.says({ kind: 'pong' })
    const probes = sockets.slice(joined + looks.length)
    for (const probe of probes) {
      looks.push(second)
      probe.fire('error')
    }
  }
  expect(looks).toEqual([5, 15, 35, 75, 135, 195])
  expect(opened.slice(joined)).toEqual(looks.map(() => 'ws://one'))
  expect(retries(events)).toHaveLength(1)

  for (const before = sockets.length; sockets.length === before; advance(1000))
    current?.says({ kind: 'pong' })
  const probe = sockets.at(-1)
  probe?.fire('open')
  expect(probe?.sent).toEqual([{ kind: 'hello', secret: secretOf(1) }])
  probe?.says({ kind: 'welcome', address: addressOf(1), limits })
  expect(probe?.closed).toBe(true)
  expect(current?.closed).toBe(true)
  expect(events.at(-1)).toEqual({ kind: 'closed', reason: 'returned', retryInMs: 0 })
  advance(0)
  expect(opened.at(-1)).toBe('ws://one')
  open()
  expect(events.at(-1)?.kind).toBe('open')
  client.close()
})

test('a member that leaves a later relay makes the others look soon, but not more often', () => {
  const { client, sockets, opened, open, socket, advance, timers } = scripted(['ws://one', 'ws://two'])
  socket().fire('close')
  advance(400)
  open()
  const current = socket()
  const leave = () => current.says({ kind: 'presence', address: addressOf(2), present: false })
  leave()
  advance(1000)
  expect(opened).toHaveLength(3)
  sockets.at(-1)?.fire('message', { data: 'no frame' })
  leave()
  advance(1000)
  expect(opened).toHaveLength(3)
  client.close()
  expect(timers).toEqual([])
})
