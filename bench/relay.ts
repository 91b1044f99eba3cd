import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exchange, frame, nextOf, openPairs, type Pair } from './relay-load.ts'
import { processes } from './relay-processes.ts'
import { type Server, startBare, startRedis, startRelay } from './relay-servers.ts'
import { type BenchCase, perSecond } from './runner.ts'

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))]!

interface Run {
  readonly perSecond: number
  readonly times: readonly number[]
  /** Of the server, for each message. */
  readonly busyMicroseconds: number
}

/** Of one round. */
const MESSAGES = 20_000

const forwarding = (sockets: number): readonly BenchCase[] => {
  const contest = (
    name: string,
    unit: string,
    better: 'more' | 'less',
    of: (run: Run) => number,
  ): BenchCase => ({
    name,
    n: sockets,
    unit,
    better,
    rounds: 5,
    prepare: async () => {
      const [relay, bare] = [await startRelay({ RELAY_DATA: 'memory' }), await startBare()]
      const mine = await openPairs(() => [relay.url, relay.url], sockets / 2, true)
      const theirs = await openPairs(() => [bare.url, bare.url], sockets / 2, false)
      const measure = (server: Server, pairs: readonly Pair[]) => async () => {
        const before = server.busyMicroseconds()
        const run = await exchange(pairs, MESSAGES)
        return of({ ...run, busyMicroseconds: (server.busyMicroseconds() - before) / MESSAGES })
      }
      return {
        ours: measure(relay, mine),
        peer: { name: 'bare ws', measure: measure(bare, theirs) },
        end: () => {
          relay.end()
          bare.end()
        },
      }
    },
  })
  return [
    contest('forwarded 1 KiB', 'msgs/s', 'more', (run) => run.perSecond),
    contest('core time of the server, 1 KiB', 'µs', 'less', (run) => run.busyMicroseconds),
    contest('1 KiB, p50', 'ms', 'less', ({ times }) => quantile(times, 0.5)),
    contest('1 KiB, p99', 'ms', 'less', ({ times }) => quantile(times, 0.99)),
  ]
}

/** With Redis, each pair is a room that this process shares with others. */
const idle = (store: 'memory' | 'Redis'): BenchCase => ({
  name: `memory of an idle socket, ${store}`,
  n: 4000,
  unit: 'bytes',
  better: 'less',
  rounds: 1,
  prepare: async () => {
    const redis = store === 'Redis' ? await startRedis() : null
    const grown = async (server: Server, ours: boolean): Promise<number> => {
      const here = (): readonly [string, string] => [server.url, server.url]
      await openPairs(here, 100, ours)
      const before = server.residentBytes()
      await openPairs(here, 2000, ours)
      const bytes = (server.residentBytes() - before) / 4000
      server.end()
      return bytes
    }
    return {
      ours: async () =>
        grown(await startRelay(redis === null ? { RELAY_DATA: 'memory' } : { REDIS_URL: redis.url }), true),
      peer: { name: 'bare ws', measure: async () => grown(await startBare(), false) },
      end: () => redis?.end(),
    }
  },
})

const request = (n: number): Buffer => Buffer.from([0, 0, n >> 8, n & 255])

/** One relay and a stock of pre-keys, taken with as many requests in flight as `wide` says. */
const taking = (store: string, wide: number): BenchCase => ({
  name: `take a pre-key, ${store}, ${wide} at once`,
  n: 2000,
  unit: 'takes/s',
  better: 'more',
  rounds: 3,
  prepare: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'relay-bench-'))
    const redis = store === 'Redis' ? await startRedis() : null
    const relay = await startRelay(
      redis === null ? { RELAY_DATA: join(directory, 'relay.db') } : { REDIS_URL: redis.url },
    )
    const here = (): readonly [string, string] => [relay.url, relay.url]
    const [{ to: owner, from: taker, message }] = (await openPairs(here, 1, true)) as [Pair]
    const address = message.subarray(2, 34)
    const ours = async (): Promise<number> => {
      for (let put = 0; put < 100; put++) {
        const items = Array.from({ length: 20 }, () =>
          Buffer.concat([Buffer.from([9, 214]), randomBytes(2518)]),
        )
        const stored = nextOf(owner, 0x90)
        owner.send(frame(0x10, request(put), Buffer.from([0, 0, 20]), ...items))
        await stored
      }
      const waiting: (() => void)[] = []
      const listen = (data: Buffer): void => void (data[1] === 0x91 && waiting.shift()?.())
      taker.on('message', listen)
      const take = (i: number): Promise<void> =>
        new Promise((resolve) => {
          waiting.push(resolve)
          taker.send(frame(0x11, request(i), address))
        })
      const rate = await perSecond(2000 / wide, (i) =>
        Promise.all(Array.from({ length: wide }, () => take(i))),
      )
      taker.off('message', listen)
      return rate * wide
    }
    return {
      ours,
      peer: null,
      end: () => {
        relay.end()
        redis?.end()
        setTimeout(() => rmSync(directory, { recursive: true, force: true }), 500)
      },
    }
  },
})

export const cases: readonly BenchCase[] = [
  ...[100, 1000, 5000].flatMap(forwarding),
  ...processes,
  idle('memory'),
  idle('Redis'),
  ...['a file', 'Redis'].flatMap((store) => [taking(store, 1), taking(store, 100)]),
]
