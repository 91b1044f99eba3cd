import type { Bytes } from '../../codec/index.ts'
import { type Crypto, createCrypto } from '../../crypto/index.ts'
import { step } from '../cpace-oquake.ts'
import type { RunOutcome, RunState } from '../run-state.ts'
import { members, newcomer, play, publicKeyOf, type Sides } from '../testing/play.ts'
import { welch } from './welch.ts'

/**
 * Reports, never judges:
 *   npx tsx src/pake/simulation/main.ts [--runs N]
 * 1. what a live run costs, both sides together, and which primitives take it;
 * 2. whether the responder's time up to its reply differs between a right and a wrong password (Welch's t).
 */
const flag = process.argv.indexOf('--runs')
const runs = flag < 0 ? 10_000 : Number(process.argv[flag + 1])

interface Sample {
  readonly operation: string
  readonly duration: number
}

const load = (records: Sample[] | null): Promise<Crypto> =>
  createCrypto({
    subtle: globalThis.crypto.subtle as never,
    random: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
    recorder: {
      now: () => performance.now(),
      record: ({ operation, algorithm, duration }) =>
        void records?.push({ operation: `${operation} ${algorithm}`, duration }),
    },
  })

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

const protocols = ['CPaceOQUAKE', 'CPaceOQUAKE+'] as const
type Protocol = (typeof protocols)[number]

const publicKey = await publicKeyOf(await load(null))
const sidesOf = (crypto: Crypto, protocol: Protocol): Sides =>
  protocol === 'CPaceOQUAKE' ? members(crypto) : newcomer(crypto, publicKey)

const reportCost = async (protocol: Protocol): Promise<void> => {
  const records: Sample[] = []
  const crypto = await load(records)
  const times: number[] = []
  const warmUp = 50
  for (let i = 0; i < 250; i++) {
    if (i === warmUp) {
      records.length = 0
      times.length = 0
    }
    const start = performance.now()
    await play(crypto, sidesOf(crypto, protocol))
    times.push(performance.now() - start)
  }
  const total = times.reduce((sum, time) => sum + time, 0)
  const shares = new Map<string, number>()
  for (const { operation, duration } of records) {
    shares.set(operation, (shares.get(operation) ?? 0) + duration)
  }
  console.log(`${protocol}: median ${median(times).toFixed(2)} ms both sides, ${times.length} runs`)
  for (const [operation, time] of [...shares].sort((a, b) => b[1] - a[1])) {
    console.log(`  ${((100 * time) / total).toFixed(1).padStart(5)} %  ${operation}`)
  }
}

const batch = 100

const nextOf = (outcome: RunOutcome): { state: RunState; message: Bytes } => {
  if (outcome.kind !== 'continue') throw new Error('the run ended early')
  return outcome
}

const timed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
  const start = performance.now()
  const value = await work()
  return [value, performance.now() - start]
}

/**
 * Times of the responder's own steps, in milliseconds, for a batch of runs in lockstep: were each run played
 * through by itself, the responder would repeat what the initiator did a moment before, on warm caches if the
 * password is right.
 */
const timeBatch = async (crypto: Crypto, passwords: readonly string[]): Promise<number[]> => {
  const sides = passwords.map((password) => members(crypto, password))
  const seconds: (readonly [RunOutcome, number])[] = []
  for (const { opened, listening } of sides) {
    seconds.push(await timed(() => step(crypto, listening, opened.message)))
  }
  const thirds: Bytes[] = []
  for (const [i, { opened }] of sides.entries()) {
    thirds.push(nextOf(await step(crypto, opened.state, nextOf(seconds[i]![0]).message)).message)
  }
  const times: number[] = []
  for (const [i, [second, spent]] of seconds.entries()) {
    const [, again] = await timed(() => step(crypto, nextOf(second).state, thirds[i]!))
    times.push(spent + again)
  }
  return times
}

const reportTiming = async (): Promise<void> => {
  const crypto = await load(null)
  const right: number[] = []
  const wrong: number[] = []
  for (let made = -5 * batch; made < 2 * runs; made += batch) {
    // Which comes next is drawn, so that no drift of the machine favours one.
    const passwords = Array.from(crypto.random(batch), (byte) => (byte & 1 ? 'verifier' : 'mistaken'))
    const times = await timeBatch(crypto, passwords)
    if (made < 0) continue
    for (const [i, time] of times.entries()) (passwords[i] === 'verifier' ? right : wrong).push(time)
  }
  console.log(`responder up to its reply: ${right.length} right, ${wrong.length} wrong`)
  for (const keep of [1, 0.99, 0.9, 0.5]) {
    const limit = [...right, ...wrong].sort((a, b) => a - b)[
      Math.ceil(keep * (right.length + wrong.length)) - 1
    ]!
    const [a, b] = [right, wrong].map((times) => times.filter((time) => time <= limit)) as [
      number[],
      number[],
    ]
    const { t, difference } = welch(a, b)
    console.log(
      `  fastest ${(100 * keep).toFixed(0).padStart(3)} %: t = ${t.toFixed(2).padStart(6)}, ` +
        `difference of means ${(1000 * difference).toFixed(1)} µs`,
    )
  }
}

console.log('Cost of a live run in this engine, without stretching')
for (const protocol of protocols) await reportCost(protocol)
console.log('')
console.log('Right against wrong password, Welch’s t (beyond ±4.5 suspicious)')
await reportTiming()
