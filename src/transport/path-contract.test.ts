/** The contract of `testing/path-contract.ts` on all three ways. */

import { createHash } from 'node:crypto'
import { afterEach } from 'vitest'
import { WebSocket } from 'ws'
import { startServer } from '../../signaling/server/server.ts'
import type { Bytes } from '../codec/index.ts'
import { addressInput } from '../relay-protocol/index.ts'
import { createRelayClient } from './relay-client.ts'
import type { RelayClient, RelayEvent } from './relay-link.ts'
import { createMemoryNetwork, type MemoryEndpoint } from './testing/memory-network.ts'
import { type PathEnd, type PathPair, testPath } from './testing/path-contract.ts'
import { connectPages, type Page, twoPages } from './testing/two-meshes.ts'

const hash = (bytes: Bytes): Uint8Array => createHash('sha256').update(bytes).digest()
const room = 'dd'.repeat(32)
const secretOf = (n: number): Bytes => new Uint8Array(32).fill(n)
const addressOf = (n: number): string => Buffer.from(hash(addressInput(secretOf(n)))).toString('hex')

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Counts what the events of a relay link say of frames. */
const listen = () => {
  const received: Bytes[] = []
  let lost = 0
  return {
    received,
    lost: () => lost,
    onEvent: (event: RelayEvent): void => {
      if (event.kind === 'frame') received.push(event.bytes)
      else if (event.kind === 'undelivered') lost += 1
    },
  }
}

const memoryPath = async (): Promise<PathPair> => {
  const network = createMemoryNetwork({ seed: 1, hash })
  const end = (own: number, other: number): PathEnd => {
    const heard = listen()
    const open = (): MemoryEndpoint =>
      network.endpoint({ secret: secretOf(own), room, onEvent: heard.onEvent })
    let endpoint = open()
    return {
      send: (bytes) => endpoint.send(addressOf(other), bytes),
      received: heard.received,
      lost: heard.lost,
      close: () => endpoint.close(),
      open: () => {
        endpoint = open()
      },
    }
  }
  const [a, b] = [end(1, 2), end(2, 1)]
  await network.run(500)
  return { a, b, settle: () => network.run(network.now() + 5_000) }
}

const pollMs = 10
const patienceMs = 500

const relayPath = async (): Promise<PathPair> => {
  const server = await startServer({ port: 0, graceMs: 100 })
  closers.push(() => server.close())
  const joined = new Set<number>()
  const end = (own: number, other: number): PathEnd => {
    const heard = listen()
    const open = (): RelayClient =>
      createRelayClient({
        urls: () => [`ws://localhost:${server.port}/ws`],
        secret: secretOf(own),
        room,
        openSocket: (url) => new WebSocket(url),
        now: () => performance.now(),
        random: () => 0,
        setTimer: (run, ms) => {
          const timer = setTimeout(run, ms)
          return () => clearTimeout(timer)
        },
        onEvent: (event) => {
          if (event.kind === 'open') joined.add(own)
          heard.onEvent(event)
        },
      })
    let client = open()
    closers.push(() => client.close())
    return {
      send: (bytes) => client.send(addressOf(other), bytes),
      received: heard.received,
      lost: heard.lost,
      close: () => {
        joined.delete(own)
        client.close()
      },
      open: () => {
        client = open()
      },
    }
  }
  const [a, b] = [end(1, 2), end(2, 1)]
  const settle = async (done: () => boolean): Promise<void> => {
    const until = performance.now() + patienceMs
    while (!done() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  while (joined.size < 2) await settle(() => joined.size === 2)
  return { a, b, settle }
}

const meshPath = async (): Promise<PathPair> => {
  const pages = twoPages()
  connectPages(pages)
  const end = (page: Page, member: string, initiator: boolean): PathEnd => ({
    send: (bytes) => page.mesh.execute({ kind: 'send', member, bytes }),
    get received() {
      return page.received()
    },
    lost: () => page.returned().length,
    close: () => page.mesh.execute({ kind: 'disconnect-all' }),
    open: () => page.mesh.execute({ kind: 'connect', member, initiator }),
  })
  return {
    a: end(pages.a, 'b', true),
    b: end(pages.b, 'a', false),
    settle: async () => pages.run(10_000),
  }
}

testPath('in-memory network', memoryPath)
testPath('relay client', relayPath)
testPath('data channel', meshPath)
