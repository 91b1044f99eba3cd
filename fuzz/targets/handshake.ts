/** The handshake of two members and the entries that it rests on: flows of any form, in any order, and entries in their padding. */

import {
  type Bytes,
  bytes,
  type Codec,
  decode,
  encode,
  fixed,
  struct,
  u8,
  union,
  utf8,
} from '../../src/codec/index.ts'
import {
  type Address,
  createSelf,
  finishHandshake,
  flow1Bytes,
  flow2Bytes,
  initiateHandshake,
  initiatorStateCodec,
  memberEntry,
  padEntry,
  respondHandshake,
  unpadEntry,
} from '../../src/identity/index.ts'
import { fieldsBy } from '../fields.ts'
import { createPrimitives } from '../primitives.ts'
import { decodeStrictly, readOrRefuse } from '../strict.ts'
import { demand, type Target } from '../target.ts'

type Word =
  | {
      readonly kind: 'flow1'
      readonly flow: {
        readonly run: Bytes
        readonly dh: Bytes
        readonly kem: Bytes
        readonly ciphertext: Bytes
      }
    }
  | {
      readonly kind: 'flow2'
      readonly flow: {
        readonly run: Bytes
        readonly dh: Bytes
        readonly nextDh: Bytes
        readonly nextKem: Bytes
        readonly toEphemeral: Bytes
        readonly toIdentity: Bytes
        readonly mac: Bytes
      }
    }
  /** Of any length. */
  | { readonly kind: 'noise'; readonly flow: number; readonly body: Bytes }
  | { readonly kind: 'entry'; readonly padded: Bytes }

const flow1 = struct({ run: fixed(16), dh: fixed(32), kem: fixed(1_184), ciphertext: fixed(1_088) })
const flow2 = struct({
  run: fixed(16),
  dh: fixed(32),
  nextDh: fixed(32),
  nextKem: fixed(1_184),
  toEphemeral: fixed(1_088),
  toIdentity: fixed(1_088),
  mac: fixed(32),
})
const word: Codec<Word> = union<Word>({
  flow1: [1, struct({ flow: flow1 })],
  flow2: [2, struct({ flow: flow2 })],
  noise: [3, struct({ flow: u8, body: bytes(4_096) })],
  entry: [4, struct({ padded: bytes(2_048) })],
})
const most = 8_192

export const createTarget = async (): Promise<Target> => {
  const { crypto, reset } = await createPrimitives()
  const groupId = crypto.hash(utf8('group')).slice(0, 16)
  const memberNamed = (name: string, address: string) =>
    createSelf(crypto, groupId, { name, lease: 300_000, address: address.repeat(32) as Address })
  const [alice, bob] = [await memberNamed('Alice', 'a1'), await memberNamed('Bob', 'b2')]
  const opened = await initiateHandshake(crypto, { groupId, self: alice, peer: bob, psk: null })
  const answering = { groupId, self: bob, peer: alice, psk: null }
  const answer = await respondHandshake(crypto, answering, opened.flow1)
  if (answer.kind !== 'answered') throw new Error('an honest flow 1 is refused')
  const pending = () => encode(initiatorStateCodec(alice.keys), opened.state, most)
  const before = pending()

  const take = async (flow: number, body: Bytes): Promise<string> => {
    if (flow === 1) {
      const { kind, ...rest } = await respondHandshake(crypto, answering, body)
      if ('flow2' in rest) demand(rest.flow2.length === flow2Bytes, 'flow 2 has one size')
      return `flow 1: ${'code' in rest ? rest.code : kind}`
    }
    const finish = await finishHandshake(crypto, opened.state, body)
    demand(Buffer.from(pending()).equals(before), 'a flow 2 leaves the run as it was')
    return `flow 2: ${finish.kind === 'rejected' ? finish.code : finish.kind}`
  }

  return {
    fields: fieldsBy(word),
    seeds: [
      encode(word, { kind: 'flow1', flow: decode(flow1, opened.flow1) }, most),
      encode(word, { kind: 'flow2', flow: decode(flow2, answer.flow2) }, most),
      encode(word, { kind: 'noise', flow: 1, body: opened.flow1.slice(0, flow1Bytes - 1) }, most),
      encode(word, { kind: 'entry', padded: padEntry(alice.entry) }, most),
    ],
    longest: 6,
    async run(input) {
      reset()
      const outcomes: string[] = []
      for (const message of input) {
        const decoded = decodeStrictly(word, message)
        if ('refusal' in decoded) {
          outcomes.push(decoded.refusal)
          continue
        }
        const said = decoded.value
        if (said.kind === 'flow1') outcomes.push(await take(1, encode(flow1, said.flow, most)))
        else if (said.kind === 'flow2') outcomes.push(await take(2, encode(flow2, said.flow, most)))
        else if (said.kind === 'noise') outcomes.push(await take(said.flow, said.body))
        else {
          const read = readOrRefuse(() => unpadEntry(said.padded))
          if ('value' in read) {
            demand(Buffer.from(padEntry(read.value)).equals(said.padded), 'an entry pads to the same bytes')
            decodeStrictly(memberEntry, encode(memberEntry, read.value, most))
          }
          outcomes.push(`entry: ${'refusal' in read ? read.refusal : 'read'}`)
        }
      }
      return outcomes
    },
  }
}
