import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encode } from '../../src/codec/index.ts'
import { clientFrame } from '../../src/relay-protocol/index.ts'
import { addressOf, networkOf, otherRoom, payload, room, secret, see, setUp } from '../testing/relay.ts'

const error = (code: string, retryAfterMs = 0) =>
  expect.objectContaining({ kind: 'error', code, retryAfterMs })

test('hello proves the secret of an address; members learn of each other by joining', () => {
  const { relay, say, enter } = setUp()
  relay.connect(1, 'a', 0)
  expect(say(1, { kind: 'hello', secret: secret(1) })).toMatchObject([
    [1, { kind: 'welcome', address: addressOf(1), limits: { roomMembers: 256 } }],
  ])
  expect(say(1, { kind: 'join', room })).toEqual([[1, { kind: 'joined', members: [] }]])
  expect(enter(2)).toEqual([
    [2, { kind: 'joined', members: [addressOf(1)] }],
    [1, { kind: 'presence', address: addressOf(2), present: true }],
  ])
  expect(say(2, { kind: 'leave' })).toEqual([
    [1, { kind: 'presence', address: addressOf(2), present: false }],
  ])
  expect(say(2, { kind: 'leave' })).toEqual([])
  expect(say(2, { kind: 'ping' })).toEqual([[2, { kind: 'pong' }]])
})

test('a frame reaches the addressee with its true sender', () => {
  const { say, enter } = setUp()
  enter(1)
  enter(2)
  enter(3)
  expect(say(1, { kind: 'send', to: addressOf(2), payload })).toEqual([
    [2, { kind: 'frame', from: addressOf(1), payload }],
  ])
})

test('absent, elsewhere and unheard-of addresses get the same answer', () => {
  const { relay, say, enter } = setUp()
  enter(1)
  enter(2, otherRoom)
  relay.connect(3, 'c', 0)
  say(3, { kind: 'hello', secret: secret(3) })
  for (const to of [addressOf(2), addressOf(3), addressOf(99)]) {
    expect(say(1, { kind: 'send', to, payload })).toEqual([[1, { kind: 'undelivered', to }]])
  }
  expect(say(3, { kind: 'send', to: addressOf(1), payload })).toMatchObject([[3, { kind: 'undelivered' }]])
})

test('joining the same room again announces nothing; joining another leaves the first', () => {
  const { say, enter } = setUp()
  enter(1)
  enter(2)
  expect(say(2, { kind: 'join', room })).toEqual([[2, { kind: 'joined', members: [addressOf(1)] }]])
  expect(say(2, { kind: 'join', room: otherRoom })).toEqual([
    [1, { kind: 'presence', address: addressOf(2), present: false }],
    [2, { kind: 'joined', members: [] }],
  ])
})

test('a newer socket with the same secret replaces the older, and presence alternates', () => {
  const { relay, say, enter } = setUp()
  enter(1)
  enter(2)
  relay.connect(7, 'x', 0)
  expect(say(7, { kind: 'hello', secret: secret(2) })).toMatchObject([
    [2, error('replaced')],
    [2, { kind: 'close', code: 1008 }],
    [1, { kind: 'presence', address: addressOf(2), present: false }],
    [7, { kind: 'welcome', address: addressOf(2) }],
  ])
  expect(say(7, { kind: 'join', room })).toEqual([
    [7, { kind: 'joined', members: [addressOf(1)] }],
    [1, { kind: 'presence', address: addressOf(2), present: true }],
  ])
  // The old socket's close event comes late and must not unseat the new one.
  expect(relay.disconnect(2)).toEqual([])
  expect(say(1, { kind: 'send', to: addressOf(2), payload })).toMatchObject([[7, { kind: 'frame' }]])
})

test('a lost socket is announced once and leaves nothing behind', () => {
  const { relay, enter } = setUp()
  enter(1)
  enter(2)
  expect(see(relay.disconnect(2))).toEqual([[1, { kind: 'presence', address: addressOf(2), present: false }]])
  expect(relay.disconnect(2)).toEqual([])
  relay.disconnect(1)
  expect(relay.counts()).toEqual({ sockets: 0, members: [] })
})

test('anything before hello, or a second hello, ends the connection', () => {
  const { relay, say, enter } = setUp()
  relay.connect(1, 'a', 0)
  expect(say(1, { kind: 'join', room })).toMatchObject([
    [1, error('unexpected')],
    [1, { code: 1002 }],
  ])
  enter(2)
  expect(say(2, { kind: 'hello', secret: secret(2) })).toMatchObject([
    [2, error('unexpected')],
    [2, { code: 1002 }],
  ])
  expect(relay.counts()).toEqual({ sockets: 0, members: [] })
})

test('malformed, foreign and oversized frames end the socket with their own code', () => {
  const { relay, enter } = setUp({ frameBytes: 100 })
  const cases = [
    [new Uint8Array(0), 'malformed', 1002],
    [new Uint8Array([2, 0x44]), 'malformed', 1002],
    [new Uint8Array([2, 5, 0]), 'malformed', 1002],
    [new Uint8Array([1, 5]), 'version', 1002],
    [new Uint8Array(101).fill(2), 'too-large', 1009],
  ] as const
  for (const [input, code, closeCode] of cases) {
    enter(1)
    expect(see(relay.receive(1, input, 0))).toMatchObject([
      [1, error(code)],
      [1, { code: closeCode }],
    ])
    expect(relay.receive(1, encode(clientFrame, { kind: 'ping' }), 0)).toEqual([])
  }
})

