import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, afterEach, expect, test } from 'vitest'
import { connectTo, enter, secretOf } from '../testing/client.ts'
import { type RunningServer, type ServerOptions, startServer } from './server.ts'

const home = mkdtempSync(join(tmpdir(), 'relay-test-'))
const appDirectory = join(home, 'app')
mkdirSync(join(appDirectory, 'assets'), { recursive: true })
writeFileSync(join(home, 'secret.txt'), 'not for you')
writeFileSync(join(appDirectory, 'index.html'), '<!doctype html>')
writeFileSync(join(appDirectory, 'assets/app-1a2B_c-d.js'), 'export {}')
writeFileSync(join(appDirectory, 'assets/app-1a2B_c-d.js.br'), brotliCompressSync('export {}'))
writeFileSync(join(appDirectory, 'assets/peer.worker-1a2B3c4d.js'), 'export {}')
symlinkSync(join(home, 'secret.txt'), join(appDirectory, 'link.txt'))

const running: RunningServer[] = []
const start = async (options: Partial<ServerOptions> = {}): Promise<string> => {
  const server = await startServer({ port: 0, graceMs: 200, appDirectory, ...options })
  running.push(server)
  return server.url
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})
afterAll(() => rmSync(home, { recursive: true }))

/** A request with a verbatim path, which fetch would normalize. */
const rawStatus = (url: string, path: string, method = 'GET'): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(`${url}/`, { path, method }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })

test('the page is served under strict headers', async () => {
  const url = await start({ connectSources: ['wss://relay.example'] })
  const response = await fetch(url)
  expect(await response.text()).toBe('<!doctype html>')
  const header = (name: string) => response.headers.get(name)
  expect(header('content-type')).toBe('text/html; charset=utf-8')
  expect(header('cache-control')).toBe('no-cache')
  expect(header('cross-origin-opener-policy')).toBe('same-origin')
  expect(header('cross-origin-embedder-policy')).toBe('require-corp')
  expect(header('cross-origin-resource-policy')).toBe('same-origin')
  expect(header('x-content-type-options')).toBe('nosniff')
  expect(header('referrer-policy')).toBe('no-referrer')
  expect(header('permissions-policy')).toContain('camera=(), microphone=(), geolocation=()')
  expect(header('strict-transport-security')).toBeNull()
  const host = new URL(url).host
  expect(header('content-security-policy')?.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ws://${host} wss://${host} wss://relay.example`,
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types mlwe-pake-worker',
  ])
})

test('the page learns the relays of the fleet, may connect to them, and their pages may connect here', async () => {
  const relays = ['wss://one.example/ws', 'wss://two.example:8443/ws']
  const url = await start({ relays })
  expect(await (await fetch(`${url}/api/relays`)).json()).toEqual({ relays })
  const policy = (await fetch(url)).headers.get('content-security-policy')
  expect(policy).toContain(' wss://one.example wss://two.example:8443;')
  const client = await connectTo(url, { Origin: 'https://two.example:8443' })
  client.socket.close()
  await expect(connectTo(url, { Origin: 'https://two.example' })).rejects.toThrow('403')
  expect(await (await fetch(`${await start()}/api/relays`)).json()).toEqual({ relays: [] })
})

test('only the Worker script may compile WebAssembly', async () => {
  const url = await start()
  const policy = async (path: string) => (await fetch(url + path)).headers.get('content-security-policy')
  expect(await policy('/assets/peer.worker-1a2B3c4d.js')).toContain("script-src 'self' 'wasm-unsafe-eval';")
  expect(await policy('/assets/app-1a2B_c-d.js')).not.toContain('wasm')
  expect(await policy('/')).not.toContain('wasm')
})

test('a malformed Host header never reaches the policy', async () => {
  const url = await start()
  const { port } = new URL(url)
  const answer = await new Promise<string>((resolve) => {
    let text = ''
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write("GET / HTTP/1.1\r\nHost: a; script-src 'unsafe-inline'\r\nConnection: close\r\n\r\n")
    })
    socket.on('data', (data) => {
      text += data
    })
    socket.on('close', () => resolve(text))
  })
  expect(answer).toContain("connect-src 'self';")
  expect(answer).not.toContain('unsafe-inline')
})

