import { Secret } from '../src/crypto/index.ts'
import { strongSuite } from '../src/pake/index.ts'
import {
  acceptAnswer,
  answerPreKey,
  extendStock,
  type Owner,
  preKeyIdOf,
  takeOnce,
} from '../src/prekeys/index.ts'
import { benchCrypto } from './pair.ts'
import { type BenchCase, milliseconds } from './runner.ts'

const [member, newcomer] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]

const prepare = async () => {
  const crypto = await benchCrypto()
  const verifier = new Secret(crypto.random(32))
  const owner: Owner = { suite: strongSuite, groupId: new Uint8Array(16), member, verifier }
  return { crypto, owner }
}

/** Milliseconds; nobody else has such pre-keys to compare with. */
const alone = (
  name: string,
  n: number,
  rounds: number,
  work: () => Promise<() => Promise<number>>,
): BenchCase => ({
  name,
  n,
  unit: 'ms',
  better: 'less',
  rounds,
  prepare: async () => ({ ours: await work(), peer: null }),
})

export const cases: readonly BenchCase[] = [
  alone('pre-keys generated, suite 2', 100, 5, async () => {
    const { crypto, owner } = await prepare()
    return () => milliseconds(() => extendStock(crypto, owner, [], 100))
  }),
  alone('pre-key answered, suite 2', 1, 15, async () => {
    const { crypto, owner } = await prepare()
    const { published } = await extendStock(crypto, owner, [], 1)
    return () => milliseconds(() => answerPreKey(crypto, owner, newcomer, published[0]!))
  }),
  alone('answer accepted, suite 2', 1, 15, async () => {
    const { crypto, owner } = await prepare()
    const { stock, published } = await extendStock(crypto, owner, [], 1)
    const made = await answerPreKey(crypto, owner, newcomer, published[0]!)
    if (made === null) throw new Error('not a pre-key')
    const id = preKeyIdOf(owner, made.answer)
    const taken = id === null ? null : takeOnce(stock, id)
    if (taken === null) throw new Error('no pre-key')
    // The same answer again and again: what it wipes is its own.
    return () =>
      milliseconds(() => acceptAnswer(crypto, owner, taken.preKey, { newcomer, answer: made.answer }))
  }),
]
