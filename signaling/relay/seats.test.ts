import { expect, test } from 'vitest'
import { addressOf, networkOf, otherRoom, payload, room, secret, setUp } from '../testing/relay.ts'
import { admit } from './admission.ts'
import type { Seat } from './rooms.ts'

const seat = (n: number, group: string): Seat => ({
  address: `${n}`,
  process: '',
  socket: n,
  since: n,
  group,
})
const limits = { roomMembers: 6, strangerSeats: 2, networkSeats: 3 }

test('strangers share a room by network; the youngest of the largest gives way', () => {
  const crowd = [1, 2, 3].map((n) => seat(n, 'sa')).concat([4, 5, 6].map((n) => seat(n, 'sb')))
  expect(admit(crowd.slice(0, 5), 'sa', limits)).toBe('full')
  expect(admit(crowd.slice(0, 5), 'sb', limits)).toBeNull()
  expect(admit(crowd, 'sc', limits)).toMatchObject({ address: '6' })
  expect(admit([...crowd.slice(0, 5), seat(7, 'sc')], 'sc', limits)).toMatchObject({ address: '3' })
  const many = [1, 2, 3, 4, 5, 6].map((n) => seat(n, `s${n}`))
  expect(admit(many, 's7', limits)).toBe('full')
})

test('members keep a room, and leave strangers their share', () => {
  const strangers = [1, 2, 3].map((n) => seat(n, 'sa')).concat([4, 5, 6].map((n) => seat(n, 'sb')))
  expect(admit(strangers, 'mX', limits)).toMatchObject({ address: '6' })
  const mixed = [...strangers.slice(0, 2), ...[7, 8, 9, 10].map((n) => seat(n, 'mX'))]
  expect(admit(mixed, 'mX', limits)).toBe('full')
  // Another class that holds two more than the newcomer's gives way.
  expect(admit(mixed, 'mY', limits)).toMatchObject({ address: '10' })
  expect(admit(mixed, 'sa', limits)).toBe('full')
  expect(admit(mixed, 'sc', limits)).toMatchObject({ address: '2' })
  expect(admit([seat(7, 'mX'), seat(1, 'sa'), seat(2, 'sb')], 'sc', limits)).toBe('full')
})

test('everybody on a network without limits is only bound by the room', () => {
  const local = [1, 2, 3, 4, 5].map((n) => seat(n, '-'))
  expect(admit(local, '-', limits)).toBeNull()
  expect(admit([...local, seat(6, '-')], '-', limits)).toBe('full')
})

test('joined lists by age, and a seat that is taken again is the youngest', () => {
  const { relay, say, enter } = setUp()
  for (const n of [3, 1, 2]) enter(n)
  expect(enter(4)[0]).toEqual([4, { kind: 'joined', members: [3, 1, 2].map(addressOf) }])
  say(3, { kind: 'leave' })
  say(3, { kind: 'join', room })
  relay.disconnect(1)
  expect(enter(5)[0]).toEqual([5, { kind: 'joined', members: [2, 4, 3].map(addressOf) }])
})

test('a newcomer of another network displaces a squatter, who is told and closed', () => {
  const { relay, say, enter } = setUp({ roomMembers: 3, networkSeats: 3 })
  const come = (socket: number, network: string) => {
    relay.connect(socket, networkOf(network), 0)
    say(socket, { kind: 'hello', secret: secret(socket) })
    return say(socket, { kind: 'join', room })
  }
  for (const n of [1, 2, 3]) come(n, 'squatter')
  expect(come(4, 'squatter')).toMatchObject([[4, { kind: 'error', code: 'room-full' }]])
  expect(come(5, 'home')).toMatchObject([
    [3, { kind: 'error', code: 'room-full' }],
    [3, { kind: 'close', code: 1008 }],
    [1, { kind: 'presence', address: addressOf(3), present: false }],
    [2, { kind: 'presence', address: addressOf(3), present: false }],
    [5, { kind: 'joined', members: [addressOf(1), addressOf(2)] }],
    [1, { kind: 'presence', present: true }],
    [2, { kind: 'presence', present: true }],
  ])
  enter(6, otherRoom)
})

