/** The HTTP server: relay, app and reports on one port. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { BlockList } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { createBuckets, defaultLimits, type RelayLimits } from '../../src/relay-protocol/index.ts'
import { accessAllowed, cookieFor, hostAllowed, reportAllowed } from './access.ts'
import { guardDoor } from './door.ts'
import { commonHeaders, contentSecurityPolicy, HSTS } from './headers.ts'
import { noIce } from './ice.ts'
import type { Log } from './logs.ts'
import { clientIp, isLoopback, isProxy, networkOf, readProxies, validHost } from './origin.ts'
import { createReports, type Report } from './reports.ts'
import { attachRelay, type Refusal, refuseUpgrade, SOCKET_PATH, type SocketOptions } from './sockets.ts'
import { loadStatic } from './static.ts'

export interface ServerOptions extends SocketOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly host?: string
  /** Directory of the built app; without it only the relay is served. */
  readonly appDirectory?: string
  /** Origins that the app may connect to besides its own, such as `wss://relay.example`. */
  readonly connectSources?: readonly string[]
  /**
   * The relays that pages of this server try in order, such as `wss://relay.example/ws`; none: this one. Pages may connect to
   * them, and their pages to this relay.
   */
  readonly relays?: readonly string[]
  /** PEM texts; without them the server speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** How long `close` waits for sockets to end. */
  readonly graceMs?: number
  /** How long `close` keeps serving first, while `/readyz` says 503. */
  readonly drainMs?: number
  /** Connections in all. */
  readonly connections?: number
  /** Host names under which this server answers; none: all. */
  readonly allowedHosts?: readonly string[]
  /** Secrets of which a client must show one, in a cookie or an Authorization header; none: all may connect. */
  readonly accessTokens?: readonly string[]
  /** Secrets for `/metrics`, `/api/metrics` and `/api/groups`, in an Authorization header; none: they are open. */
  readonly reportTokens?: readonly string[]
  readonly log?: Log
}

export interface RunningServer {
  readonly port: number
  /** Base address of the app, without a trailing slash. The relay is at `/ws` of the same port. */
  readonly url: string
  /** Changes certificate and limits without closing a socket. */
  reload(changed: Pick<ServerOptions, 'limits' | 'tls'>): void
  /** Stops accepting, sends `going-away`, and closes all sockets. Idempotent. */
  close(): Promise<void>
}

/** Serves the app's files and the reports for GET and HEAD. */
function createHandler(
  options: ServerOptions,
  reports: ReadonlyMap<string, Report>,
  proxies: BlockList,
): RequestListener {
  const {
    appDirectory,
    connectSources = [],
    allowedHosts = [],
    accessTokens = [],
    reportTokens = [],
    tls,
  } = options
  const files = appDirectory === undefined ? new Map() : loadStatic(appDirectory)

  const pages = createBuckets(() => performance.now())
  const isLimited = (request: IncomingMessage): boolean =>
    !(options.exemptLoopback ?? true) || !isLoopback(clientIp(request, proxies))
  const isSecure = (request: IncomingMessage): boolean =>
    tls !== undefined ||
    (isProxy(proxies, request.socket.remoteAddress ?? '') && request.headers['x-forwarded-proto'] === 'https')

  return (request, response) => {
    // A reader that takes the response drop by drop would keep the connection for ever.
    const late = setTimeout(() => request.socket.destroy(), RESPONSE_MS)
    response.once('close', () => clearTimeout(late))
    const visitor = networkOf(clientIp(request, proxies)).name
    if (
      isLimited(request) &&
      pages.spend([{ name: visitor, cost: 1, rate: PAGES_PER_SECOND, burst: PAGE_BURST }]) > 0
    ) {
      // Later, so that asking again at once is no faster than waiting.
      setTimeout(
        () => response.writeHead(429, { Connection: 'close' }).end(),
        TOO_MANY_MS * (1 + 2 * Math.random()),
      )
      return
    }
    pages.sweep(2)
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value)
    if (isSecure(request)) response.setHeader('Strict-Transport-Security', HSTS)
    const path = (request.url ?? '').split('?')[0] ?? ''
    const file = files.get(path)
    const policy = { host: validHost(request), connectSources, worker: file?.worker ?? false }
    response.setHeader('Content-Security-Policy', contentSecurityPolicy(policy))

    if (!hostAllowed(request, allowedHosts)) {
      return answer(response, 421, 'text/plain; charset=utf-8', 'this server has another name\n')
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      return answer(response, 405, 'text/plain; charset=utf-8', 'method not allowed\n')
    }
    const report = reports.get(path)
    if (report !== undefined) {
      response.setHeader('Cache-Control', 'no-store')
      if (report.isPrivate && !reportAllowed(request, reportTokens)) {
        return answer(response, 401, 'text/plain; charset=utf-8', 'a report token is missing\n')
      }
      void Promise.resolve(report.answer()).then((one) => answer(response, one.status, one.type, one.body))
      return
    }
    const access = cookieFor(request, accessTokens, isSecure(request))
    if (access !== null) {
      response.writeHead(303, { 'Set-Cookie': access, Location: '/' }).end()
      return
    }
    if (file === undefined) return answer(response, 404, 'text/plain; charset=utf-8', 'not found\n')
    response.setHeader('Cache-Control', file.cacheControl)
    const brotli = takesBrotli(request) ? file.brotli : null
    const etag = brotli === null ? file.etag : file.etag.replace(/"$/, '-br"')
    response.setHeader('ETag', etag)
    if (file.brotli !== null) response.setHeader('Vary', 'Accept-Encoding')
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end()
      return
    }
    if (brotli !== null) response.setHeader('Content-Encoding', 'br')
    answer(response, 200, file.type, brotli ?? file.body)
  }
}

