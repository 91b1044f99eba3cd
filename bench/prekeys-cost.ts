import { fromHex } from '../src/codec/index.ts'
import { Secret } from '../src/crypto/index.ts'
import { type Address, createSelf } from '../src/identity/index.ts'
import {
  acceptAnswer,
  answerPreKey,
  extendStock,
  type Owner,
  openLetter,
  writeLetter,
} from '../src/prekeys/index.ts'
import { benchCrypto } from './pair.ts'
import { type BenchCase, milliseconds } from './runner.ts'

const groupId = new Uint8Array(16)

const prepare = async () => {
  const crypto = await benchCrypto()
  const memberAt = (digit: string) =>
    createSelf(crypto, groupId, { name: 'member', lease: 86_400_000, address: digit.repeat(64) as Address })
  const [sleeper, other] = [await memberAt('1'), await memberAt('2')]
  const address = fromHex(sleeper.entry.address).slice(0, 16)
  const owner: Owner = { groupId, address, verifier: new Secret(crypto.random(32)) }
  return { crypto, owner, sleeper, other }
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
  alone('pre-keys generated', 100, 5, async () => {
    const { crypto, owner } = await prepare()
    return () => milliseconds(() => extendStock(crypto, owner, [], 100))
  }),
  alone('pre-key answered', 1, 15, async () => {
    const { crypto, owner, other } = await prepare()
    const { published } = await extendStock(crypto, owner, [], 1)
    return () => milliseconds(() => answerPreKey(crypto, owner, other, published[0]!))
  }),
  alone('answer accepted', 1, 15, async () => {
    const { crypto, owner, other } = await prepare()
    const { stock, published } = await extendStock(crypto, owner, [], 1)
    const made = await answerPreKey(crypto, owner, other, published[0]!)
    if (made === null) throw new Error('not a pre-key')
    const newcomer = fromHex(other.entry.address).slice(0, 16)
    return () => milliseconds(() => acceptAnswer(crypto, owner, stock[0]!, { newcomer, answer: made.answer }))
  }),
  alone('letter written', 1, 15, async () => {
    const { crypto, owner, sleeper, other } = await prepare()
    const { published } = await extendStock(crypto, owner, [], 1)
    const letter = { groupId, self: other, peer: sleeper, published: published[0]! }
    return () => milliseconds(() => writeLetter(crypto, letter))
  }),
  alone('letter opened', 1, 15, async () => {
    const { crypto, owner, sleeper, other } = await prepare()
    const { stock, published } = await extendStock(crypto, owner, [], 1)
    const made = await writeLetter(crypto, { groupId, self: other, peer: sleeper, published: published[0]! })
    if (made === null) throw new Error('not a pre-key')
    const reading = { groupId, self: sleeper, peer: other, preKey: stock[0]! }
    return () => milliseconds(() => openLetter(crypto, reading, made.letterHead))
  }),
]
