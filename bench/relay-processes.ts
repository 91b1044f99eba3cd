/**
 * Two relay processes that share a Redis, beside one process. The clients run on the same machine, so on few cores they, not
 * the relays, bound what arrives in a second. What the relays could carry is therefore computed from their core time as
 * well: a process carries 1 s / (its core time for a message), and of two the busier one is the bound.
 */

import { exchange, multicast, openCrowds, openPairs, type Place } from './relay-load.ts'
import { type Server, startRedis, startRelay } from './relay-servers.ts'
import type { BenchCase, Contest } from './runner.ts'

/** Of one round. */
const MESSAGES = 20_000
const CROWD = 20

interface Run {
  /** Arrived in a second. */
  readonly perSecond: number
  /** For each message, of each relay process, and of Redis. */
  readonly busy: readonly number[]
  readonly redisBusy: number
}

/** One process on its own, or two with their Redis. */
interface Fleet {
  readonly relays: readonly Server[]
  readonly redis: Server | null
}

const one = async (): Promise<Fleet> => ({
  relays: [await startRelay({ RELAY_DATA: 'memory' })],
  redis: null,
})
const two = async (): Promise<Fleet> => {
  const redis = await startRedis()
  const start = (): Promise<Server> => startRelay({ REDIS_URL: redis.url })
  return { relays: [await start(), await start()], redis }
}

/** Opens its clients at a fleet; the result sends `MESSAGES` and gives how many arrived in a second. */
type Load = (fleet: Fleet, sockets: number) => Promise<() => Promise<number>>

const urlAt = ({ relays }: Fleet, n: number): string => relays[n % relays.length]!.url

const pairs =
  (place: (fleet: Fleet) => Place): Load =>
  async (fleet, sockets) => {
    const opened = await openPairs(place(fleet), sockets / 2, true)
    return async () => (await exchange(opened, MESSAGES)).perSecond
  }
/** As many of each placement as chance gives: half of the pairs cross. */
const scattered = pairs((fleet) => (pair) => [urlAt(fleet, pair), urlAt(fleet, pair >> 1)])
const crossing = pairs((fleet) => (pair) => [urlAt(fleet, pair), urlAt(fleet, pair + 1)])
/** Half of each room is at either process. */
const crowds: Load = async (fleet, sockets) => {
  const opened = await openCrowds((member) => urlAt(fleet, member), sockets / CROWD, CROWD)
  return () => multicast(opened, MESSAGES)
}

const measured = async (fleet: Fleet, load: Load, sockets: number): Promise<() => Promise<Run>> => {
  const run = await load(fleet, sockets)
  const all = fleet.redis === null ? fleet.relays : [...fleet.relays, fleet.redis]
  return async () => {
    const before = all.map((server) => server.busyMicroseconds())
    const perSecond = await run()
    const spent = all.map((server, i) => (server.busyMicroseconds() - before[i]!) / MESSAGES)
    const busy = spent.slice(0, fleet.relays.length)
    return { perSecond, busy, redisBusy: spent[busy.length] ?? 0 }
  }
}

const end = ({ relays, redis }: Fleet): void => {
  for (const server of relays) server.end()
  redis?.end()
}

type Kind = Pick<BenchCase, 'name' | 'unit' | 'better'> & { readonly of: (run: Run) => number }

const contest = (load: Load, sockets: number, { of, ...kind }: Kind, isBeside = true): BenchCase => ({
  ...kind,
  n: sockets,
  rounds: 5,
  prepare: async (): Promise<Contest> => {
    const fleet = await two()
    const alone = isBeside ? await one() : null
    const ours = await measured(fleet, load, sockets)
    const peer = alone === null ? null : await measured(alone, load, sockets)
    return {
      ours: async () => of(await ours()),
      peer: peer === null ? null : { name: 'one process', measure: async () => of(await peer()) },
      end: () => {
        end(fleet)
        if (alone !== null) end(alone)
      },
    }
  },
})

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const arrivals = (name: string): Kind => ({
  name,
  unit: 'msgs/s',
  better: 'more',
  of: (run) => run.perSecond,
})
const capacity = (name: string): Kind => ({
  name: `${name}, by core time`,
  unit: 'msgs/s',
  better: 'more',
  of: ({ busy }) => 1_000_000 / Math.max(...busy),
})

const sizes = [400, 4000]
const [sends, multicasts] = ['1 KiB, two processes', `1 KiB to rooms of ${CROWD}, two processes`]

export const processes: readonly BenchCase[] = sizes.flatMap((sockets) => [
  contest(scattered, sockets, arrivals(sends)),
  contest(scattered, sockets, capacity(sends)),
  contest(crowds, sockets, arrivals(multicasts)),
  contest(crowds, sockets, capacity(multicasts)),
  contest(crossing, sockets, {
    name: 'core time of the relays, crossing 1 KiB',
    unit: 'µs',
    better: 'less',
    of: ({ busy }) => sum(busy),
  }),
  contest(
    crossing,
    sockets,
    { name: 'core time of Redis, crossing 1 KiB', unit: 'µs', better: 'less', of: (run) => run.redisBusy },
    false,
  ),
])
