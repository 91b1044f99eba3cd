import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Bytes } from '../../codec/index.ts'
import type { RelayEvent } from '../relay-link.ts'
import { createMemoryNetwork, type MemoryNetworkOptions } from './memory-network.ts'

const hash = (bytes: Bytes): Uint8Array => createHash('sha256').update(bytes).digest()
const room = 'dd'.repeat(32)

function setUp(count: number, options: Partial<MemoryNetworkOptions> = {}) {
  const network = createMemoryNetwork({ seed: 1, hash, ...options })
  const log: string[] = []
  const name = new Map<string, string>()
  const show = (event: RelayEvent): string => {
    switch (event.kind) {
      case 'open':
        return `open ${event.members.map((member) => name.get(member)).sort()}`
      case 'presence':
        return `${name.get(event.address)} ${event.present ? 'here' : 'gone'}`
      case 'frame':
        return `${name.get(event.from)} says ${event.bytes[0]}`
      case 'undelivered':
        return `undelivered to ${name.get(event.to)}`
      case 'closed':
        return `closed ${event.retryInMs}`
      default:
        return event.kind
    }
  }
  const endpoints = Array.from({ length: count }, (_, i) => {
    const endpoint = network.endpoint({
      secret: new Uint8Array(32).fill(i + 1),
      room,
      onEvent: (event) => void log.push(`${i}: ${show(event)}`),
      onDirect: (from, bytes) => void log.push(`${i}: ${name.get(from)} directly ${bytes[0]}`),
    })
    name.set(endpoint.address, `${i}`)
    return endpoint
  })
  const at = (i: number) => endpoints[i] ?? expect.unreachable()
  const take = () => log.splice(0)
  const run = (ms: number) => network.run(network.now() + ms)
  return { network, at, take, run }
}

const byte = (n: number): Bytes => new Uint8Array([n])
const said = (log: readonly string[]) => log.filter((line) => line.includes('says'))

test('endpoints meet through the real relay; both paths carry frames in order', async () => {
  const { at, take, run } = setUp(2)
  await run(200)
  expect(take().sort()).toEqual(['0: 1 here', '0: connecting', '0: open ', '1: connecting', '1: open 0'])
  for (let i = 0; i < 50; i++) {
    at(0).send(at(1).address, byte(i))
    at(1).sendDirect(at(0).address, byte(i))
  }
  await run(200)
  const log = take()
  expect(log.filter((line) => line.startsWith('1'))).toEqual(
    Array.from({ length: 50 }, (_, i) => `1: 0 says ${i}`),
  )
  expect(log.filter((line) => line.startsWith('0'))).toEqual(
    Array.from({ length: 50 }, (_, i) => `0: 1 directly ${i}`),
  )
})

test('one seed gives one history, another seed another', async () => {
  const history = async (seed: number) => {
    const { at, take, run } = setUp(4, { seed, loss: 0.2, duplicate: 0.2, reorder: 0.5 })
    await run(200)
    for (let i = 0; i < 40; i++) at(i % 3).send(at(3).address, byte(i))
    await run(500)
    return take()
  }
  const first = await history(7)
  expect(await history(7)).toEqual(first)
  expect(await history(8)).not.toEqual(first)
})

test('payloads, and only payloads, are lost, duplicated and reordered at the given rates', async () => {
  const send = async (options: Partial<MemoryNetworkOptions>) => {
    const { at, take, run } = setUp(2, options)
    await run(200)
    expect(take()).toContain('1: open 0')
    for (let i = 0; i < 100; i++) at(0).send(at(1).address, byte(i))
    await run(500)
    return said(take())
  }
  const expected = Array.from({ length: 100 }, (_, i) => `1: 0 says ${i}`)
  expect(await send({ loss: 1 })).toEqual([])
  expect((await send({ loss: 0.5 })).length).toBeLessThan(80)
  expect(await send({ duplicate: 1 })).toHaveLength(200)
  const reordered = await send({ reorder: 0.5 })
  expect(reordered).not.toEqual(expected)
  expect(reordered.sort()).toEqual(expected.sort())
})

test('a cut drops payloads on every path until it is healed', async () => {
  const { network, at, take, run } = setUp(3)
  await run(200)
  take()
  const talk = () => {
    at(0).send(at(1).address, byte(1))
    at(0).send(at(2).address, byte(2))
    at(2).sendDirect(at(0).address, byte(3))
  }
  network.cut([at(0).address, at(1).address])
  talk()
  await run(200)
  expect(take()).toEqual(['1: 0 says 1'])
  network.heal()
  talk()
  await run(200)
  expect(take().sort()).toEqual(['0: 2 directly 3', '1: 0 says 1', '2: 0 says 2'])
})

test('a dropped socket comes back, a closed endpoint does not', async () => {
  const { at, take, run } = setUp(2)
  await run(200)
  take()
  at(1).drop(500)
  await run(100)
  at(1).send(at(0).address, byte(1))
  at(0).send(at(1).address, byte(2))
  await run(100)
  expect(take().sort()).toEqual(['0: 1 gone', '0: undelivered to 1', '1: closed 500', '1: undelivered to 0'])
  await run(500)
  expect(take().sort()).toEqual(['0: 1 here', '1: connecting', '1: open 0'])
  at(1).close()
  await run(2000)
  expect(take()).toEqual(['0: 1 gone'])
})

test('a restarted relay starts empty, and all endpoints reconnect', async () => {
  const { network, at, take, run } = setUp(3)
  await run(200)
  take()
  network.restartRelay(100)
  await run(500)
  const log = take()
  expect(log.filter((line) => line.includes('open'))).toHaveLength(3)
  at(2).send(at(0).address, byte(9))
  await run(100)
  expect(take()).toEqual(['0: 2 says 9'])
})

test('the network waits for each event to be handled', async () => {
  const network = createMemoryNetwork({ seed: 3, hash })
  const order: string[] = []
  network.setTimer(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    order.push(`slow ${network.now()}`)
  }, 10)
  network.setTimer(() => void order.push(`quick ${network.now()}`), 11)
  const cancel = network.setTimer(() => void order.push('never'), 12)
  cancel()
  await network.run(100)
  expect(order).toEqual(['slow 10', 'quick 11'])
  expect(await network.step()).toBe(false)
})