/** RFC 9110 §12.5.3, as browsers write it: a weight of 0 refuses. */
const takesBrotli = (request: IncomingMessage): boolean =>
  String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .some((one) => /^\s*br\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/.test(one))

/** Node omits the body of a HEAD response by itself. */
function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body)
}

/** Requests for pages and reports by one network. */
const PAGES_PER_SECOND = 20
const PAGE_BURST = 400
const TOO_MANY_MS = 1000
/** A response that is not read by then ends its connection. */
const RESPONSE_MS = 60_000
/** A connection that neither sends nor takes anything is closed after this time. */
const IDLE_MS = 30_000
/** Connections of one network besides its sockets: for the page and reports. */
const PAGE_CONNECTIONS = 64
const CONNECTIONS = 20_000
const LOG_REFUSALS_MS = 60_000

/** Logs what was refused in the last minute, by reason. */
const logRefusals = (log: Log | undefined, take: () => ReadonlyMap<string, number>): NodeJS.Timeout =>
  setInterval(() => {
    const refusals = take()
    if (refusals.size > 0) log?.warn(Object.fromEntries(refusals), 'refused in the last minute')
  }, LOG_REFUSALS_MS)

/** Lets the page connect to the other relays, and their pages to this one. */
function withRelays(options: ServerOptions): ServerOptions {
  const { relays = [], connectSources = [], allowedOrigins = [] } = options
  const sockets = relays.map((url) => url.replace(/\/ws$/, ''))
  return {
    ...options,
    connectSources: [...connectSources, ...sockets],
    allowedOrigins: [...allowedOrigins, ...sockets.map((url) => url.replace(/^ws/, 'http'))],
  }
}

/** Serves the relay, and the app if configured, on one port. Rejects if it cannot listen on that port. */
export async function startServer(given: ServerOptions): Promise<RunningServer> {
  const options = withRelays(given)
  const { host = '127.0.0.1', tls, graceMs = 2000, drainMs = 0, trustedProxies = [], log } = options
  const { helloMs, socketsPerIp } = { ...defaultLimits, ...options.limits }
  // Slow requests, including upgrades, are cut off, so that no client holds a connection by dripping a header.
  const timeouts = {
    headersTimeout: helloMs,
    requestTimeout: helloMs,
    connectionsCheckingInterval: helloMs / 4,
  }
  const server =
    tls === undefined
      ? createServer(timeouts)
      : createTlsServer({ ...timeouts, ...tls, handshakeTimeout: helloMs })
  server.setTimeout(IDLE_MS)
  const proxies = readProxies(trustedProxies)
  const mayConnect = (request: IncomingMessage): Refusal | null => {
    if (!hostAllowed(request, options.allowedHosts ?? [])) {
      sockets.figures.refused('host')
      return '421 Misdirected Request'
    }
    if (accessAllowed(request, options.accessTokens ?? [])) return null
    sockets.figures.refused('access')
    return '401 Unauthorized'
  }
  const sockets = attachRelay(server, { ...options, mayConnect })
  guardDoor(server, {
    perNetwork: socketsPerIp + PAGE_CONNECTIONS,
    total: options.connections ?? CONNECTIONS,
    trustedProxies,
    exemptLoopback: options.exemptLoopback ?? true,
    onRefused: () => sockets.figures.refused('connections'),
  })
  let stopping = false
  const reports = createReports(sockets, {
    ice: options.ice ?? noIce,
    relays: options.relays ?? [],
    store: options.store,
    ready: () => !stopping && (options.sharedRooms?.ready() ?? true),
    onReady: (ready) => log?.warn({}, ready ? 'ready again' : 'not ready'),
  })
  server.on('request', createHandler(options, reports, proxies))
  const refusals = logRefusals(log, sockets.figures.takeRefusals)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, host, resolve)
    })
  } catch (error) {
    clearInterval(refusals)
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
    if (drainMs > 0) {
      log?.info({ ms: drainMs }, 'draining')
      await new Promise((resolve) => setTimeout(resolve, drainMs))
    }
    clearInterval(refusals)
    const stopped = new Promise((resolve) => server.close(resolve))
    await sockets.close(graceMs)
    server.closeAllConnections()
    await stopped
  }
  let closing: Promise<void> | undefined
  const reload = (changed: { limits?: Partial<RelayLimits>; tls?: ServerOptions['tls'] }): void => {
    if (changed.limits !== undefined) sockets.setLimits({ ...defaultLimits, ...changed.limits })
    if (changed.tls !== undefined && server instanceof TlsServer) server.setSecureContext(changed.tls)
  }
  return {
    port,
    reload,
    url: `${tls === undefined ? 'http' : 'https'}://localhost:${port}`,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
