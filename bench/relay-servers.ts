/** The servers that `relay.ts` measures. Each runs in a process of its own; the benchmark only drives them. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Server {
  readonly url: string
  readonly residentBytes: () => number
  /** Time on a core so far, of all its threads. */
  readonly busyMicroseconds: () => number
  readonly end: () => void
}

const root = join(import.meta.dirname, '..')
const limit = '4000000000'
const env = {
  PATH: process.env.PATH,
  PORT: '0',
  RELAY_SOCKETS_PER_IP: '100000',
  RELAY_MESSAGES_PER_SECOND: '1000000',
  RELAY_MESSAGE_BURST: '10000000',
  RELAY_BYTES_PER_SECOND: limit,
  RELAY_BYTE_BURST: limit,
  RELAY_SEND_QUEUE_BYTES: limit,
  RELAY_PREKEYS: '10000',
  RELAY_NETWORK_PER_SECOND: '1000000',
  RELAY_NETWORK_BURST: '10000000',
}

const watched = (child: ChildProcess, url: string): Server => {
  const pages = () => Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1])
  const tasks = `/proc/${child.pid}/task`
  const nanoseconds = (task: string) =>
    Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0])
  return {
    url,
    residentBytes: () => 4096 * pages(),
    busyMicroseconds: () => readdirSync(tasks).reduce((sum, task) => sum + nanoseconds(task), 0) / 1000,
    end: () => void child.kill('SIGKILL'),
  }
}

const start = (args: readonly string[], extra: Readonly<Record<string, string>>): Promise<Server> => {
  const child = spawn(process.execPath, args, {
    env: { ...env, ...extra },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.on('close', () => reject(new Error('a server ended before it was ready')))
    child.stdout.on('data', (data) => {
      const url = /http:\/\/localhost:\d+/.exec(`${data}`)?.[0]
      if (url !== undefined) resolve(watched(child, url))
    })
  })
}

const bareSource = `
import { WebSocketServer } from 'ws'
const sockets = new Map()
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
server.on('connection', (socket) => {
  let name = null
  socket.on('message', (data) => {
    if (name === null) { name = data.toString('hex'); sockets.set(name, socket) }
    else sockets.get(data.subarray(2, 34).toString('hex'))?.send(data)
  })
})
server.on('listening', () => console.log('http://localhost:' + server.address().port))
`
/** As it ships: a relay that reads TypeScript itself took more time for each byte when this was measured. */
const build = (): string => {
  const outDir = join(root, 'dist/relay')
  const args = ['build', '--logLevel', 'error', '--ssr', 'signaling/main.ts', '--outDir', outDir]
  const { status } = spawnSync(join(root, 'node_modules/.bin/vite'), args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the relay could not be built')
  return join(outDir, 'main.js')
}
let built: string | undefined
export const startRelay = (extra: Readonly<Record<string, string>>): Promise<Server> => {
  built ??= build()
  return start([built, '--without-app'], extra)
}
export const startBare = (): Promise<Server> => start(['--input-type=module', '-e', bareSource], {})

/** A Redis that flushes every change to disk. */
export function startRedis(): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), 'relay-bench-'))
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const onDisk = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--dir', directory]
  const child = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', ...onDisk])
  return new Promise((resolve, reject) => {
    child.on('error', () => reject(new Error('redis-server is missing')))
    child.on('close', () => rmSync(directory, { recursive: true, force: true }))
    child.stdout.on('data', (data) => {
      if (`${data}`.includes('Ready to accept')) resolve(watched(child, `redis://127.0.0.1:${port}`))
    })
  })
}
