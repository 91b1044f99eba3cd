/**
 * Runs the relay core on real WebSockets: upgrades, heartbeats, slow readers, and the effects of the core.
 */

import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { Bytes } from '../../src/codec/index.ts'
import { defaultLimits, type RelayLimits } from '../../src/relay-protocol/index.ts'
import type { RelayEffect } from '../relay/effects.ts'
import type { Network } from '../relay/networks.ts'
import { createRelay } from '../relay/relay.ts'
import { sendFrame } from '../relay/responses.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { handleRequest, type StoreRequest } from '../store/request.ts'
import { defaultStoreLimits, type Store } from '../store/store.ts'
import { createFigures, type Figures } from './figures.ts'
import { createTurnDesk, type IceSettings, noIce } from './ice.ts'
import { clientIp, isLoopback, networkOf, originAllowed, readProxies } from './origin.ts'
import { createReader, type Reader } from './reader.ts'
import { createSendQueues } from './send-queues.ts'
import type { SharedRooms } from './shared-rooms.ts'

export interface SocketOptions {
  readonly limits?: Partial<RelayLimits>
  /** Origins besides our own whose pages may connect, such as `https://app.example`. */
  readonly allowedOrigins?: readonly string[]
  /** Addresses or networks of proxies whose X-Forwarded-For is trusted. */
  readonly trustedProxies?: readonly string[]
  /** Bytes queued for a slow reader before it is disconnected. */
  readonly sendQueueBytes?: number
  /** Bytes queued for all slow readers together. */
  readonly queueBudgetBytes?: number
  /** Whether this computer has no limits by network, since everybody on it is one. Default: it has none. */
  readonly exemptLoopback?: boolean
  /** Decides about an upgrade request before any other rule; `null` lets it pass. */
  readonly mayConnect?: (request: IncomingMessage) => Refusal | null
  readonly pingMs?: number
  /** STUN and TURN servers for the app. */
  readonly ice?: IceSettings
  /** Stores pre-keys and mailboxes; without one they are lost with the process. */
  readonly store?: Store
  /** Shares rooms with other processes. */
  readonly sharedRooms?: SharedRooms
  /** Receives every frame, for tests that search a recording for secrets. */
  readonly onFrame?: (direction: 'in' | 'out', socket: number, bytes: Uint8Array) => void
}

/** A source of upgrade requests: this server or the development server. */
export interface UpgradeSource {
  on(event: 'upgrade', listener: (request: IncomingMessage, stream: Duplex, head: Buffer) => void): unknown
}

export interface RelaySockets {
  readonly figures: Figures
  /** Numbers without identifiers. */
  counts(): { readonly sockets: number; readonly members: readonly number[] }
  /** Changes limits of the running relay. */
  setLimits(limits: Partial<RelayLimits>): void
  /** Sends `going-away` to every client, then waits at most `graceMs` for their sockets to close. */
  close(graceMs: number): Promise<void>
}

interface Client {
  readonly socket: WebSocket
  readonly reader: Reader
  missedPings: number
}

export const SOCKET_PATH = '/ws'
const SWEEP_MS = 60_000
/** Pause between two parts of a sweep. */
const SLICE_MS = 50
/** A socket that was closed is terminated after this time, or a refused client could hold it for half a minute. */
const CLOSING_MS = 2000
/** Refused upgrades that wait for their response. */
const MAX_HELD = 1000
const TOO_MANY_MS = 1000
const MISSED_PINGS = 3
/** Clients reconnect within this time, spread at random. */
const RETURN_MS = 2000

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? ''

export type Refusal =
  | '401 Unauthorized'
  | '403 Forbidden'
  | '404 Not Found'
  | '421 Misdirected Request'
  | '429 Too Many Requests'
  | '503 Service Unavailable'

