import { nativeEngines } from '../src/crypto/testing/node-engines.ts'
import { benchCrypto, createPair } from './pair.ts'
import { createSignalPair } from './peers/libsignal.mjs'
import { type BenchCase, milliseconds, perSecond } from './runner.ts'

const peerName = 'libsignal-client 0.103.0'
const text = new Uint8Array(1024).fill(7)

/** Both sides of the contest: they seal and open alike. `native`: with all that Node computes without JavaScript. */
const createEnds = async (native: boolean) =>
  [
    await createPair(await benchCrypto(native ? nativeEngines() : undefined)),
    await createSignalPair(),
  ] as const
type Ends = Awaited<ReturnType<typeof createEnds>>[number]

/** One speaker, `n` messages, each opened as it comes. */
const chain = (ends: Ends, n: number) => perSecond(n, async () => ends.open(1, await ends.seal(0, text)))

/** The speaker changes with every message: for us, a turn with X25519 and ML-KEM-768 each time. */
const pingPong = (ends: Ends, n: number) =>
  perSecond(n, async (i) => {
    const [from, to] = i % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
    await ends.open(to, await ends.seal(from, text))
  })

const speed = (
  name: string,
  n: number,
  play: (ends: Ends, n: number) => Promise<number>,
  native = true,
): BenchCase => ({
  name,
  n,
  unit: 'messages/s',
  better: 'more',
  rounds: 9,
  prepare: async () => {
    const [ours, theirs] = await createEnds(native)
    return { ours: () => play(ours, n), peer: { name: peerName, measure: () => play(theirs, n) } }
  },
})

const seals = (n: number): BenchCase => ({
  name: '1 KiB, sealed in a chain',
  n,
  unit: 'messages/s',
  better: 'more',
  rounds: 9,
  prepare: async () => {
    const [ours, theirs] = await createEnds(true)
    const play = async (ends: Ends): Promise<number> => {
      const sealed: Uint8Array[] = []
      const figure = await perSecond(n, async () => sealed.push(await ends.seal(0, text)))
      for (const bytes of sealed) await ends.open(1, bytes)
      return figure
    }
    return { ours: () => play(ours), peer: { name: peerName, measure: () => play(theirs) } }
  },
})

const opens = (n: number): BenchCase => ({
  name: '1 KiB, opened in a chain',
  n,
  unit: 'messages/s',
  better: 'more',
  rounds: 9,
  prepare: async () => {
    const [ours, theirs] = await createEnds(true)
    const play = async (ends: Ends): Promise<number> => {
      const sealed: Uint8Array[] = []
      for (let i = 0; i < n; i++) sealed.push(await ends.seal(0, text))
      return perSecond(n, (i) => ends.open(1, sealed[i]!))
    }
    return { ours: () => play(ours), peer: { name: peerName, measure: () => play(theirs) } }
  },
})

/** The first message to arrive after `n` that did not. */
const jump = (n: number): BenchCase => ({
  name: 'opening after a gap',
  n,
  unit: 'ms',
  better: 'less',
  rounds: 5,
  prepare: async () => {
    const [ours, theirs] = await createEnds(true)
    const play = async (ends: Ends): Promise<number> => {
      for (let i = 0; i < n; i++) await ends.seal(0, text)
      const last = await ends.seal(0, text)
      return milliseconds(() => ends.open(1, last))
    }
    return { ours: () => play(ours), peer: { name: peerName, measure: () => play(theirs) } }
  },
})

/** Mean size on the wire of 100 messages. */
const sizes = (name: string, turns: boolean): BenchCase => ({
  name,
  n: 100,
  unit: 'bytes',
  better: 'less',
  rounds: 1,
  prepare: async () => {
    const [ours, theirs] = await createEnds(true)
    const play = async (ends: Ends): Promise<number> => {
      let total = 0
      for (let i = 0; i < 100; i++) {
        const [from, to] = turns && i % 2 === 1 ? ([1, 0] as const) : ([0, 1] as const)
        const bytes = await ends.seal(from, text)
        total += bytes.length
        await ends.open(to, bytes)
      }
      return total / 100
    }
    return { ours: () => play(ours), peer: { name: peerName, measure: () => play(theirs) } }
  },
})

export const cases: readonly BenchCase[] = [
  seals(4000),
  opens(4000),
  speed('1 KiB, sealed and opened in a chain', 6000, chain),
  speed('1 KiB, ping-pong', 3000, pingPong),
  speed('the same chain, Web Crypto', 500, chain, false),
  speed('the same ping-pong, Web Crypto', 200, pingPong, false),
  jump(2000),
  sizes('1 KiB in a chain, bytes a message', false),
  sizes('1 KiB ping-pong, bytes a message', true),
]
