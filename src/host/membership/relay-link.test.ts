import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type RunningServer, type ServerOptions, startServer } from '../../../signaling/server/server.ts'
import { type Bytes, toHex } from '../../codec/index.ts'
import { createCrypto, type WebCrypto } from '../../crypto/index.ts'
import { nodeHkdf } from '../../crypto/testing/seeded.ts'
import { createTracer } from '../../metrics/index.ts'
import { addressInput } from '../../relay-protocol/index.ts'
import type { RelayView } from '../page/relay-view.ts'
import { openRelayLink, type RelayLink } from './relay-link.ts'

const recorder = createTracer(
  'worker',
  () => performance.now(),
  () => undefined,
)
const crypto = await createCrypto({
  subtle: globalThis.crypto.subtle as unknown as WebCrypto,
  random: (count: number): Bytes => globalThis.crypto.getRandomValues(new Uint8Array(count)),
  recorder,
  engines: { hkdf: await nodeHkdf() },
})
const room = 'cc'.repeat(32)
const secretOf = (n: number): Bytes => new Uint8Array(32).fill(n)
const addressOf = (n: number): string => toHex(crypto.sha256(addressInput(secretOf(n))))

const servers: RunningServer[] = []
const links: RelayLink[] = []
afterEach(async () => {
  for (const link of links.splice(0)) link.close()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
const serve = async (options: Partial<ServerOptions> = {}): Promise<RunningServer> => {
  const server = await startServer({ port: 0, graceMs: 100, ...options })
  servers.push(server)
  return server
}
const open = ({ port }: { readonly port: number }, n: number): RelayLink => {
  const link = openRelayLink(
    {
      crypto,
      recorder,
      now: () => Date.now(),
      openSocket: (url) => new WebSocket(url),
      setTimer: (run, ms) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
    { urls: () => [`ws://localhost:${port}/ws`], secret: secretOf(n), room, onEvent: () => undefined },
  )
  links.push(link)
  return link
}
/** Looks until it sees what it waits for. */
const until = async (link: RelayLink, seen: (view: RelayView) => boolean): Promise<RelayView> => {
  for (;;) {
    const view = link.view()
    if (seen(view)) return view
    await new Promise((later) => setTimeout(later, 5))
  }
}
const isOpen = ({ socket }: RelayView): boolean => socket === 'open'

test('the view holds the state, the limits, the quota and measured round trips', async () => {
  const server = await serve()
  const link = open(server, 1)
  expect(link.view()).toMatchObject({
    socket: 'connecting',
    attempts: 1,
    entered: 0,
    limits: null,
    quota: null,
  })
  const view = await until(link, ({ roundTrips }) => roundTrips.length >= 3)
  expect(view).toMatchObject({ socket: 'open', entered: 1, retryAt: null, refusals: [], ends: [] })
  expect(view.limits).toMatchObject({ messageBurst: 1000, roomMembers: 256 })
  expect(view.quota?.messages).toBeLessThan(1000)
  expect(Math.min(...view.roundTrips)).toBeGreaterThan(0)
  // No address, no room, no payload.
  const json = JSON.stringify(view)
  expect(json).not.toContain(room)
  expect(json).not.toContain(toHex(secretOf(1)))
})

test('at most 120 round trips are kept', async () => {
  const link = open(await serve({ limits: { messagesPerSecond: 1e6 } }), 1)
  let trips = 0
  let last = Number.NaN
  await until(link, ({ roundTrips }) => {
    if (roundTrips.at(-1) !== last) trips += 1
    last = roundTrips.at(-1) ?? Number.NaN
    expect(roundTrips.length).toBeLessThanOrEqual(120)
    return trips > 130
  })
})

test('refusals are counted by code, with the time of the next sensible try', async () => {
  const link = open(await serve({ limits: { messagesPerSecond: 1, messageBurst: 20 } }), 1)
  await until(link, isOpen)
  const before = Date.now()
  for (let i = 0; i < 40; i++) link.send(addressOf(2), new Uint8Array(1))
  const { refusals, undelivered, frames } = await until(link, (view) => view.refusals.length > 0)
  expect(refusals).toMatchObject([{ code: 'message-rate' }])
  expect(refusals[0]?.retryAt).toBeGreaterThan(before)
  expect(frames.sent).toBe(40)
  expect(undelivered).toBeGreaterThan(0)
})

test('ends are counted by reason, and reconnections too', async () => {
  const server = await serve()
  const link = open(server, 1)
  await until(link, isOpen)
  const newer = open(server, 1)
  await until(newer, isOpen)
  expect(await until(link, ({ socket }) => socket === 'ended')).toMatchObject({
    ends: [{ reason: 'replaced', count: 1 }],
    retryAt: null,
  })
  await server.close()
  const waiting = await until(newer, ({ socket }) => socket === 'waiting')
  expect(waiting.ends).toMatchObject([{ reason: 'going-away', count: 1 }])
  expect(waiting.retryAt).toBeGreaterThan(waiting.since)
  await serve({ port: server.port })
  newer.retryNow()
  expect(await until(newer, isOpen)).toMatchObject({ entered: 2 })
})

test('stocks of pre-keys and letters are counted as they come and go', async () => {
  const server = await serve()
  const asleep = open(server, 1)
  const writer = open(server, 2)
  for (const link of [asleep, writer]) await until(link, isOpen)
  const items = [new Uint8Array(3), new Uint8Array(4)]
  await asleep.request({ kind: 'prekeys-put', replace: false, items })
  await writer.request({ kind: 'prekeys-count' })
  expect(writer.view().stocks).toEqual([{ address: addressOf(1), count: 2 }])
  await writer.request({ kind: 'mail', to: addressOf(1), payload: new Uint8Array(9) })
  expect(writer.view().letters.left).toBe(1)
  await until(asleep, ({ letters }) => letters.announced)
  const answer = await asleep.request({ kind: 'mail-fetch', after: 0 })
  expect(asleep.view().letters).toMatchObject({ announced: false, unread: 1, read: 0 })
  const ids = answer?.kind === 'letters' ? answer.letters.map(({ id }) => id) : []
  await asleep.request({ kind: 'mail-ack', ids })
  expect(asleep.view().letters).toMatchObject({ unread: 0, read: 1 })
})
