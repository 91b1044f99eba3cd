/**
 * `npm run trial -- crash|fuzz|attack`: a real relay, killed under load, fed with fuzzed frames, or attacked.
 * Ends with `N passed, N failed`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bytes, encode, fromHex, toHex } from '../src/codec/index.ts'
import { type ClientFrame, clientFrame } from '../src/relay-protocol/index.ts'
import { attackNames, attackTrial, isServed } from './testing/attack-trial.ts'
import { type AttackName, attacks } from './testing/attacks.ts'
import { connectTo, enter, type TestClient } from './testing/client.ts'
import { startProcess, type TestProcess } from './testing/process.ts'
import { startRedis } from './testing/redis.ts'

/** What the relay acknowledged to the clients, over all its restarts. */
interface Ledger {
  readonly put: Set<string>
  readonly taken: Set<string>
  readonly mailed: Set<string>
  readonly fetched: Set<string>
  /** Takes whose response was lost with the relay. Each may have cost one pre-key. */
  unanswered: number
  readonly faults: string[]
}

const numbered = (n: number): Bytes => fromHex(n.toString(16).padStart(64, '0'))

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Repeats one request at a time until the socket closes. */
async function repeat(client: TestClient, act: () => Promise<void>): Promise<void> {
  let open = true
  const gone = client.closed.then(() => {
    open = false
  })
  while (open) await Promise.race([act(), gone])
}

function takeInto(ledger: Ledger, item: Bytes | null): void {
  if (item === null) return
  const name = toHex(item)
  if (ledger.taken.has(name)) ledger.faults.push(`pre-key ${name} was served twice`)
  ledger.taken.add(name)
}

/** Gives up if the relay is killed between the opening of a socket and its response. */
const enterOrGiveUp: typeof enter = (url, n) => {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('ECONNRESET: killed while entering')), 5000)
  })
  return Promise.race([enter(url, n), late])
}

async function load(urls: readonly [string, string], ledger: Ledger, next: () => number): Promise<void> {
  const owner = await enterOrGiveUp(urls[0], 1)
  owner.say({ kind: 'prekeys-put', request: 0, replace: false, items: [] })
  await Promise.race([owner.next('prekeys-stored'), owner.closed])
  const takers = await Promise.all([2, 3].map((n) => enterOrGiveUp(urls[1], n)))
  const writer = await enterOrGiveUp(urls[1], 4)
  const of = owner.address
  const putting = repeat(owner, async () => {
    const items = Array.from({ length: 20 }, () => numbered(next()))
    owner.say({ kind: 'prekeys-put', request: 1, replace: false, items })
    await owner.next('prekeys-stored')
    for (const item of items) ledger.put.add(toHex(item))
  })
  const taking = takers.map((taker) =>
    repeat(taker, async () => {
      taker.say({ kind: 'prekeys-take', request: 2, of })
      ledger.unanswered++
      const { item } = await taker.next('prekey')
      ledger.unanswered--
      takeInto(ledger, item)
    }),
  )
  const mailing = repeat(writer, async () => {
    const payload = numbered(next())
    writer.say({ kind: 'mail', request: 3, to: of, payload })
    await writer.next('mailed')
    ledger.mailed.add(toHex(payload))
  })
  await Promise.all([putting, ...taking, mailing])
}

/** Reads the whole store and compares it with what was acknowledged. */
async function settle(url: string, ledger: Ledger, emptyStock: boolean): Promise<void> {
  const owner = await enter(url, 1)
  for (let more = true, after = 0; more; ) {
    owner.say({ kind: 'mail-fetch', request: 1, after })
    const page = await owner.next('letters')
    for (const { payload } of page.letters) {
      const name = toHex(payload)
      if (ledger.fetched.has(name)) ledger.faults.push('a letter came after it was acknowledged')
      ledger.fetched.add(name)
    }
    const ids = page.letters.map(({ id }) => id)
    owner.say({ kind: 'mail-ack', request: 2, ids })
    await owner.next('mail-acked')
    after = ids.at(-1) ?? after
    more = page.more
  }
  const lost = [...ledger.mailed].filter((name) => !ledger.fetched.has(name))
  if (lost.length > 0) ledger.faults.push(`${lost.length} acknowledged letters were lost`)
  for (let left = emptyStock; left; ) {
    owner.say({ kind: 'prekeys-take', request: 3, of: owner.address })
    const { item } = await owner.next('prekey')
    takeInto(ledger, item)
    left = item !== null
  }
  const gone = [...ledger.put].filter((name) => !ledger.taken.has(name)).length
  if (emptyStock && gone > ledger.unanswered) {
    ledger.faults.push(`${gone} acknowledged pre-keys are gone, and ${ledger.unanswered} takes had no answer`)
  }
  owner.socket.terminate()
  await owner.closed
}

