import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSettings } from '../server/env.ts'
import { startServer } from '../server/server.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { defaultStoreLimits } from '../store/store.ts'
import { enter } from '../testing/client.ts'

const directory = mkdtempSync(join(tmpdir(), 'relay-deploy-'))
afterAll(() => rmSync(directory, { recursive: true }))
const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

test('the unit uses directives that systemd knows and settings that the relay knows', () => {
  const unit = read('./mlwe-pake.service')
  const checked = spawnSync('systemd-analyze', [
    'verify',
    new URL('./mlwe-pake.service', import.meta.url).pathname,
  ])
  // If systemd is installed, it must accept the unit.
  if (checked.error === undefined) expect(`${checked.stderr}`).not.toMatch(/mlwe-pake\.service:\d+/)
  for (const line of [
    'DynamicUser=yes',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'CapabilityBoundingSet=',
  ]) {
    expect(unit.split('\n')).toContain(line)
  }
  const set = /^Environment=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? []
  const { options } = readSettings(Object.fromEntries(set.map((pair) => pair.split('='))), '/app')
  expect(options.trustedProxies).toEqual(['127.0.0.1'])
})

test('the image runs the built relay without root, and copies no file of the build machine', () => {
  const lines = read('../../Dockerfile').split('\n')
  const last = lines.slice(lines.lastIndexOf('FROM node:20-bookworm-slim'))
  expect(last).toContain('USER node')
  expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('CMD ["node", "dist/relay/main.js"]'))
  expect(last.filter((line) => line.startsWith('COPY')).every((line) => line.includes('--from=build'))).toBe(
    true,
  )
  expect(read('../../.dockerignore').split('\n')).toEqual(
    expect.arrayContaining(['.git', 'node_modules', 'data']),
  )
})

test('the health check follows the port, and fails with a relay that is not ready or not there', async () => {
  const check = (port: number): Promise<number | null> =>
    new Promise((resolve) => {
      const script = new URL('../server/healthy.mjs', import.meta.url).pathname
      const env = { PATH: process.env.PATH, PORT: `${port}` }
      spawn(process.execPath, [script], { env }).on('close', resolve)
    })
  const server = await startServer({ port: 0, graceMs: 100 })
  const broken = await startServer({
    port: 0,
    store: {
      ...createMemoryStore(defaultStoreLimits, Date.now),
      check: () => Promise.reject(new Error('full')),
    },
  })
  expect([await check(server.port), await check(broken.port)]).toEqual([0, 1])
  await Promise.all([server.close(), broken.close()])
  expect(await check(server.port)).toBe(1)
})

test('the compose file uses settings that the relay knows', () => {
  const compose = read('../../docker-compose.yml').replaceAll(/\$\{DOMAIN(:\?)?\}/g, 'relay.example')
  const lines = [...compose.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)]
  const env = Object.fromEntries(
    lines.map(([, name, value]) => [name, value?.replace(/\$\{TURN_SECRET:\?\}/, 'secret')]),
  )
  const { store, unknown, options } = readSettings(env, '/app')
  expect(store.redisUrls).toEqual(['redis://redis:6379'])
  expect(options).toMatchObject({
    allowedHosts: ['relay.example', '127.0.0.1'],
    ice: { turnSecret: 'secret' },
  })
  expect(unknown).toEqual([])
  expect(readSettings({ RELAY_SOCKETS: '5' }, '/app').unknown).toEqual(['RELAY_SOCKETS'])
})

test('the proxy passes on the client address, in the only trusted header', () => {
  const caddy = read('./Caddyfile')
  expect(caddy).toContain('header_up X-Forwarded-For {remote_host}')
  expect(caddy.split('{').length).toBe(caddy.split('}').length)
})

test('TLS: the app with HSTS and the relay, under a certificate of one day', async () => {
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
  ]
  expect(spawnSync('openssl', [...made, ...names, '-keyout', key, '-out', cert]).status).toBe(0)
  const { options } = readSettings({ TLS_CERT: cert, TLS_KEY: key }, directory)
  const server = await startServer({ ...options, port: 0, graceMs: 100 })
  try {
    expect(server.url).toMatch(/^https:/)
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const sent = request(`${server.url}/healthz`, { ca: readFileSync(cert) }, (response) => {
        response.resume()
        resolve(response.headers)
      })
      sent.on('error', reject).end()
    })
    expect(headers['strict-transport-security']).toContain('max-age=')
    const client = await enter(server.url, 1)
    client.say({ kind: 'ping' })
    await client.next('pong')
  } finally {
    await server.close()
  }
})

test('a client that drips the headers of an upgrade is cut off', async () => {
  const server = await startServer({ port: 0, limits: { helloMs: 200 } })
  const socket = connect(server.port, '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => {
    answer += data
  })
  socket.on('error', () => {})
  socket.write('GET /ws HTTP/1.1\r\nHost: localhost\r\n')
  const drip = setInterval(() => socket.write('X-A: b\r\n'), 50)
  await new Promise((resolve) => socket.on('close', resolve))
  clearInterval(drip)
  expect(answer).toContain('408')
  await server.close()
})

test('reports hold counts and figures, no room and no address', async () => {
  const server = await startServer({ port: 0, ice: { stun: ['stun:a'], turn: ['turn:b'], turnSecret: 's' } })
  const client = await enter(server.url, 1)
  client.say({ kind: 'send', to: 'ff'.repeat(32), payload: new Uint8Array(1) })
  await client.next('undelivered')
  client.say({ kind: 'mail', request: 1, to: 'ff'.repeat(32), payload: new Uint8Array(1) })
  await client.next('refused')
  const text = async (path: string): Promise<string> => (await fetch(server.url + path)).text()
  expect(JSON.parse(await text('/api/groups'))).toEqual({ rooms: 1, sockets: 1, members: [1] })
  expect(JSON.parse(await text('/readyz'))).toEqual({ status: 'ready' })
  expect(JSON.parse(await text('/api/metrics'))).toMatchObject({
    relay_frame: { count: 4, success_rate: 1 },
    relay_mail: { count: 1, success_rate: 0 },
  })
  expect(JSON.parse(await text('/api/ice'))).toEqual({ iceServers: [{ urls: ['stun:a'] }], turn: true })
  const metrics = await text('/metrics')
  expect(metrics).toContain('relay_refused_total{code="no-mailbox"} 1')
  expect(metrics).toContain('relay_sockets 1')
  for (const path of ['/metrics', '/api/metrics', '/api/groups']) {
    expect(await text(path)).not.toMatch(/[0-9a-f]{64}|127\.0\.0\.1/)
  }
  await server.close()
})

test('docs/operating.md lists exactly the settings that the relay reads', () => {
  const used = new Set<string>()
  const nothingSet = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => {
        used.add(String(name))
        return undefined
      },
    },
  )
  readSettings(nothingSet, directory)
  const table = /\n\| variable .*\n((?:\|.*\n)+)/.exec(read('../../docs/operating.md'))?.[1] ?? ''
  const rows = table.split('\n').slice(1)
  const listed = rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)])
  expect(listed.map(([, name]) => name).sort()).toEqual([...used].sort())
})
