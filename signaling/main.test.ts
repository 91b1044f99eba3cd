import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, test } from 'vitest'
import { readSettings, SettingError } from './server/env.ts'
import { startServer } from './server/server.ts'
import { enter } from './testing/client.ts'

const appDirectory = mkdtempSync(join(tmpdir(), 'relay-main-'))
writeFileSync(join(appDirectory, 'index.html'), '<!doctype html>')
const dataDirectory = mkdtempSync(join(tmpdir(), 'relay-main-data-'))
const children: ChildProcess[] = []

function run(env: Record<string, string>) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: {
      PATH: process.env.PATH,
      APP_DIR: appDirectory,
      RELAY_DATA: join(dataDirectory, 'relay.db'),
      ...env,
    },
  })
  children.push(child)
  const output = { out: '', err: '' }
  child.stderr.on('data', (data) => {
    output.err += data
  })
  const address = new Promise<string>((resolve) => {
    child.stdout.on('data', (data) => {
      output.out += data
      resolve(/^MLWE-PAKE is at (http:\/\/localhost:\d+)\n/.exec(output.out)?.[1] ?? '')
    })
  })
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, output, address, exit }
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => {
  for (const directory of [appDirectory, dataDirectory]) rmSync(directory, { recursive: true })
})

test('SIGTERM: sends going-away, closes, exits 0, after printing one line', async () => {
  const { child, output, address, exit } = run({ PORT: '0' })
  const client = await enter(await address, 1)
  child.kill('SIGTERM')
  await client.next('going-away')
  expect(await client.closed).toBe(1001)
  expect(await exit).toBe(0)
  expect(output).toEqual({ out: `MLWE-PAKE is at ${await address}\n`, err: '' })
})

test('a second signal exits without waiting for open sockets', async () => {
  const { child, address, exit } = run({ PORT: '0' })
  const client = await enter(await address, 1)
  client.socket.pause()
  child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 300))
  child.kill('SIGTERM')
  expect(await exit).toBe(1)
  client.socket.terminate()
})

test('a chosen port that is busy, a bad setting and a missing app are explained', async () => {
  const busy = await startServer({ port: 0 })
  const runs = [
    run({ PORT: `${busy.port}` }),
    run({ PORT: 'many' }),
    run({ PORT: '0', APP_DIR: join(appDirectory, 'missing') }),
    run({ PORT: '0', RELAY_DATA: join(appDirectory, 'relay.db') }),
  ]
  const codes = await Promise.all(runs.map(({ exit }) => exit))
  await busy.close()
  expect(codes).toEqual([1, 1, 1, 1])
  const [portInUse, badPort, noApp, served] = runs.map(({ output }) => output.err)
  expect(portInUse).toMatch(/^MLWE-PAKE cannot start: port \d+ is in use/)
  expect(badPort).toBe('MLWE-PAKE cannot start: PORT must be a whole number from 0 to 65535\n')
  expect(noApp).toContain('the app is not built')
  expect(served).toContain('RELAY_DATA must not lie in APP_DIR, which is served')
})

test('the log names a variable that is no setting; a second process is kept from the file', async () => {
  const first = run({ PORT: '0', RELAY_SOCKETS: '5' })
  await first.address
  const second = run({ PORT: '0' })
  expect(await second.exit).toBe(1)
  expect(second.output.err).toBe(
    'MLWE-PAKE cannot start: cannot use the store that RELAY_DATA names (another process uses the file)\n',
  )
  expect(JSON.parse(first.output.err.split('\n')[0] ?? '')).toMatchObject({ name: 'RELAY_SOCKETS' })
  // However the first ends.
  first.child.kill('SIGKILL')
  await first.exit
  expect(await run({ PORT: '0' }).address).toMatch(/^http/)
})

