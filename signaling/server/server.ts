/** The HTTP server: relay, app and reports on one port. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { defaultLimits } from '../../src/relay-protocol/index.ts'
import { commonHeaders, contentSecurityPolicy, HSTS } from './headers.ts'
import { type IceSettings, iceServers } from './ice.ts'
import { validHost } from './origin.ts'
import { attachRelay, type RelaySockets, refuseUpgrade, SOCKET_PATH, type SocketOptions } from './sockets.ts'
import { loadStatic } from './static.ts'

export interface ServerOptions extends SocketOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly host?: string
  /** Directory of the built app; without it only the relay is served. */
  readonly appDirectory?: string
  /** Origins that the app may connect to besides its own, such as `wss://relay.example`. */
  readonly connectSources?: readonly string[]
  /** PEM texts; without them the server speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** STUN and TURN servers for the app. */
  readonly ice?: IceSettings
  /** How long `close` waits for sockets to end. */
  readonly graceMs?: number
}

export interface RunningServer {
  readonly port: number
  /** Base address of the app, without a trailing slash. The relay is at `/ws` of the same port. */
  readonly url: string
  /** Stops accepting, sends `going-away`, and closes all sockets. Idempotent. */
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const json = (value: unknown, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
})

/** Health, metrics and counts, without identifiers. */
function createReports(options: ServerOptions, sockets: RelaySockets, ready: () => boolean) {
  const { ice = { stun: [], turn: [], turnSecret: '' }, store } = options
  const readiness = async (): Promise<Answer> => {
    const works = await (store?.check() ?? Promise.resolve()).then(
      () => ready(),
      () => false,
    )
    return works ? json({ status: 'ready' }) : json({ status: 'not ready' }, 503)
  }
  return new Map<string, () => Answer | Promise<Answer>>([
    ['/healthz', () => json({ status: 'ok' })],
    ['/readyz', readiness],
    ['/metrics', async () => ({ status: 200, ...(await sockets.figures.text()) })],
    ['/api/metrics', () => json(sockets.figures.operations())],
    [
      '/api/groups',
      () => {
        const { sockets: open, members } = sockets.counts()
        return json({ rooms: members.length, sockets: open, members: members.toSorted((a, b) => b - a) })
      },
    ],
    ['/api/ice', () => json({ iceServers: iceServers(ice, Date.now()) })],
  ])
}

/** Serves the app's files and the reports for GET and HEAD. */
function createHandler(options: ServerOptions, reports: ReturnType<typeof createReports>): RequestListener {
  const { appDirectory, connectSources = [], trustedProxies = [], tls } = options
  const files = appDirectory === undefined ? new Map() : loadStatic(appDirectory)

  const isSecure = (request: IncomingMessage): boolean =>
    tls !== undefined ||
    (trustedProxies.includes(request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '') &&
      request.headers['x-forwarded-proto'] === 'https')

  return (request, response) => {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value)
    if (isSecure(request)) response.setHeader('Strict-Transport-Security', HSTS)
    const path = (request.url ?? '').split('?')[0] ?? ''
    const file = files.get(path)
    const policy = { host: validHost(request), connectSources, worker: file?.worker ?? false }
    response.setHeader('Content-Security-Policy', contentSecurityPolicy(policy))

    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      return answer(response, 405, 'text/plain; charset=utf-8', 'method not allowed\n')
    }
    const report = reports.get(path)
    if (report !== undefined) {
      response.setHeader('Cache-Control', 'no-store')
      void Promise.resolve(report()).then(({ status, type, body }) => answer(response, status, type, body))
      return
    }
    if (file === undefined) return answer(response, 404, 'text/plain; charset=utf-8', 'not found\n')
    response.setHeader('Cache-Control', file.cacheControl)
    response.setHeader('ETag', file.etag)
    if (request.headers['if-none-match'] === file.etag) {
      response.writeHead(304).end()
      return
    }
    answer(response, 200, file.type, file.body)
  }
}

/** Node omits the body of a HEAD response by itself. */
function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body)
}

/** Serves the relay, and the app if configured, on one port. Rejects if it cannot listen on that port. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', tls, graceMs = 2000 } = options
  const helloMs = options.limits?.helloMs ?? defaultLimits.helloMs
  // Slow requests, including upgrades, are cut off, so that no client holds a connection by dripping a header.
  const timeouts = {
    headersTimeout: helloMs,
    requestTimeout: helloMs,
    connectionsCheckingInterval: helloMs / 4,
  }
  const server = tls === undefined ? createServer(timeouts) : createTlsServer({ ...timeouts, ...tls })
  const sockets = attachRelay(server, options)
  let stopping = false
  const reports = createReports(options, sockets, () => !stopping)
  server.on('request', createHandler(options, reports))
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, host, resolve)
    })
  } catch (error) {
    await sockets.close(0)
    throw error
  }
  server.on('upgrade', (request, stream) => {
    if (request.url?.split('?')[0] !== SOCKET_PATH) refuseUpgrade(stream, '404 Not Found')
  })

  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port
  const close = async (): Promise<void> => {
    stopping = true
    const stopped = new Promise((resolve) => server.close(resolve))
    await sockets.close(graceMs)
    server.closeAllConnections()
    await stopped
  }
  let closing: Promise<void> | undefined
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://localhost:${port}`,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
