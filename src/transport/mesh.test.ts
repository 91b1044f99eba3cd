import { expect, test } from 'vitest'
import type { Bytes } from '../codec/index.ts'
import { encodeSignal } from './link-signal.ts'
import { connectPages, twoPages } from './testing/two-meshes.ts'

const frame = (...bytes: number[]): Bytes => new Uint8Array(bytes)
const connected = () => {
  const pages = twoPages()
  connectPages(pages)
  return pages
}

test('two pages link with one offer and one answer, and frames go both ways', () => {
  const pages = connected()
  const { a, b, signals, run } = pages
  expect([a.direct(), b.direct()]).toEqual([true, true])
  expect(signals.map(({ from }) => from)).toEqual(['a', 'b'])
  a.mesh.execute({ kind: 'send', member: 'b', bytes: frame(1, 2) })
  b.mesh.execute({ kind: 'send', member: 'a', bytes: frame(3) })
  run(100)
  expect(b.received()).toEqual([frame(1, 2)])
  expect(a.received()).toEqual([frame(3)])
  expect([...a.returned(), ...b.returned()]).toEqual([])
})

test('an offer that comes before the own core asks is kept', () => {
  const { a, b, run } = twoPages()
  a.mesh.execute({ kind: 'connect', member: 'b', initiator: true })
  run(2_000)
  expect(b.direct()).toBe(false)
  b.mesh.execute({ kind: 'connect', member: 'a', initiator: false })
  run(500)
  expect([a.direct(), b.direct()]).toEqual([true, true])
})

test('nothing is opened, and nothing said, before the core asks: with the relay only no candidate leaves', () => {
  const { a, network, signals, b, run } = twoPages()
  a.mesh.execute({ kind: 'connect', member: 'b', initiator: true })
  run(60_000)
  expect(network.peers.every(({ options }) => options.initiator)).toBe(true)
  expect(signals.every(({ from }) => from === 'a')).toBe(true)
  expect(b.events).toEqual([])
})

test('every signal once more, in reverse, changes nothing', () => {
  const { a, b, signals, network, run } = connected()
  const before = network.peers.length
  for (const { from, data } of [...signals].reverse()) {
    const to = from === 'a' ? b : a
    to.mesh.execute({ kind: 'signal', member: from, data })
    to.mesh.execute({ kind: 'signal', member: from, data })
  }
  run(5_000)
  expect([a.direct(), b.direct()]).toEqual([true, true])
  expect(network.peers.length).toBe(before)
})

test('a channel that swallows frames falls back within 3 s, hands the frames back, and is tried again', () => {
  const { a, b, network, run } = connected()
  network.passes = false
  a.mesh.execute({ kind: 'send', member: 'b', bytes: frame(7) })
  run(2_400)
  expect(a.direct()).toBe(true)
  run(200)
  expect(a.direct()).toBe(false)
  expect(a.returned()).toEqual([frame(7)])
  // What the core still sent as direct goes the same way.
  a.mesh.execute({ kind: 'send', member: 'b', bytes: frame(8) })
  run(10)
  expect(a.returned()).toEqual([frame(7), frame(8)])
  expect(b.received()).toEqual([])
  run(8_000)
  expect(b.direct()).toBe(false)
  network.passes = true
  run(70_000)
  expect([a.direct(), b.direct()]).toEqual([true, true])
})

test('a channel that the browser closes falls back at once and comes back', () => {
  const { a, b, network, run } = connected()
  network.peers[0]?.destroy()
  run(100)
  expect([a.direct(), b.direct()]).toEqual([false, false])
  run(3_000)
  expect([a.direct(), b.direct()]).toEqual([true, true])
})

test('ICE that loses its path makes the relay take over at once; another round brings the link back', () => {
  const { a, network, signals, run } = connected()
  a.mesh.execute({ kind: 'send', member: 'b', bytes: frame(1) })
  network.passes = false
  network.peers[0]?.emit('iceStateChange', 'disconnected')
  expect(a.direct()).toBe(false)
  expect(a.returned()).toEqual([frame(1)])
  const opened = network.peers.length
  network.passes = true
  network.peers[0]?.emit('iceStateChange', 'connected')
  run(500)
  expect(a.direct()).toBe(true)
  expect(network.peers.length).toBe(opened)
  // The offer of the new round and its answer.
  expect(signals.length).toBeGreaterThanOrEqual(4)
})

test('after disconnect nothing is handed back, and the other end falls back', () => {
  const { a, b, network, run } = connected()
  network.passes = false
  a.mesh.execute({ kind: 'send', member: 'b', bytes: frame(9) })
  network.passes = true
  a.mesh.execute({ kind: 'disconnect', member: 'b' })
  run(5_000)
  expect([a.direct(), b.direct()]).toEqual([false, false])
  expect(a.returned()).toEqual([])
  expect(network.peers.every(({ destroyed }) => destroyed)).toBe(true)
})

