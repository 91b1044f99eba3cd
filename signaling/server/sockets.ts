import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { Bytes } from '../../src/codec/index.ts'
import { defaultLimits, type RelayLimits } from '../../src/relay-protocol/index.ts'
import type { RelayEffect } from '../relay/effects.ts'
import { createRelay } from '../relay/relay.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { handleRequest, type StoreRequest } from '../store/request.ts'
import { defaultStoreLimits, type Store } from '../store/store.ts'
import { createFigures, type Figures } from './figures.ts'
import { clientIp, networkOf, originAllowed } from './origin.ts'
import type { SharedRooms } from './shared-rooms.ts'

export interface SocketOptions {
  readonly limits?: Partial<RelayLimits>
  /** Origins besides our own whose pages may connect, such as `https://app.example`. */
  readonly allowedOrigins?: readonly string[]
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  /** Bytes queued for one slow reader before it is dropped. */
  readonly sendQueueBytes?: number
  readonly pingMs?: number
  /** Keeps pre-keys and mailboxes; without one they are lost with the process. */
  readonly store?: Store
  /** Shares the rooms with other processes; without it they are this process's own. */
  readonly sharedRooms?: SharedRooms
  /** Sees every frame as it passes; for tests that search a recording for secrets. */
  readonly onFrame?: (direction: 'in' | 'out', socket: number, bytes: Uint8Array) => void
}

/** Anything that hands over upgrade requests: our server, or a development server. */
export interface UpgradeSource {
  on(event: 'upgrade', listener: (request: IncomingMessage, stream: Duplex, head: Buffer) => void): unknown
}

export interface RelaySockets {
  readonly figures: Figures
  /** Numbers only. */
  counts(): { readonly sockets: number; readonly members: readonly number[] }
  /** Says goodbye to every client, then waits for their sockets to end, at most `graceMs`. */
  close(graceMs: number): Promise<void>
}

export const SOCKET_PATH = '/ws'
const SWEEP_MS = 60_000
const MISSED_PINGS = 3
/** Clients are told to come back within this time, each at its own moment. */
const RETURN_MS = 2000

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? ''

type Refusal = '403 Forbidden' | '404 Not Found' | '503 Service Unavailable'

/** Answers an upgrade request in plain HTTP, before there is a WebSocket. */
export function refuseUpgrade(stream: Duplex, status: Refusal): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Runs a relay on the `/ws` upgrades of `source`; other paths are left to whoever else listens. */
export function attachRelay(source: UpgradeSource, options: SocketOptions = {}): RelaySockets {
  const limits: RelayLimits = { ...defaultLimits, ...options.limits }
  const { allowedOrigins = [], trustedProxies = [], onFrame } = options
  const { sendQueueBytes = 8 * 1024 * 1024, pingMs = 25_000 } = options

  const hash = (bytes: Bytes): Uint8Array => createHash('sha256').update(bytes).digest()
  const relay = createRelay(limits, hash, options.sharedRooms?.process ?? null)
  const store = options.store ?? createMemoryStore(defaultStoreLimits, Date.now)
  const sockets = new Map<number, WebSocket>()
  const figures = createFigures(() => relay.counts())
  const missedPings = new Map<number, number>()
  let lastId = 0
  /** A connection can be there already and ask only now: unanswered, it would keep the server from ending. */
  let closing = false

  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // The relay answers what is a little too large with an error frame; ws cuts off the rest with code 1009.
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
      if (effect.kind === 'share') {
        options.sharedRooms?.share(effect.share)
        continue
      }
      const socket = sockets.get(effect.socket)
      if (socket?.readyState !== WebSocket.OPEN) continue
      if (effect.kind === 'close') {
        socket.close(effect.code, effect.reason)
        continue
      }
      onFrame?.('out', effect.socket, effect.bytes)
      figures.frame('out', effect.bytes.length, 0)
      if (effect.code !== undefined) figures.refused(effect.code)
      socket.send(effect.bytes)
      if (socket.bufferedAmount > sendQueueBytes) {
        figures.refused('slow-reader')
        socket.terminate()
      }
    }
  }

  options.sharedRooms?.listen({ ...relay, perform }, limits.roomMembers)

  const accept = (socket: WebSocket, request: IncomingMessage): void => {
    const id = ++lastId
    sockets.set(id, socket)
    missedPings.set(id, 0)
    socket.on('message', (data: RawData, isBinary: boolean) => {
      missedPings.set(id, 0)
      // No text is a frame; an empty frame is refused the same way.
      const bytes = isBinary && Buffer.isBuffer(data) ? data : new Uint8Array(0)
      onFrame?.('in', id, bytes)
      const start = performance.now()
      perform(relay.receive(id, bytes, start))
      figures.frame('in', bytes.length, performance.now() - start)
    })
    socket.on('pong', () => missedPings.set(id, 0))
    // Nothing to add: ws closes by itself, with 1009 after an oversized message, and 'close' follows.
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(id)
      missedPings.delete(id)
      perform(relay.disconnect(id))
    })
    perform(relay.connect(id, networkOf(clientIp(request, trustedProxies)), performance.now()))
  }

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (pathOf(request) !== SOCKET_PATH) return
    stream.on('error', () => stream.destroy())
    if (closing) refuseUpgrade(stream, '503 Service Unavailable')
    else if (originAllowed(request, allowedOrigins)) server.handleUpgrade(request, stream, head, accept)
    else {
      figures.refused('origin')
      refuseUpgrade(stream, '403 Forbidden')
    }
  }

  const heartbeat = setInterval(() => {
    for (const [id, socket] of sockets) {
      const missed = missedPings.get(id) ?? 0
      missedPings.set(id, missed + 1)
      if (missed < MISSED_PINGS) socket.ping()
      else {
        figures.refused('no-pong')
        socket.terminate()
      }
    }
  }, pingMs)
  const clock = setInterval(() => perform(relay.tick(performance.now())), Math.min(1000, limits.helloMs))

  const sweeper = setInterval(() => void store.sweep().catch(() => {}), SWEEP_MS)

  source.on('upgrade', upgrade)

  return {
    figures,
    counts: () => relay.counts(),
    async close(graceMs) {
      closing = true
      clearInterval(heartbeat)
      clearInterval(clock)
      clearInterval(sweeper)
      perform(relay.drain(() => Math.floor(Math.random() * RETURN_MS)))
      const open = [...sockets.values()]
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
