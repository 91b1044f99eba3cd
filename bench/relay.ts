import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { type BenchCase, perSecond } from './runner.ts'

/** Servers run in processes of their own; this one only drives them. */
interface Server {
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

const start = (args: readonly string[], extra: Readonly<Record<string, string>>): Promise<Server> => {
  const child = spawn(process.execPath, args, {
    env: { ...env, ...extra },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve) => {
    child.stdout.on('data', (data) => {
      const url = /http:\/\/localhost:\d+/.exec(`${data}`)?.[0]
      if (url === undefined) return
      const pages = () => Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1])
      const tasks = `/proc/${child.pid}/task`
      const nanoseconds = (task: string) =>
        Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0])
      resolve({
        url,
        residentBytes: () => 4096 * pages(),
        busyMicroseconds: () => readdirSync(tasks).reduce((sum, task) => sum + nanoseconds(task), 0) / 1000,
        end: () => void child.kill('SIGKILL'),
      })
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
const startRelay = (extra: Readonly<Record<string, string>>): Promise<Server> => {
  built ??= build()
  return start([built, '--without-app'], extra)
}
const startBare = (): Promise<Server> => start(['--input-type=module', '-e', bareSource], {})

const open = (url: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
    socket.on('open', () => resolve(socket))
    socket.on('error', reject)
  })
const nextOf = (socket: WebSocket, tag: number): Promise<Buffer> =>
  new Promise((resolve) => {
    const listen = (data: Buffer): void => {
      if (data[1] !== tag) return
      socket.off('message', listen)
      resolve(data)
    }
    socket.on('message', listen)
  })
const frame = (tag: number, ...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from([2, tag]), ...parts])

interface Pair {
  readonly from: WebSocket
  readonly to: WebSocket
  readonly message: Buffer
}

/** Pairs that can send each other 1 KiB: at our relay in a room of their own. */
async function openPairs(url: string, count: number, ours: boolean): Promise<readonly Pair[]> {
  const pairs: Pair[] = []
  for (let i = 0; i < count; i++) {
    const [from, to] = [await open(url), await open(url)]
    const room = randomBytes(32)
    const enter = async (socket: WebSocket): Promise<Buffer> => {
      const address = randomBytes(32)
      if (!ours) {
        socket.send(address)
        return address
      }
      const welcome = nextOf(socket, 0x81)
      const joined = nextOf(socket, 0x82)
      socket.send(frame(0x01, address))
      socket.send(frame(0x02, room, Buffer.from([0])))
      await joined
      return (await welcome).subarray(2, 34)
    }
    await enter(from)
    const address = await enter(to)
    pairs.push({ from, to, message: frame(0x04, address, Buffer.from([4, 0]), Buffer.alloc(1024)) })
  }
  return pairs
}

/** Sends `total` messages, a few in flight for each pair; milliseconds of each from send to arrival. */
function exchange(pairs: readonly Pair[], total: number): Promise<{ perSecond: number; times: number[] }> {
  const times: number[] = []
  let sent = 0
  const begin = performance.now()
  return new Promise((resolve) => {
    for (const { from, to, message } of pairs) {
      const starts: number[] = []
      const send = (): void => {
        if (sent++ >= total) return
        starts.push(performance.now())
        from.send(message)
      }
      to.removeAllListeners('message')
      to.on('message', (data: Buffer) => {
        if (data.length < 1024) return
        times.push(performance.now() - starts.shift()!)
        if (times.length === total)
          resolve({ perSecond: (1000 * total) / (performance.now() - begin), times })
        else send()
      })
      send()
      if (pairs.length < 1000) send()
    }
  })
}

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))]!

interface Run {
  readonly perSecond: number
  readonly times: readonly number[]
  /** Of the server, for each message. */
  readonly busyMicroseconds: number
}

/** Of one round. */
const MESSAGES = 20_000