test('10,000 arbitrary frames never throw and never change who is in a room', () => {
  const { relay, say, enter } = setUp()
  enter(1)
  enter(2)
  let socket = 10
  const arbitrary = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 255 })).map(([rest, tag]) => {
      return new Uint8Array([2, tag, ...rest])
    }),
  )
  fc.assert(
    fc.property(arbitrary, (input) => {
      relay.connect(++socket, 'fuzz', 0)
      const effects = relay.receive(socket, input, 0)
      relay.disconnect(socket)
      expect(see(effects).every(([to]) => to === socket)).toBe(true)
    }),
    { numRuns: 10_000 },
  )
  expect(relay.counts()).toEqual({ sockets: 2, members: [2] })
  expect(say(1, { kind: 'send', to: addressOf(2), payload })).toMatchObject([[2, { kind: 'frame' }]])
})

test('the message bucket empties and refills; a refused send is reported as undelivered', () => {
  // hello costs 1, join 10, so 2 of 13 are left.
  const { say, enter } = setUp({ messageBurst: 13, messagesPerSecond: 10 })
  enter(1)
  say(1, { kind: 'ping' })
  say(1, { kind: 'ping' })
  expect(say(1, { kind: 'ping' })).toMatchObject([[1, error('message-rate', 100)]])
  const to = addressOf(2)
  expect(say(1, { kind: 'send', to, payload }, 40)).toMatchObject([
    [1, error('message-rate', 60)],
    [1, { kind: 'undelivered', to }],
  ])
  expect(say(1, { kind: 'ping' }, 100)).toEqual([[1, { kind: 'pong' }]])
})

test('the byte bucket empties and refills', () => {
  const { say, enter } = setUp({ byteBurst: 1101, bytesPerSecond: 1000 })
  enter(1)
  const big = new Uint8Array(960)
  expect(say(1, { kind: 'send', to: addressOf(2), payload: big })).toMatchObject([
    [1, { kind: 'undelivered' }],
  ])
  expect(say(1, { kind: 'send', to: addressOf(2), payload: big })[0]).toMatchObject([
    1,
    error('byte-rate', 960),
  ])
  expect(say(1, { kind: 'send', to: addressOf(2), payload: big }, 960)).toMatchObject([
    [1, { kind: 'undelivered' }],
  ])
})

test('one socket over its limit does not slow another', () => {
  const { say, enter } = setUp({ messageBurst: 12, messagesPerSecond: 1 })
  enter(1)
  enter(2)
  say(1, { kind: 'ping' })
  expect(say(1, { kind: 'ping' })).toMatchObject([[1, { kind: 'error' }]])
  expect(say(2, { kind: 'ping' })).toEqual([[2, { kind: 'pong' }]])
})

test('sockets per address are counted, and freed', () => {
  const { relay } = setUp({ socketsPerIp: 2 })
  const [a, b] = [networkOf('a'), networkOf('b')]
  relay.connect(1, a, 0)
  relay.connect(2, a, 0)
  expect(see(relay.connect(3, a, 0))).toMatchObject([
    [3, error('too-many-sockets', 10_000)],
    [3, { code: 1008 }],
  ])
  expect(relay.connect(4, b, 0)).toEqual([])
  relay.disconnect(3)
  expect(relay.connect(5, a, 0)).toHaveLength(2)
  relay.disconnect(1)
  expect(relay.connect(6, a, 0)).toEqual([])
})

test('a full room says so and keeps its members; the refused one stays where it was', () => {
  const { say, enter } = setUp({ roomMembers: 2 })
  enter(1)
  enter(2)
  enter(3, otherRoom)
  enter(4, otherRoom)
  expect(say(3, { kind: 'join', room })).toMatchObject([[3, error('room-full', 10_000)]])
  expect(say(3, { kind: 'send', to: addressOf(4), payload })).toMatchObject([[4, { kind: 'frame' }]])
  expect(say(1, { kind: 'join', room })).toMatchObject([[1, { kind: 'joined' }]])
})

test('a socket that does not say hello is closed after ten seconds', () => {
  const { relay, enter } = setUp()
  enter(1)
  relay.connect(2, 'b', 1000)
  expect(relay.tick(10_999)).toEqual([])
  expect(see(relay.tick(11_000))).toMatchObject([
    [2, error('hello-timeout')],
    [2, { code: 1008 }],
  ])
  expect(relay.tick(99_000)).toEqual([])
})

test('draining sends everyone away and forgets them', () => {
  const { relay, enter } = setUp()
  enter(1)
  enter(2)
  let pause = 0
  expect(see(relay.drain(() => ++pause * 100))).toEqual([
    [1, { kind: 'going-away', afterMs: 100 }],
    [1, { kind: 'close', code: 1001 }],
    [2, { kind: 'going-away', afterMs: 200 }],
    [2, { kind: 'close', code: 1001 }],
  ])
  expect(relay.counts()).toEqual({ sockets: 0, members: [] })
})
