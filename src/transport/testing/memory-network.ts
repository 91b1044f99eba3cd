/**
 * Any number of endpoints around the real relay core, in virtual time and under one seed, with loss, duplication,
 * reordering and partitions. `SPEC.md` lists the differences from the real client.
 */

import type { RelayEffect } from '../../../signaling/relay/effects.ts'
import { createRelay } from '../../../signaling/relay/relay.ts'
import { createMemoryStore } from '../../../signaling/store/memory-store.ts'
import { handleRequest } from '../../../signaling/store/request.ts'
import { defaultStoreLimits } from '../../../signaling/store/store.ts'
import { type Bytes, decode, encode, toHex } from '../../codec/index.ts'
import {
  type Address,
  addressInput,
  type ClientFrame,
  clientFrame,
  defaultLimits,
  type RelayFrame,
  type RelayLimits,
  type Room,
  relayFrame,
} from '../../relay-protocol/index.ts'
import type { RelayEvent } from '../relay-link.ts'

export interface MemoryNetworkOptions {
  readonly seed: number
  /** SHA-256. */
  readonly hash: (bytes: Bytes) => Uint8Array
  /** Probabilities from 0 to 1 that a payload is lost, duplicated or reordered. Default 0. */
  readonly loss?: number
  readonly duplicate?: number
  readonly reorder?: number
  /** Range of the delay per hop in milliseconds, uniform. Default 1 to 20. */
  readonly minDelay?: number
  readonly maxDelay?: number
  readonly limits?: Partial<RelayLimits>
}

export interface MemoryEndpointOptions {
  readonly secret: Bytes
  readonly room: Room
  /** The network waits for the returned promise before it continues. */
  readonly onEvent: (event: RelayEvent) => void | Promise<void>
  /** A frame arrived on the direct link from `from`. */
  readonly onDirect?: (from: Address, bytes: Bytes) => void | Promise<void>
}

export interface MemoryEndpoint {
  readonly address: Address
  /** Through the relay. */
  send(to: Address, bytes: Bytes): void
  /** Past the relay, like a data channel. Silently lost if `to` is absent. */
  sendDirect(to: Address, bytes: Bytes): void
  /** Loses the socket and reconnects after `retryInMs`. */
  drop(retryInMs: number): void
  /** Gone without a goodbye or another event, like a closed tab. */
  close(): void
}

export interface MemoryNetwork {
  /** Virtual milliseconds since the start. */
  now(): number
  endpoint(options: MemoryEndpointOptions): MemoryEndpoint
  /** A timer in virtual time; the returned function cancels it. */
  setTimer(run: () => void | Promise<void>, ms: number): () => void
  /** Runs the next job; `false` if there is none. */
  step(): Promise<boolean>
  /** Runs every job that is due by then, and moves the clock there. */
  run(until: number): Promise<void>
  /** Silently drops every payload between these and all others, on any path. */
  cut(addresses: Iterable<Address>): void
  heal(): void
  /** The relay loses its state and every socket. All endpoints reconnect after `retryInMs`. */
  restartRelay(retryInMs: number): void
}

interface Job {
  readonly at: number
  readonly run: () => void | Promise<void>
}

interface Station extends MemoryEndpointOptions {
  readonly address: Address
  /** The current socket; `null` while there is none. Late deliveries to an older one are dropped. */
  socket: number | null
  open: boolean
  gone: boolean
  /** Arrival of the last ordered frame, by direction or direct sender: order is kept as in TCP. */
  readonly lastArrival: Map<string, number>
}