const forwarding = (sockets: number): readonly BenchCase[] => {
  const contest = (
    name: string,
    unit: string,
    better: 'more' | 'less',
    of: (run: Run) => number,
  ): BenchCase => ({
    name,
    n: sockets,
    unit,
    better,
    rounds: 5,
    prepare: async () => {
      const [relay, bare] = [await startRelay({ RELAY_DATA: 'memory' }), await startBare()]
      const mine = await openPairs(relay.url, sockets / 2, true)
      const theirs = await openPairs(bare.url, sockets / 2, false)
      const measure = (server: Server, pairs: readonly Pair[]) => async () => {
        const before = server.busyMicroseconds()
        const run = await exchange(pairs, MESSAGES)
        return of({ ...run, busyMicroseconds: (server.busyMicroseconds() - before) / MESSAGES })
      }
      return {
        ours: measure(relay, mine),
        peer: { name: 'bare ws', measure: measure(bare, theirs) },
        end: () => {
          relay.end()
          bare.end()
        },
      }
    },
  })
  return [
    contest('forwarded 1 KiB', 'msgs/s', 'more', (run) => run.perSecond),
    contest('core time of the server, 1 KiB', 'µs', 'less', (run) => run.busyMicroseconds),
    contest('1 KiB, p50', 'ms', 'less', ({ times }) => quantile(times, 0.5)),
    contest('1 KiB, p99', 'ms', 'less', ({ times }) => quantile(times, 0.99)),
  ]
}

const idle: BenchCase = {
  name: 'memory of an idle socket',
  n: 4000,
  unit: 'bytes',
  better: 'less',
  rounds: 1,
  prepare: async () => {
    const grown = async (server: Server, ours: boolean): Promise<number> => {
      await openPairs(server.url, 100, ours)
      const before = server.residentBytes()
      await openPairs(server.url, 2000, ours)
      const bytes = (server.residentBytes() - before) / 4000
      server.end()
      return bytes
    }
    return {
      ours: async () => grown(await startRelay({ RELAY_DATA: 'memory' }), true),
      peer: { name: 'bare ws', measure: async () => grown(await startBare(), false) },
    }
  },
}

const request = (n: number): Buffer => Buffer.from([0, 0, n >> 8, n & 255])

/** One relay and a stock of pre-keys, taken with as many requests in flight as `wide` says. */
const taking = (store: string, wide: number): BenchCase => ({
  name: `take a pre-key, ${store}, ${wide} at once`,
  n: 2000,
  unit: 'takes/s',
  better: 'more',
  rounds: 3,
  prepare: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'relay-bench-'))
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    const redis =
      store === 'Redis'
        ? spawn('redis-server', [
            '--port',
            `${port}`,
            '--dir',
            directory,
            '--save',
            '',
            '--appendonly',
            'yes',
            '--appendfsync',
            'always',
          ])
        : null
    if (redis !== null) await new Promise((resolve) => setTimeout(resolve, 1000))
    const relay = await startRelay(
      redis === null
        ? { RELAY_DATA: join(directory, 'relay.db') }
        : { REDIS_URL: `redis://127.0.0.1:${port}` },
    )
    const [{ to: owner, from: taker, message }] = (await openPairs(relay.url, 1, true)) as [Pair]
    const address = message.subarray(2, 34)
    const ours = async (): Promise<number> => {
      for (let put = 0; put < 100; put++) {
        const items = Array.from({ length: 20 }, () =>
          Buffer.concat([Buffer.from([9, 214]), randomBytes(2518)]),
        )
        const stored = nextOf(owner, 0x90)
        owner.send(frame(0x10, request(put), Buffer.from([0, 0, 20]), ...items))
        await stored
      }
      const waiting: (() => void)[] = []
      const listen = (data: Buffer): void => void (data[1] === 0x91 && waiting.shift()?.())
      taker.on('message', listen)
      const take = (i: number): Promise<void> =>
        new Promise((resolve) => {
          waiting.push(resolve)
          taker.send(frame(0x11, request(i), address))
        })
      const rate = await perSecond(2000 / wide, (i) =>
        Promise.all(Array.from({ length: wide }, () => take(i))),
      )
      taker.off('message', listen)
      return rate * wide
    }
    return {
      ours,
      peer: null,
      end: () => {
        relay.end()
        redis?.kill('SIGKILL')
        setTimeout(() => rmSync(directory, { recursive: true, force: true }), 500)
      },
    }
  },
})

export const cases: readonly BenchCase[] = [
  ...[100, 1000, 5000].flatMap(forwarding),
  idle,
  ...['a file', 'Redis'].flatMap((store) => [taking(store, 1), taking(store, 100)]),
]