/** Kills the relay `rounds` times under load. With `redis`, two relays share it and one of them is killed. */
export async function crashTrial(rounds: number, redis: boolean): Promise<Ledger> {
  const directory = mkdtempSync(join(tmpdir(), 'relay-crash-'))
  const server = redis ? await startRedis() : null
  const env: Record<string, string> =
    server === null ? { RELAY_DATA: join(directory, 'relay.db') } : { REDIS_URL: server.url }
  const ledger: Ledger = {
    put: new Set(),
    taken: new Set(),
    mailed: new Set(),
    fetched: new Set(),
    unanswered: 0,
    faults: [],
  }
  let number = 0
  try {
    let steady = redis ? await startProcess(env) : null
    for (let round = 0; round < rounds; round++) {
      const victim = await startProcess(env)
      // Only a kill while a socket opens is excused.
      const loading = load([steady?.url ?? victim.url, victim.url], ledger, () => ++number).catch(
        (error: unknown) => {
          if (!(error instanceof Error && /^(ECONN|socket hang up|read ECONN)/.test(error.message))) {
            ledger.faults.push(`${error}`)
          }
        },
      )
      await pause(200 + 97 * (round % 7))
      // On a busy machine the load may not have begun by then.
      const isIdle = (): boolean => Math.min(ledger.put.size, ledger.taken.size, ledger.mailed.size) === 0
      for (let waits = 0; round === rounds - 1 && isIdle() && waits < 300; waits++) await pause(100)
      await victim.kill()
      if (steady !== null && round % 2 === 1) {
        // Kill the survivor too: the round ends when its sockets close.
        await steady.kill()
        steady = null
      }
      const after = steady ?? (await startProcess(env))
      await settle(after.url, ledger, round === rounds - 1)
      if (redis) steady = after
      else await after.kill()
      await loading
    }
    await steady?.kill()
  } finally {
    rmSync(directory, { recursive: true })
    await server?.stop()
  }
  return ledger
}

/** mulberry32: seeded, so that failures are reproducible. */
function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

interface Memory {
  readonly resident: number
  /** Heap and external buffers in use. */
  readonly used: number
}

const memoryOf = async (relay: TestProcess): Promise<Memory> => {
  await relay.collect()
  const text = await (await fetch(`${relay.url}/metrics`)).text()
  const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  const used = read('nodejs_heap_size_used_bytes') + read('nodejs_external_memory_bytes')
  return { resident: read('process_resident_memory_bytes'), used }
}

const warmUp = 20_000
/** Allowed growth until the end. */
const growth = 1.1

