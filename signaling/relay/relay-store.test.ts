import { expect, test } from 'vitest'
import { type Bytes, encode } from '../../src/codec/index.ts'
import { clientFrame } from '../../src/relay-protocol/index.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { handleRequest } from '../store/request.ts'
import { defaultStoreLimits } from '../store/store.ts'
import { addressOf, otherRoom, payload, room, secret, setUp } from '../testing/relay.ts'

test('pre-keys: put by the owner, counted by the room, each taken once', async () => {
  const { enter, request } = setUp()
  for (const socket of [1, 2]) enter(socket)
  enter(3, otherRoom)
  const items = [new Uint8Array([1]), new Uint8Array([2])]
  expect(await request(1, { kind: 'prekeys-put', request: 5, replace: false, items })).toEqual([
    [1, { kind: 'prekeys-stored', request: 5, stock: 2 }],
  ])
  const take = { kind: 'prekeys-take', request: 6, of: addressOf(1) } as const
  const taken = (item: Bytes | null) => ({ kind: 'prekey', request: 6, item })
  expect(await request(3, take)).toEqual([[3, taken(null)]])
  expect(await request(2, take)).toEqual([[2, taken(items[0] ?? null)]])
  const count = { kind: 'prekeys-count', request: 7 } as const
  const stocks = [{ address: addressOf(1), count: 1 }]
  expect(await request(2, count)).toEqual([[2, { kind: 'prekeys-counted', request: 7, stocks }]])
  expect(await request(3, count)).toEqual([[3, { kind: 'prekeys-counted', request: 7, stocks: [] }]])
  expect(await request(2, take)).toEqual([[2, taken(items[1] ?? null)]])
  expect(await request(2, take)).toEqual([[2, taken(null)]])
  expect(await request(1, { kind: 'forget', request: 8 })).toEqual([[1, { kind: 'forgotten', request: 8 }]])
  expect(await request(2, count)).toMatchObject([[2, { stocks: [] }]])
})

test('a letter waits until its addressee acknowledges it, and is announced to an addressee who is present', async () => {
  const { relay, enter, request } = setUp()
  enter(1)
  enter(2)
  const letter = { kind: 'mail', request: 1, to: addressOf(1), payload } as const
  expect(await request(2, letter)).toMatchObject([[2, { kind: 'refused', request: 1, code: 'no-mailbox' }]])
  await request(1, { kind: 'prekeys-put', request: 1, replace: false, items: [] })
  expect(await request(2, letter)).toEqual([
    [2, { kind: 'mailed', request: 1 }],
    [1, { kind: 'mail-waiting' }],
  ])
  relay.disconnect(1)
  expect(await request(2, { ...letter, payload: new Uint8Array([9]) })).toEqual([
    [2, { kind: 'mailed', request: 1 }],
  ])
  enter(4, room, 1)
  const fetch = { kind: 'mail-fetch', request: 2, after: 0 } as const
  const letters = [
    { id: 1, from: addressOf(2), payload },
    { id: 2, from: addressOf(2), payload: new Uint8Array([9]) },
  ]
  for (let again = 0; again < 2; again++) {
    expect(await request(4, fetch)).toEqual([[4, { kind: 'letters', request: 2, letters, more: false }]])
  }
  expect(await request(2, fetch)).toMatchObject([[2, { letters: [] }]])
  expect(await request(4, { kind: 'mail-ack', request: 3, ids: [1] })).toEqual([
    [4, { kind: 'mail-acked', request: 3 }],
  ])
  expect(await request(4, fetch)).toMatchObject([[4, { letters: [{ id: 2 }] }]])
})

test('requests outside a room, above the message rate or above the network rate are refused by number', async () => {
  const { relay, say, enter, request } = setUp(
    { messageBurst: 12, messagesPerSecond: 1 },
    { networkBurst: 5 },
  )
  const count = { kind: 'prekeys-count', request: 4 } as const
  const refused = (code: string) => ({ kind: 'refused', request: 4, code })
  relay.connect(1, 'a', 0)
  say(1, { kind: 'hello', secret: secret(1) })
  expect(await request(1, count)).toMatchObject([[1, refused('not-joined')]])
  say(1, { kind: 'join', room })
  expect(await request(1, count)).toMatchObject([[1, refused('message-rate')]])
  const second = setUp({}, { networkBurst: 5, networkPerSecond: 50 })
  second.enter(1)
  second.enter(2)
  expect(await second.request(1, count)).toMatchObject([[1, { kind: 'prekeys-counted' }]])
  expect(await second.request(1, count)).toMatchObject([
    [1, { ...refused('network-rate'), retryAfterMs: 100 }],
  ])
  expect(await second.request(2, count)).toMatchObject([[2, { kind: 'prekeys-counted' }]])
  enter(3)
})

test('a socket may have 256 pending requests; a late response reaches no other socket', () => {
  const { relay, say, enter } = setUp()
  enter(1)
  const effects = relay.receive(1, encode(clientFrame, { kind: 'prekeys-count', request: 1 }), 0)
  const [first] = effects
  if (first?.kind !== 'request') throw new Error('no request')
  for (let i = 1; i < 256; i++) say(1, { kind: 'prekeys-count', request: i })
  expect(say(1, { kind: 'prekeys-count', request: 9 })).toMatchObject([[1, { code: 'message-rate' }]])
  relay.responded(first.request, { kind: 'forgotten', request: 1 })
  expect(say(1, { kind: 'prekeys-count', request: 9 })).toEqual([[1, { kind: 'request' }]])
  relay.disconnect(1)
  expect(relay.responded(first.request, { kind: 'forgotten', request: 1 })).toEqual([])
})

test('a failing store makes requests unavailable, and nothing else happens', async () => {
  const { relay, enter } = setUp()
  enter(1)
  const [effect] = relay.receive(1, encode(clientFrame, { kind: 'forget', request: 3 }), 0)
  if (effect?.kind !== 'request') throw new Error('no request')
  const store = createMemoryStore(defaultStoreLimits, () => 0)
  const broken = { ...store, forget: () => Promise.reject(new Error('disk full')) }
  const answer = await handleRequest(broken, effect.request)
  expect(answer).toEqual({ kind: 'refused', request: 3, code: 'unavailable', retryAfterMs: 2000 })
})
