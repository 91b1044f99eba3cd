/**
 * `npm run trial -- attack [NAME] [--seconds S]`: a real relay under each attack of `attacks.ts`, and what honest
 * clients on other networks notice of it.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AttackName, attacks, victimRoom } from './attacks.ts'
import { enter, secretOf, type TestClient } from './client.ts'
import { startProcess, type TestProcess } from './process.ts'

export interface Outcome {
  readonly attack: AttackName | 'none'
  /** Of an honest client in another room. */
  readonly pingP50: number
  readonly pingP99: number
  readonly pingMax: number
  /** Until a newcomer and a member were in the attacked room; `null`: not within 5 s. */
  readonly newcomerMs: number | null
  readonly memberMs: number | null
  /** Joining, mailing and taking elsewhere. */
  readonly worksElsewhere: boolean
  /** Presence frames that one victim in the attacked room got in a second. */
  readonly presencePerSecond: number
  readonly residentMiB: number
}

const defaults = {
  RELAY_EXEMPT_LOOPBACK: 'no',
  RELAY_TRUSTED_PROXIES: '127.0.0.1',
  RELAY_PREKEYS: '100',
  RELAY_MAILBOX_LETTERS: '256',
  RELAY_MAILBOX_BYTES: '1048576',
  RELAY_NETWORK_PER_SECOND: '10',
  RELAY_NETWORK_BURST: '600',
  RELAY_MESSAGES_PER_SECOND: '200',
  RELAY_MESSAGE_BURST: '1000',
  RELAY_SOCKETS_PER_IP: '64',
}
const token = { current: secretOf(77), former: null }
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const within = <T>(ms: number, run: Promise<T>): Promise<T | null> =>
  Promise.race([run.catch(() => null), pause(ms).then(() => null)])

async function timed(ms: number, run: () => Promise<unknown>): Promise<number | null> {
  const begin = performance.now()
  const done = await within(ms, run())
  return done === null ? null : performance.now() - begin
}

/** Pings, one after the other, until `until`. */
async function pings(client: TestClient, until: number): Promise<number[]> {
  const times: number[] = []
  while (performance.now() < until) {
    const ms = await timed(20_000, async () => {
      client.say({ kind: 'ping' })
      return await client.next('pong')
    })
    times.push(ms ?? 20_000)
    await pause(20)
  }
  return times.sort((a, b) => a - b)
}

async function worksElsewhere(url: string, n: number): Promise<boolean> {
  const room = 'cf'.repeat(32)
  const done = await within(
    5000,
    (async () => {
      const one = await enter(url, n, { network: '198.51.100.7', room })
      one.say({ kind: 'prekeys-put', request: 1, replace: true, items: [secretOf(n)] })
      await one.next('prekeys-stored')
      const two = await enter(url, n + 1, { network: '198.51.100.8', room })
      two.say({ kind: 'prekeys-take', request: 2, of: one.address })
      two.say({ kind: 'mail', request: 3, to: one.address, payload: secretOf(n) })
      const taken = await two.next('prekey')
      await two.next('mailed')
      for (const { socket } of [one, two]) socket.terminate()
      return taken.item !== null
    })(),
  )
  return done === true
}

const startAttack = (attack: AttackName, url: string): ChildProcess =>
  spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('../trial.ts', import.meta.url)), 'attacker', attack, url],
    { stdio: 'ignore' },
  )

async function measure(relay: TestProcess, attack: AttackName | 'none', seconds: number): Promise<Outcome> {
  const { url } = relay
  const founder = await enter(url, 101, { network: '192.0.2.1', room: victimRoom, token })
  founder.say({ kind: 'prekeys-put', request: 1, replace: false, items: [] })
  await founder.next('prekeys-stored')
  let presence = 0
  founder.socket.on('message', (data: Buffer) => {
    if (data[1] === 0x83) presence++
  })
  const honest = await enter(url, 102, { network: '192.0.2.2', room: 'cc'.repeat(32) })
  const attacker = attack === 'none' ? null : startAttack(attack, url)
  try {
    // Until the attack has begun and its first bursts are over.
    await pause(4000)
    presence = 0
    const pinging = pings(honest, performance.now() + seconds * 1000)
    await pause(seconds * 500)
    const come = (n: number, network: string, shown: object) =>
      timed(5000, () => enter(url, n, { network, room: victimRoom, ...shown }))
    const newcomerMs = await come(103, '192.0.2.3', {})
    const memberMs = await come(104, '192.0.2.4', { token })
    const works = await worksElsewhere(url, 105)
    const times = await pinging
    const at = (q: number): number => times[Math.floor(q * (times.length - 1))] ?? 0
    const text = await (await fetch(`${url}/metrics`)).text()
    const resident = Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1])
    return {
      attack,
      pingP50: at(0.5),
      pingP99: at(0.99),
      pingMax: at(1),
      newcomerMs,
      memberMs,
      worksElsewhere: works,
      presencePerSecond: presence / seconds,
      residentMiB: resident / 2 ** 20,
    }
  } finally {
    attacker?.kill('SIGKILL')
  }
}

/** Runs one attack against a relay with its default limits. */
export async function attackTrial(attack: AttackName | 'none', seconds: number): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'relay-attack-'))
  const relay = await startProcess({ ...defaults, RELAY_DATA: join(directory, 'relay.db') })
  try {
    return await measure(relay, attack, seconds)
  } finally {
    await relay.kill()
    rmSync(directory, { recursive: true })
  }
}

export const attackNames: readonly (AttackName | 'none')[] = [
  'none',
  ...(Object.keys(attacks) as AttackName[]),
]

/** Whether honest clients were served as promised. Pings are compared with those without an attack. */
export const isServed = (
  { newcomerMs, memberMs, worksElsewhere: works, pingP99 }: Outcome,
  quietP99: number,
): boolean => newcomerMs !== null && memberMs !== null && works && pingP99 < Math.max(50, 4 * quietP99)