test('SIGHUP: limits of RELAY_ENV_FILE are read again, sockets stay', async () => {
  const file = join(appDirectory, 'relay.env')
  writeFileSync(file, '# none yet\n')
  const { child, address, output } = run({ PORT: '0', RELAY_ENV_FILE: file })
  const client = await enter(await address, 1)
  const reload = async (text: string, logged: string): Promise<void> => {
    writeFileSync(file, text)
    child.kill('SIGHUP')
    while (!output.err.includes(logged)) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await reload('RELAY_MESSAGE_BURST=10\nRELAY_MESSAGES_PER_SECOND=1\n', '"reloaded"')
  for (let i = 0; i < 12; i++) client.say({ kind: 'ping' })
  expect(await client.next('error')).toMatchObject({ code: 'message-rate' })
  await reload('RELAY_MESSAGE_BURST=many\n', '"not reloaded"')
  expect(client.socket.readyState).toBe(client.socket.OPEN)
})

test('without settings: port 8000 of this computer, moving on if busy', () => {
  expect(readSettings({}, '/app')).toMatchObject({
    portChosen: false,
    options: { port: 8000, host: '127.0.0.1', appDirectory: '/app', limits: {}, connectSources: [] },
    store: { data: 'data/relay.db', redisUrls: [] },
    logLevel: 'warn',
  })
})

test('settings are read and checked', () => {
  const { options, portChosen } = readSettings(
    {
      PORT: '9000',
      HOST: '0.0.0.0',
      RELAY_ROOM_MEMBERS: '8',
      RELAY_CONNECT_SRC: 'ws://localhost:9001, wss://relay.example',
      RELAY_ALLOWED_ORIGINS: 'https://app.example',
      RELAY_TRUSTED_PROXIES: '10.0.0.1',
      RELAY_URLS: 'wss://A.example:443/ws wss://b.example:8443/ws',
    },
    '/app',
  )
  expect(portChosen).toBe(true)
  expect(options).toMatchObject({
    port: 9000,
    host: '0.0.0.0',
    limits: { roomMembers: 8 },
    connectSources: ['ws://localhost:9001', 'wss://relay.example'],
    allowedOrigins: ['https://app.example'],
    trustedProxies: ['10.0.0.1'],
    relays: ['wss://a.example/ws', 'wss://b.example:8443/ws'],
  })
  const bad: Record<string, string>[] = [
    { PORT: '65536' },
    { RELAY_FRAME_BYTES: '1e9' },
    { RELAY_CONNECT_SRC: "'unsafe-inline'" },
    { RELAY_CONNECT_SRC: 'wss://a.example/path' },
    { RELAY_CONNECT_SRC: 'wss://a.example;script-src' },
    { RELAY_ALLOWED_ORIGINS: '*' },
    { TLS_CERT: '/nowhere.pem' },
    { REDIS_URL: 'localhost' },
    { LOG_LEVEL: 'loud' },
    { TURN_URLS: 'turn:turn.example' },
    { STUN_URLS: 'https://stun.example' },
    { RELAY_KEPT_HOURS: '0' },
    { RELAY_TRUSTED_PROXIES: 'proxy.example' },
    { RELAY_ACCESS_TOKEN: 'short' },
    { RELAY_ALLOWED_HOSTS: 'https://relay.example' },
    { RELAY_EXEMPT_LOOPBACK: 'maybe' },
    { RELAY_URLS: 'https://a.example/ws' },
    { RELAY_URLS: 'wss://a.example' },
    { RELAY_URLS: 'wss://a.example/ws wss://a.example/ws' },
    { RELAY_URLS: 'wss://a.example/ws ws://b.example/ws' },
    { RELAY_URLS: "wss://a.example'/ws" },
    { RELAY_URLS: 'wss://a.example/ws', RELAY_ACCESS_TOKEN: 'a-secret-of-length-16' },
    { RELAY_ENV_FILE: '/nowhere.env' },
  ]
  for (const env of bad) expect(() => readSettings(env, '/app'), JSON.stringify(env)).toThrow(SettingError)
})