test('a member enters a room that strangers have filled', async () => {
  const { relay, say, request } = setUp({ roomMembers: 4, strangerSeats: 2, networkSeats: 9 })
  const token = { current: secret(99), former: null }
  const greet = (socket: number, network: string) => {
    relay.connect(socket, networkOf(network), 0)
    return say(socket, { kind: 'hello', secret: secret(socket) })
  }
  greet(1, 'home')
  expect(await request(1, { kind: 'join', room, token })).toMatchObject([
    [1, { kind: 'standing', member: false }],
    [1, { kind: 'joined' }],
  ])
  expect(await request(1, { kind: 'prekeys-put', request: 1, replace: false, items: [] })).toMatchObject([
    [1, { kind: 'prekeys-stored' }],
    [1, { kind: 'standing', member: true }],
  ])
  relay.disconnect(1)
  for (const n of [2, 3, 4, 5]) {
    greet(n, `net${n}`)
    say(n, { kind: 'join', room })
  }
  greet(6, 'net6')
  expect(say(6, { kind: 'join', room })).toMatchObject([[6, { code: 'room-full' }]])
  greet(7, 'net7')
  const entered = await request(7, { kind: 'join', room, token })
  expect(entered[0]).toMatchObject([7, { kind: 'standing', member: true }])
  expect(entered).toContainEqual([7, { kind: 'joined', members: [2, 3, 4].map(addressOf) }])
  // Another token in its place, shown inside the room.
  const next = { current: secret(98), former: secret(99) }
  expect(await request(7, { kind: 'token', token: next })).toMatchObject([
    [7, { kind: 'standing', member: true }],
  ])
  greet(8, 'net8')
  expect(
    await request(8, { kind: 'join', room, token: { current: secret(98), former: null } }),
  ).toMatchObject([
    [8, { kind: 'standing', member: true }],
    [4, { kind: 'error', code: 'room-full' }],
    [4, { kind: 'close' }],
    [2, { kind: 'presence' }],
    [3, { kind: 'presence' }],
    [7, { kind: 'presence' }],
    [8, { kind: 'joined' }],
    [2, { kind: 'presence' }],
    [3, { kind: 'presence' }],
    [7, { kind: 'presence' }],
  ])
})

test('a multicast reaches each addressee with its own tag, and costs as much as one send to each', () => {
  const { say, enter } = setUp({ messageBurst: 14, messagesPerSecond: 1 })
  for (const n of [1, 2, 3]) enter(n)
  const tag = new Uint8Array(16).fill(7)
  const recipients = [
    { to: addressOf(2), tag },
    { to: addressOf(9), tag },
    { to: addressOf(3), tag: null },
  ]
  const from = addressOf(1)
  expect(say(1, { kind: 'multicast', recipients, payload })).toEqual([
    [2, { kind: 'frame', from, payload: new Uint8Array([...payload, ...tag]) }],
    [1, { kind: 'undelivered', to: addressOf(9) }],
    [3, { kind: 'frame', from, payload }],
  ])
  expect(say(1, { kind: 'multicast', recipients, payload })).toMatchObject([
    [1, { kind: 'error', code: 'message-rate' }],
    ...recipients.map(({ to }) => [1, { kind: 'undelivered', to }]),
  ])
})

test('buckets belong to the network: they survive a reconnection, and joins have their own', () => {
  const { relay, say } = setUp({
    networkFactor: 1,
    messageBurst: 20,
    messagesPerSecond: 10,
    joinBurst: 2,
    joinsPerSecond: 1,
  })
  const home = networkOf('home')
  const greet = (socket: number) => {
    relay.connect(socket, home, 0)
    say(socket, { kind: 'hello', secret: secret(socket) })
  }
  greet(1)
  for (let i = 0; i < 18; i++) say(1, { kind: 'ping' })
  relay.disconnect(1)
  greet(2)
  expect(say(2, { kind: 'ping' })).toMatchObject([[2, { kind: 'error', code: 'message-rate' }]])
  expect(say(2, { kind: 'ping' }, 100)).toEqual([[2, { kind: 'pong' }]])
  expect(say(2, { kind: 'join', room }, 2000)).toMatchObject([[2, { kind: 'joined' }]])
  expect(say(2, { kind: 'join', room }, 4000)).toMatchObject([[2, { kind: 'joined' }]])
  expect(say(2, { kind: 'join', room }, 4900)).toMatchObject([[2, { kind: 'joined' }]])
  expect(say(2, { kind: 'join', room }, 5000)).toMatchObject([[2, { kind: 'error', code: 'message-rate' }]])
})

test('a socket that is refused again and again is closed', () => {
  const { say, enter } = setUp({ messageBurst: 11, messagesPerSecond: 1 })
  enter(1)
  for (let i = 0; i < 100; i++)
    expect(say(1, { kind: 'ping' })).toMatchObject([[1, { code: 'message-rate' }]])
  expect(say(1, { kind: 'ping' })).toMatchObject([
    [1, { code: 'message-rate', retryAfterMs: 30_000 }],
    [1, { kind: 'close', code: 1008 }],
  ])
})
