import { benchCrypto, createPair } from './pair.ts'
import { type BenchCase, perSecond } from './runner.ts'

const text = new Uint8Array(1024).fill(7)
type Ends = Awaited<ReturnType<typeof createPair>>

const speed = (name: string, n: number, play: (ends: Ends) => Promise<number>): BenchCase => ({
  name,
  n,
  unit: 'messages/s',
  better: 'more',
  rounds: 9,
  prepare: async () => {
    // Beside the same session on the package that takes the place of a missing ML-KEM.
    const [ours, portable] = [await createPair(await benchCrypto()), await createPair(await benchCrypto({}))]
    return {
      ours: () => play(ours),
      peer: { name: 'this code on mlkem', measure: () => play(portable) },
    }
  },
})

export const cases: readonly BenchCase[] = [
  speed('1 KiB, sealed and opened in a chain', 1000, (ends) =>
    perSecond(1000, async () => ends.open(1, await ends.seal(0, text))),
  ),
  speed('1 KiB, ping-pong', 400, (ends) =>
    perSecond(400, async (i) => {
      const [from, to] = i % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
      await ends.open(to, await ends.seal(from, text))
    }),
  ),
]