test('a reloaded page is followed, and late offers of the page before are not', () => {
  const { a, b, signals, network, run } = connected()
  const [first] = signals
  a.mesh.execute({ kind: 'disconnect-all' })
  run(200)
  a.mesh.execute({ kind: 'connect', member: 'b', initiator: true })
  run(1_000)
  expect([a.direct(), b.direct()]).toEqual([true, true])
  const opened = network.peers.length
  b.mesh.execute({ kind: 'signal', member: 'a', data: first?.data ?? expect.unreachable() })
  run(1_000)
  expect([a.direct(), b.direct()]).toEqual([true, true])
  expect(network.peers.length).toBe(opened)
})

test('bytes that are no signal, and an SDP that the browser refuses, cost an attempt at most', () => {
  const { a, b, run } = twoPages()
  b.mesh.execute({ kind: 'connect', member: 'a', initiator: false })
  b.mesh.execute({ kind: 'signal', member: 'a', data: frame(1, 2, 3) })
  const attempt = { life: 5, number: 1 }
  const offer = encodeSignal({ kind: 'offer', attempt, round: 0, sdp: 'nonsense', candidates: [] })
  b.mesh.execute({ kind: 'signal', member: 'a', data: offer ?? expect.unreachable() })
  run(1_000)
  expect(b.direct()).toBe(false)
  a.mesh.execute({ kind: 'connect', member: 'b', initiator: true })
  run(1_000)
  expect([a.direct(), b.direct()]).toEqual([true, true])
})

test('bytes that are no frame end the connection, and another is made', () => {
  const { a, b, network, run } = connected()
  network.peers[0]?.emit('data', frame(1, 2, 3))
  run(100)
  expect(a.direct()).toBe(false)
  run(3_000)
  expect([a.direct(), b.direct()]).toEqual([true, true])
  expect(a.received()).toEqual([])
})

test('a frame without a link, and one that is too long, come back', () => {
  const { a, b, run } = connected()
  a.mesh.execute({ kind: 'send', member: 'c', bytes: frame(1) })
  a.mesh.execute({ kind: 'send', member: 'b', bytes: new Uint8Array(61 * 1024) })
  run(100)
  expect(a.returned().map(({ length }) => length)).toEqual([1, 61 * 1024])
  expect(b.received()).toEqual([])
})

test('where the browser opens no connection, attempts follow the back-off', () => {
  const pages = twoPages()
  pages.network.refuses = true
  connectPages(pages)
  pages.run(10 * 60_000)
  expect(pages.a.direct()).toBe(false)
  pages.network.refuses = false
  pages.run(80_000)
  expect(pages.a.direct()).toBe(true)
})

test('lost signals are sent again', () => {
  const pages = twoPages()
  pages.relays = false
  connectPages(pages)
  pages.run(1_000)
  pages.relays = true
  pages.run(4_000)
  expect([pages.a.direct(), pages.b.direct()]).toEqual([true, true])
  expect(pages.network.peers.length).toBe(2)
})

test('a nudge finds a dead link within 2.5 s and ends a long wait', () => {
  const { a, network, run } = connected()
  network.passes = false
  a.mesh.nudge()
  run(2_600)
  expect(a.direct()).toBe(false)
  run(200_000)
  network.passes = true
  const opened = network.peers.length
  run(1_100)
  a.mesh.nudge()
  run(1_200)
  expect(network.peers.length).toBeGreaterThan(opened)
  expect(a.direct()).toBe(true)
})

test('paths are those of the links that are direct', async () => {
  const { a, network, run } = connected()
  expect(await a.mesh.paths()).toEqual([{ member: 'b', attempts: 1, turned: false, roundTripMs: 5 }])
  network.peers[0]?.destroy()
  run(50)
  expect(await a.mesh.paths()).toEqual([])
})

test('chunks wait while the channel is full, and their sender hears of room', () => {
  const { a, b, network } = connected()
  const channel = network.peers[0]?.channel ?? expect.unreachable()
  const chunk = new Uint8Array(64 * 1024)
  let taken = 0
  while (a.mesh.sendChunk('b', chunk)) taken += 1
  // 1 MiB in the channel, 64 chunks in the queue.
  expect(channel.held.length).toBe(16)
  expect(taken).toBe(16 + 64)
  const sent = () =>
    a.chunks.reduce((sum, event) => sum + (event.kind === 'chunks-sent' ? event.count : 0), 0)
  expect(sent()).toBe(16)
  channel.bufferedAmount = 128 * 1024
  channel.fire('bufferedamountlow')
  expect(channel.held.length).toBe(30)
  expect(sent()).toBe(30)
  network.peers[1]?.channel.fire('message', { data: frame(5).buffer })
  expect(b.chunks).toEqual([{ kind: 'chunk', member: 'a', bytes: frame(5) }])
  expect(a.mesh.sendChunk('b', new Uint8Array(64 * 1024 + 1))).toBe(false)
  expect(b.mesh.sendChunk('nobody', frame(1))).toBe(false)
})