test('files: types, caching, HEAD, revalidation; everything else is 404 or 405', async () => {
  const url = await start()
  const asset = await fetch(`${url}/assets/app-1a2B_c-d.js?v=1`)
  expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  const etag = asset.headers.get('etag') ?? ''
  const again = await fetch(`${url}/assets/app-1a2B_c-d.js`, { headers: { 'If-None-Match': etag } })
  expect(again.status).toBe(304)
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '15', ''])
  const health = await fetch(`${url}/healthz`)
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
})

test('compressed files: for those who take them, under an ETag of their own', async () => {
  const url = await start()
  const [plain, packed] = await Promise.all(
    ['identity', 'gzip, br;q=0.9'].map((encoding) =>
      fetch(`${url}/assets/app-1a2B_c-d.js`, { headers: { 'Accept-Encoding': encoding } }),
    ),
  )
  expect(plain?.headers.get('content-encoding')).toBeNull()
  expect(packed?.headers.get('content-encoding')).toBe('br')
  expect(packed?.headers.get('etag')).not.toBe(plain?.headers.get('etag'))
  for (const answer of [plain, packed]) expect(answer?.headers.get('vary')).toBe('Accept-Encoding')
  expect(await packed?.text()).toBe(await plain?.text())
  const refused = await fetch(`${url}/assets/app-1a2B_c-d.js`, { headers: { 'Accept-Encoding': 'br;q=0' } })
  expect(refused.headers.get('content-encoding')).toBeNull()
  expect((await fetch(`${url}/assets/app-1a2B_c-d.js.br`)).status).toBe(404)
})

test('no path leads out of the directory', async () => {
  const url = await start()
  const paths = ['/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt']
  const more = ['/..\\secret.txt', '//secret.txt', '/link.txt', '/assets', '/assets/', '/constructor', '*']
  for (const path of [...paths, ...more]) expect(await rawStatus(url, path), path).toBe(404)
})

test('pages of other origins may not connect; our own, listed ones and programs may', async () => {
  const url = await start({ allowedOrigins: ['https://app.example'] })
  await expect(connectTo(url, { Origin: 'https://evil.example' })).rejects.toThrow('403')
  await expect(connectTo(url, { Origin: 'null' })).rejects.toThrow('403')
  const headers: Record<string, string>[] = [{ Origin: url }, { Origin: 'https://app.example' }, {}]
  for (const header of headers) (await connectTo(url, header)).socket.close()
  await expect(connectTo(`${url}/other`)).rejects.toThrow('404')
})

test('two clients meet, and the observer sees every frame', async () => {
  const seen: string[] = []
  const url = await start({
    onFrame: (direction, socket, bytes) => seen.push(`${direction} ${socket} ${bytes[1]}`),
  })
  const one = await enter(url, 1)
  const two = await enter(url, 2)
  expect(await one.next('presence')).toEqual({ kind: 'presence', address: two.address, present: true })
  one.say({ kind: 'send', to: two.address, payload: new Uint8Array([7]) })
  expect(await two.next('frame')).toEqual({ kind: 'frame', from: one.address, payload: new Uint8Array([7]) })
  two.socket.close()
  expect(await one.next('presence')).toMatchObject({ present: false })
  expect(seen).toContain(`in 1 ${0x04}`)
  expect(seen).toContain(`out 2 ${0x84}`)
})

test('oversized messages: an error frame for a little too much, code 1009 for any excess', async () => {
  const url = await start()
  const little = await connectTo(url)
  little.socket.send(new Uint8Array(65_537).fill(2))
  expect(await little.next('error')).toMatchObject({ code: 'too-large' })
  expect(await little.closed).toBe(1009)
  const much = await connectTo(url)
  much.socket.send(new Uint8Array(200_000))
  expect(await much.closed).toBe(1009)
})

test('text messages are malformed', async () => {
  const url = await start()
  const client = await connectTo(url)
  client.socket.send('hello')
  expect(await client.next('error')).toMatchObject({ code: 'malformed' })
  expect(await client.closed).toBe(1002)
})

test('a newer socket with the same secret replaces the older', async () => {
  const url = await start()
  const first = await enter(url, 1)
  const second = await enter(url, 1)
  expect(second.address).toBe(first.address)
  expect(await first.next('error')).toMatchObject({ code: 'replaced' })
  expect(await first.closed).toBe(1008)
  second.say({ kind: 'ping' })
  await second.next('pong')
})