/** mulberry32: small, seeded, good enough to shuffle deliveries. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Creates a network. One seed gives one history if all handlers are deterministic. */
export function createMemoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  const { hash, loss = 0, duplicate = 0, reorder = 0, minDelay = 1, maxDelay = 20 } = options
  const limits = { ...defaultLimits, socketsPerIp: 0xffff, ...options.limits }
  const random = seededRandom(options.seed)
  const stations = new Map<number, Station>()
  const byAddress = new Map<Address, Station>()
  const jobs: Job[] = []
  let relay = createRelay(limits, hash)
  let island: ReadonlySet<Address> = new Set()
  let clock = 0
  let lastSocket = 0
  /** Survives a restart of the relay, like a file. */
  const store = createMemoryStore({ ...defaultStoreLimits, networkBurst: 1e9 }, () => clock)

  /** Keeps the queue sorted by time, stable for equal times. */
  const schedule = (at: number, run: Job['run']): Job => {
    let low = 0
    for (let high = jobs.length; low < high; ) {
      const middle = (low + high) >> 1
      if ((jobs[middle]?.at ?? 0) <= at) low = middle + 1
      else high = middle
    }
    const job = { at, run }
    jobs.splice(low, 0, job)
    return job
  }

  const hop = (): number => clock + minDelay + Math.floor(random() * (maxDelay - minDelay + 1))

  const inOrder = (station: Station, lane: string, run: Job['run']): void => {
    const at = Math.max(hop(), station.lastArrival.get(lane) ?? 0)
    station.lastArrival.set(lane, at)
    schedule(at, run)
  }

  /** Delivers a payload under the loss, duplication and reordering of the options. */
  const deliver = (from: Address, station: Station, lane: string, run: Job['run']): void => {
    if (island.has(from) !== island.has(station.address) || random() < loss) return
    if (random() < duplicate) schedule(hop(), run)
    if (random() < reorder) schedule(hop(), run)
    else inOrder(station, lane, run)
  }

  const perform = async (effects: readonly RelayEffect[]): Promise<void> => {
    for (const effect of effects) {
      if (effect.kind === 'request') {
        await perform(relay.responded(effect.request, await handleRequest(store, effect.request)))
        continue
      }
      // This relay shares its rooms with no other process, and has no TURN server.
      if (effect.kind === 'share' || effect.kind === 'turn') continue
      const station = stations.get(effect.socket)
      if (station === undefined) continue
      const { socket } = effect
      if (effect.kind === 'close') {
        inOrder(station, 'down', () => (station.socket === socket ? lose(station, null) : undefined))
        continue
      }
      const frame = decode(relayFrame, effect.bytes)
      const arrive = (): void | Promise<void> =>
        station.socket === socket ? receive(station, frame) : undefined
      if (frame.kind === 'frame') deliver(frame.from, station, 'down', arrive)
      else inOrder(station, 'down', arrive)
    }
  }

  const notify = (station: Station, event: RelayEvent): void | Promise<void> =>
    station.gone ? undefined : station.onEvent(event)

  const receive = (station: Station, frame: RelayFrame): void | Promise<void> => {
    switch (frame.kind) {
      case 'joined':
        station.open = true
        return station.onEvent({ kind: 'open', address: station.address, members: frame.members })
      case 'frame':
        return station.onEvent({ kind: 'frame', from: frame.from, bytes: frame.payload })
      case 'presence':
      case 'undelivered':
      case 'error':
        return station.onEvent(frame)
    }
  }

  const put = (station: Station, frame: ClientFrame): void => {
    const { socket } = station
    if (socket === null) return
    const bytes = encode(clientFrame, frame)
    inOrder(station, 'up', () => perform(relay.receive(socket, bytes, clock)))
  }

  const connect = (station: Station): void | Promise<void> => {
    if (station.gone) return
    const socket = ++lastSocket
    station.socket = socket
    stations.set(socket, station)
    inOrder(station, 'up', () => perform(relay.connect(socket, 'memory', clock)))
    put(station, { kind: 'hello', secret: station.secret })
    put(station, { kind: 'join', room: station.room })
    return station.onEvent({ kind: 'connecting', url: 'memory' })
  }

  const unplug = (station: Station): void => {
    const { socket } = station
    station.socket = null
    station.open = false
    if (socket === null) return
    inOrder(station, 'up', () => {
      stations.delete(socket)
      return perform(relay.disconnect(socket))
    })
  }

  const lose = (station: Station, retryInMs: number | null): void | Promise<void> => {
    unplug(station)
    if (station.gone) return
    if (retryInMs !== null) schedule(clock + retryInMs, () => connect(station))
    return station.onEvent({ kind: 'closed', reason: retryInMs === null ? 'closed' : 'lost', retryInMs })
  }

  const step = async (): Promise<boolean> => {
    const job = jobs.shift()
    if (job === undefined) return false
    clock = job.at
    await job.run()
    return true
  }

  return {
    now: () => clock,
    step,
    endpoint(of) {
      const address = toHex(hash(addressInput(of.secret)))
      const station: Station = {
        ...of,
        address,
        socket: null,
        open: false,
        gone: false,
        lastArrival: new Map(),
      }
      byAddress.set(address, station)
      schedule(clock, () => connect(station))
      return {
        address,
        send(to, bytes) {
          if (station.open) put(station, { kind: 'send', to, payload: bytes.slice() })
          else if (!station.gone) schedule(clock, () => notify(station, { kind: 'undelivered', to }))
        },
        sendDirect(to, bytes) {
          const target = byAddress.get(to)
          if (station.gone || target === undefined) return
          const copy = bytes.slice()
          deliver(address, target, address, () =>
            target.gone ? undefined : target.onDirect?.(address, copy),
          )
        },
        drop(retryInMs) {
          if (station.socket !== null) schedule(clock, () => lose(station, retryInMs))
        },
        close() {
          station.gone = true
          unplug(station)
          if (byAddress.get(address) === station) byAddress.delete(address)
        },
      }
    },
    setTimer(run, ms) {
      const job = schedule(clock + ms, run)
      return () => {
        const at = jobs.indexOf(job)
        if (at >= 0) jobs.splice(at, 1)
      }
    },
    async run(until) {
      while ((jobs[0]?.at ?? Number.POSITIVE_INFINITY) <= until) await step()
      clock = Math.max(clock, until)
    },
    cut(addresses) {
      island = new Set(addresses)
    },
    heal() {
      island = new Set()
    },
    restartRelay(retryInMs) {
      relay = createRelay(limits, hash)
      for (const station of new Set(stations.values())) {
        if (station.socket !== null) schedule(clock, () => lose(station, retryInMs))
      }
      stations.clear()
    },
  }
}