/** Refuses an upgrade request in plain HTTP. */
export function refuseUpgrade(stream: Duplex, status: Refusal): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Runs a relay on the `/ws` upgrades of `source`, and leaves other paths to other listeners. */
export function attachRelay(source: UpgradeSource, options: SocketOptions = {}): RelaySockets {
  // Changed in place by `setLimits`.
  const limits: RelayLimits = { ...defaultLimits, ...options.limits }
  const { allowedOrigins = [], trustedProxies = [], exemptLoopback = true, onFrame } = options
  const { sendQueueBytes = 8 * 1024 * 1024, queueBudgetBytes = 128 * 1024 * 1024, pingMs = 25_000 } = options
  const proxies = readProxies(trustedProxies)

  const hash = (bytes: Bytes): Uint8Array => createHash('sha256').update(bytes).digest()
  const relay = createRelay(limits, hash, options.sharedRooms?.process ?? null)
  const store = options.store ?? createMemoryStore(defaultStoreLimits, Date.now)
  const grantTurn = createTurnDesk(options.ice ?? noIce, () => performance.now(), Date.now)
  const clients = new Map<number, Client>()
  const queues = createSendQueues(sendQueueBytes, queueBudgetBytes)
  const figures = createFigures(() => ({ ...relay.counts(), queuedBytes: queues.total() }))
  let lastId = 0
  /** An open connection may still request an upgrade. Left without a response, it would keep the server running. */
  let closing = false

  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // The relay sends an error frame up to twice the limit; beyond that, ws closes with code 1009.
    maxPayload: 2 * limits.frameBytes,
  })

  const handle = async (request: StoreRequest): Promise<void> => {
    const start = performance.now()
    const response = await handleRequest(store, request)
    figures.stored(request.frame.kind, response, performance.now() - start)
    perform(relay.responded(request, response))
  }

  const perform = (effects: readonly RelayEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'request') {
        void handle(effect.request)
        continue
      }
      if (effect.kind === 'turn') {
        perform([sendFrame({ id: effect.socket }, grantTurn(effect))])
        continue
      }
      if (effect.kind === 'share') {
        options.sharedRooms?.share(effect.share)
        continue
      }
      const client = clients.get(effect.socket)
      if (client?.socket.readyState !== WebSocket.OPEN) continue
      if (effect.kind === 'close') {
        client.socket.close(effect.code, effect.reason)
        setTimeout(() => client.socket.terminate(), CLOSING_MS).unref()
      } else send(effect, client)
    }
  }

  const send = (effect: Extract<RelayEffect, { kind: 'send' }>, client: Client): void => {
    const { socket: id, bytes, from } = effect
    if (from !== undefined && !queues.admits(id, from, bytes.length)) {
      figures.refused('slow-reader')
      perform(relay.undeliveredTo(from, id))
      return
    }
    onFrame?.('out', id, bytes)
    figures.frame('out', bytes.length, 0)
    if (effect.code !== undefined) figures.refused(effect.code)
    if (effect.pauseMs !== undefined) client.reader.pause(effect.pauseMs)
    for (const slow of queues.send(id, client.socket, bytes, from)) {
      figures.refused('slow-reader')
      clients.get(slow)?.socket.terminate()
    }
  }

  options.sharedRooms?.listen({ ...relay, perform }, limits)

  const networkBehind = (request: IncomingMessage): Network => {
    const ip = clientIp(request, proxies)
    return exemptLoopback && isLoopback(ip) ? ip : networkOf(ip)
  }
  /** Why the request gets no socket, before anything is done for it. */
  const refusalOf = (request: IncomingMessage): Refusal | null => {
    if (closing) return '503 Service Unavailable'
    if (relay.delay(networkBehind(request), performance.now()) > 0) {
      figures.refused('connections')
      return '429 Too Many Requests'
    }
    return options.mayConnect?.(request) ?? null
  }

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const id = ++lastId
    const reader = createReader(socket, (bytes) => {
      onFrame?.('in', id, bytes)
      const start = performance.now()
      perform(relay.receive(id, bytes, start))
      figures.frame('in', bytes.length, performance.now() - start)
    })
    const client: Client = { socket, reader, missedPings: 0 }
    clients.set(id, client)
    socket.on('message', (data: RawData, isBinary: boolean) => {
      client.missedPings = 0
      // Text is never a frame, so it is refused like an empty frame.
      reader.take(isBinary && Buffer.isBuffer(data) ? data : new Uint8Array(0))
    })
    socket.on('pong', () => {
      client.missedPings = 0
    })
    // ws closes by itself, with 1009 after an oversized message, and 'close' follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      clients.delete(id)
      reader.stop()
      queues.forget(id)
      perform(relay.disconnect(id))
    })
    perform(relay.connect(id, networkBehind(request), performance.now()))
  }

  let held = 0
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (pathOf(request) !== SOCKET_PATH) return
    stream.on('error', () => stream.destroy())
    const refusal = refusalOf(request)
    if (refusal === '429 Too Many Requests' && held < MAX_HELD) {
      // Later, so that asking again at once is no faster than waiting.
      held++
      setTimeout(
        () => {
          held--
          refuseUpgrade(stream, refusal)
        },
        TOO_MANY_MS * (1 + 2 * Math.random()),
      )
    } else if (refusal !== null) refuseUpgrade(stream, refusal)
    else if (originAllowed(request, allowedOrigins)) server.handleUpgrade(request, stream, head, accept)
    else {
      figures.refused('origin')
      refuseUpgrade(stream, '403 Forbidden')
    }
  }

  const heartbeat = setInterval(() => {
    for (const client of clients.values()) {
      if (client.missedPings++ < MISSED_PINGS) client.socket.ping()
      else {
        figures.refused('no-pong')
        client.socket.terminate()
      }
    }
  }, pingMs)
  const clock = setInterval(() => perform(relay.tick(performance.now())), Math.min(1000, limits.helloMs))

  let sweeper: NodeJS.Timeout
  const sweep = async (): Promise<void> => {
    const isMore = await store.sweep().catch(() => false)
    if (!closing) sweeper = setTimeout(sweep, isMore ? SLICE_MS : SWEEP_MS)
  }
  sweeper = setTimeout(sweep, SWEEP_MS)

  source.on('upgrade', upgrade)

  return {
    figures,
    counts: () => relay.counts(),
    setLimits: (changed) => void Object.assign(limits, changed),
    async close(graceMs) {
      closing = true
      clearInterval(heartbeat)
      clearInterval(clock)
      clearTimeout(sweeper)
      perform(relay.drain(() => Math.floor(Math.random() * RETURN_MS)))
      const open = [...clients.values()].map(({ socket }) => socket)
      const ended = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
      const late = setTimeout(() => {
        for (const socket of open) socket.terminate()
      }, graceMs)
      await Promise.all(ended)
      clearTimeout(late)
      await options.sharedRooms?.close()
      server.close()
      figures.close()
    },
  }
}