test('a socket without hello is closed in time', async () => {
  const url = await start({ limits: { helloMs: 100 } })
  const client = await connectTo(url)
  expect(await client.next('error')).toMatchObject({ code: 'hello-timeout' })
  expect(await client.closed).toBe(1008)
})

test('sockets are counted per visitor, and only a trusted proxy can name the visitor', async () => {
  const forwarded = (ip: string) => ({ 'X-Forwarded-For': ip })
  const direct = await start({ exemptLoopback: false, limits: { socketsPerIp: 1 } })
  await connectTo(direct, forwarded('192.0.2.1'))
  const spoofed = await connectTo(direct, forwarded('192.0.2.2'))
  expect(await spoofed.next('error')).toMatchObject({ code: 'too-many-sockets', retryAfterMs: 10_000 })
  expect(await spoofed.closed).toBe(1008)

  const behind = await start({
    exemptLoopback: false,
    limits: { socketsPerIp: 1 },
    trustedProxies: ['127.0.0.1'],
  })
  await connectTo(behind, forwarded('192.0.2.1'))
  const other = await connectTo(behind, forwarded('192.0.2.1, 192.0.2.2'))
  other.say({ kind: 'hello', secret: secretOf(1) })
  await other.next('welcome')
  const same = await connectTo(behind, forwarded('192.0.2.9, 192.0.2.1'))
  expect(await same.next('error')).toMatchObject({ code: 'too-many-sockets' })
})

test('a slow reader is dropped, the others are served', async () => {
  const limits = { byteBurst: 2 ** 31, bytesPerSecond: 2 ** 31 }
  const url = await start({ sendQueueBytes: 256 * 1024, limits })
  const sender = await enter(url, 1)
  const slow = await enter(url, 2)
  const brisk = await enter(url, 3)
  // One sender alone gets half of the queue.
  const others = await Promise.all([4, 5].map((n) => enter(url, n)))
  slow.socket.pause()
  const payload = new Uint8Array(60 * 1024)
  // More than the kernel buffers for a stalled reader.
  for (let i = 0; i < 400; i++)
    for (const one of [sender, ...others]) one.say({ kind: 'send', to: slow.address, payload })
  for (const _ of others) await brisk.next('presence')
  await brisk.next('presence')
  sender.say({ kind: 'send', to: brisk.address, payload })
  expect((await brisk.next('frame')).payload).toHaveLength(payload.length)
  expect(await sender.next('undelivered')).toEqual({ kind: 'undelivered', to: slow.address })
  slow.socket.terminate()
})

test('a socket that answers no ping is dropped after three', async () => {
  const url = await start({ pingMs: 40 })
  const alive = await enter(url, 1)
  const dead = await enter(url, 2)
  await alive.next('presence')
  dead.socket.pause()
  expect(await alive.next('presence')).toEqual({ kind: 'presence', address: dead.address, present: false })
  dead.socket.terminate()
})

test('an upgrade request while the relay closes is refused and does not delay the closing', async () => {
  const server = await startServer({ port: 0, graceMs: 200 })
  const client = await enter(server.url, 1)
  client.socket.pause()
  const late = connect(Number(new URL(server.url).port), 'localhost')
  let answer = ''
  late.on('data', (text) => {
    answer += text.toString()
  })
  await new Promise((resolve) => late.write('GET /ws HTTP/1.1\r\nHost: localhost\r\n', resolve))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const closed = server.close()
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
  late.write(`${upgrade}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`)
  await closed
  expect(answer).toContain('HTTP/1.1 503')
})

test('closing says goodbye, frees the port, and can be repeated', async () => {
  const server = await startServer({ port: 0 })
  const client = await enter(server.url, 1)
  const closing = [server.close(), server.close()]
  expect((await client.next('going-away')).afterMs).toBeLessThanOrEqual(2000)
  expect(await client.closed).toBe(1001)
  await Promise.all(closing)
  const again = await startServer({ port: server.port })
  await expect(startServer({ port: server.port })).rejects.toThrow('EADDRINUSE')
  await again.close()
})
