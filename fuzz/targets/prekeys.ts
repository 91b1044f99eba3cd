/** Pre-keys: what a relay hands out in their name, answers of newcomers and letters of members to one that sleeps, and a stored stock. */

import {
  type Bytes,
  bytes,
  type Codec,
  encode,
  equal,
  fixed,
  struct,
  union,
  utf8,
} from '../../src/codec/index.ts'
import { Secret } from '../../src/crypto/index.ts'
import { type Address, createSelf } from '../../src/identity/index.ts'
import {
  acceptAnswer,
  answerPreKey,
  extendStock,
  letterRunOf,
  type Owner,
  openLetter,
  openPublished,
  preKeyIdOf,
  stockCodec,
  writeLetter,
} from '../../src/prekeys/index.ts'
import { fieldsBy } from '../fields.ts'
import { createPrimitives } from '../primitives.ts'
import { decodeStrictly, tellEach } from '../strict.ts'
import { demand, type Target } from '../target.ts'

type Word =
  | { readonly kind: 'published'; readonly item: Bytes }
  | { readonly kind: 'answer'; readonly newcomer: Bytes; readonly answer: Bytes }
  | { readonly kind: 'letter'; readonly head: Bytes }
  | { readonly kind: 'stock'; readonly stored: Bytes }

const word: Codec<Word> = union<Word>({
  published: [1, struct({ item: bytes(4_096) })],
  answer: [2, struct({ newcomer: fixed(16), answer: bytes(8_192) })],
  letter: [3, struct({ head: bytes(8_192) })],
  stock: [4, struct({ stored: bytes(16_384) })],
})
const most = 32_768

export const createTarget = async (): Promise<Target> => {
  const { crypto, reset } = await createPrimitives()
  const groupId = crypto.hash(utf8('group')).slice(0, 16)
  const memberNamed = (name: string, address: string) =>
    createSelf(crypto, groupId, { name, lease: 86_400_000, address: address.repeat(32) as Address })
  const [reader, writer] = [await memberNamed('asleep', 'a1'), await memberNamed('awake', 'b2')]
  const own = (digit: number): Bytes => new Uint8Array(16).fill(digit)
  const owner = (): Owner => ({
    groupId,
    address: own(0xa1),
    verifier: new Secret(crypto.hash(utf8('verifier'))),
  })
  const { stock, published } = await extendStock(crypto, owner(), [], 3)
  const [first, second] = stock
  const answered = await answerPreKey(crypto, owner(), writer, published[0]!)
  const written = await writeLetter(crypto, { groupId, self: writer, peer: reader, published: published[1]! })
  if (answered === null || written === null || first === undefined || second === undefined)
    throw new Error('an honest pre-key is refused')
  const whole = () => encode(stockCodec, stock, most)
  const before = whole()

  const take = async (said: Word): Promise<string> => {
    switch (said.kind) {
      case 'published': {
        const isOne = openPublished(crypto, said.item) !== null
        const answer = await answerPreKey(crypto, owner(), writer, said.item)
        const letter = await writeLetter(crypto, {
          groupId,
          self: writer,
          peer: reader,
          published: said.item,
        })
        demand(isOne || (answer === null && letter === null), 'only a pre-key is answered or written to')
        return `published: ${isOne ? 'taken' : 'refused'}, ${answer === null ? 'no ' : ''}answer, ${letter === null ? 'no ' : ''}letter`
      }
      case 'answer': {
        const { newcomer, answer } = said
        const { kind } = await acceptAnswer(crypto, owner(), first, { newcomer, answer })
        preKeyIdOf(answer)
        return `answer: ${kind}`
      }
      case 'letter': {
        const { head } = said
        const { kind } = await openLetter(
          crypto,
          { groupId, self: reader, peer: writer, preKey: second },
          head,
        )
        const isNamed = letterRunOf(head) !== null && preKeyIdOf(head) !== null
        demand(kind === 'rejected' || isNamed, 'a letter that opens names its run and its pre-key')
        return `letter: ${kind}`
      }
      case 'stock': {
        const decoded = decodeStrictly(stockCodec, said.stored)
        return `stock: ${'refusal' in decoded ? decoded.refusal : 'read'}`
      }
    }
  }

  const words: readonly Word[] = [
    ...published.map((item): Word => ({ kind: 'published', item })),
    { kind: 'answer', newcomer: own(0xb2), answer: answered.answer },
    { kind: 'letter', head: written.letterHead },
    { kind: 'stock', stored: before },
  ]
  return {
    fields: fieldsBy(word),
    seeds: words.map((one) => encode(word, one, most)),
    longest: 6,
    async run(input) {
      reset()
      return tellEach(word, input, async (said) => {
        const outcome = await take(said)
        demand(equal(whole(), before), 'what fails leaves the stock whole')
        return outcome
      })
    },
  }
}