/** Sends `count` frames, most of them broken in some way, while an honest pair keeps talking. */
export async function fuzzTrial(count: number, seed: number) {
  const directory = mkdtempSync(join(tmpdir(), 'relay-fuzz-'))
  const relay = await startProcess({ RELAY_DATA: join(directory, 'relay.db') })
  const random = seededRandom(seed)
  const bytes = (length: number): Bytes => Uint8Array.from({ length }, () => random(256))
  const to = toHex(bytes(32))
  const valid = (): ClientFrame => {
    const request = random(2 ** 32)
    const frames: ClientFrame[] = [
      { kind: 'ping' },
      { kind: 'join', room: toHex(bytes(32)) },
      { kind: 'leave' },
      { kind: 'send', to, payload: bytes(random(200)) },
      { kind: 'prekeys-take', request, of: to },
      { kind: 'prekeys-count', request },
      { kind: 'mail', request, to, payload: bytes(random(200)) },
      { kind: 'mail-fetch', request, after: random(2 ** 32) },
      { kind: 'mail-ack', request, ids: [random(2 ** 32)] },
    ]
    return frames[random(frames.length)]!
  }
  const broken = (): Bytes => {
    const frame = encode(clientFrame, valid())
    const kind = random(40)
    if (kind === 0) return frame.slice(0, random(frame.length))
    if (kind === 1) return new Uint8Array([...frame, ...bytes(1 + random(8))])
    if (kind === 2) frame[random(frame.length)] = random(256)
    if (kind === 3) return bytes(random(100))
    // The rest are valid envelopes, so that the socket survives.
    return frame
  }
  let answered = 0
  try {
    const honest = await Promise.all([enter(relay.url, 201), enter(relay.url, 202)])
    const chat = async (): Promise<void> => {
      const payload = bytes(8)
      honest[0].say({ kind: 'send', to: honest[1].address, payload })
      if (toHex((await honest[1].next('frame')).payload) === toHex(payload)) answered++
    }
    let warm: Memory | null = null
    for (let sent = 0; sent < count; ) {
      const client = await connectTo(relay.url)
      client.socket.on('error', () => {})
      client.say({ kind: 'hello', secret: bytes(32) })
      while (sent < count && client.socket.readyState === client.socket.OPEN) {
        for (let i = 0; i < 32 && sent < count; i++, sent++) client.socket.send(broken())
        client.say({ kind: 'ping' })
        await Promise.race([client.next('pong'), client.closed])
      }
      client.socket.terminate()
      if (sent % 100 < 32) await chat()
      // Measured once warm: compiled code, the store's cache and the sockets' buffers are allocated by then.
      if (warm === null && sent >= Math.min(warmUp, count / 10)) warm = await memoryOf(relay)
    }
    await chat()
    await pause(2000)
    const end = await memoryOf(relay)
    return { answered, warm: warm ?? end, end }
  } finally {
    await relay.kill()
    rmSync(directory, { recursive: true })
  }
}

async function command([name = '', ...rest]: readonly string[]): Promise<number> {
  const numberAfter = (flag: string, usual: number): number => {
    const at = rest.indexOf(flag)
    return at < 0 ? usual : Number(rest[at + 1])
  }
  if (name === 'crash') {
    const rounds = numberAfter('--runs', 50)
    const { put, taken, mailed, unanswered, faults } = await crashTrial(rounds, rest.includes('--redis'))
    console.log(
      `${put.size} pre-keys put, ${taken.size} taken, ${unanswered} takes without answer, ${mailed.size} letters`,
    )
    for (const fault of faults) console.log(fault)
    console.log(`${rounds - Math.min(rounds, faults.length)} passed, ${faults.length} failed`)
    return faults.length
  }
  if (name === 'fuzz') {
    const { answered, warm, end } = await fuzzTrial(
      numberAfter('--runs', 1_000_000),
      numberAfter('--seed', 1),
    )
    const change = (from: number, to: number): string =>
      `${from} to ${to} (${(100 * (to / from - 1)).toFixed(1)} %)`
    console.log(
      `bytes after garbage collection, warm to end: used ${change(warm.used, end.used)}, resident ${change(warm.resident, end.resident)}; ${answered} honest frames`,
    )
    const failed =
      answered > 0 && end.used < warm.used * growth && end.resident < warm.resident * growth ? 0 : 1
    console.log(`${1 - failed} passed, ${failed} failed`)
    return failed
  }
  if (name === 'attacker') {
    await attacks[rest[0] as AttackName]()
    return 0
  }
  if (name === 'attack') {
    const chosen = attackNames.filter(
      (attack) => attack === 'none' || rest[0] === undefined || rest[0] === attack || rest[0].startsWith('-'),
    )
    let quiet = 0
    let failed = 0
    for (const attack of chosen) {
      const outcome = await attackTrial(attack, numberAfter('--seconds', 8))
      if (attack === 'none') quiet = outcome.pingP99
      const served = isServed(outcome, quiet)
      failed += served ? 0 : 1
      const shown = Object.entries(outcome).map(
        ([key, value]) => `${key} ${typeof value === 'number' ? value.toFixed(1) : value}`,
      )
      console.log(`${served ? 'served' : 'NOT SERVED'}: ${shown.join(', ')}`)
    }
    console.log(`${chosen.length - failed} passed, ${failed} failed`)
    return failed
  }
  console.error('usage: npm run trial -- crash|fuzz|attack [--runs N] [--redis] [--seed S]')
  return 2
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exit(Math.min(1, await command(process.argv.slice(2))))
}
