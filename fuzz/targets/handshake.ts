/** The handshake of two members and the entries that it rests on: flows of any form, in any order, and entries in their padding. */

import {
  type Bytes,
  bytes,
  type Codec,
  concat,
  decode,
  encode,
  equal,
  fixed,
  struct,
  u8,
  union,
  utf8,
} from '../../src/codec/index.ts'
import { type Flow1, type Flow2Body, flow1, flow2Body } from '../../src/identity/flows.ts'
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
import { decodeStrictly, readOrRefuse, tellEach } from '../strict.ts'
import { demand, type Target } from '../target.ts'

type Word =
  | { readonly kind: 'flow1'; readonly flow: Flow1 }
  | { readonly kind: 'flow2'; readonly flow: Flow2Body; readonly mac: Bytes }
  /** Of any length. */
  | { readonly kind: 'noise'; readonly flow: number; readonly body: Bytes }
  | { readonly kind: 'entry'; readonly padded: Bytes }

const macBytes = 32
const word: Codec<Word> = union<Word>({
  flow1: [1, struct({ flow: flow1 })],
  flow2: [2, struct({ flow: flow2Body, mac: fixed(macBytes) })],
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
  const [body, mac] = [answer.flow2.slice(0, -macBytes), answer.flow2.slice(-macBytes)]
  const pending = () => encode(initiatorStateCodec(alice.keys), opened.state, most)
  const before = pending()

  const take = async (flow: number, body: Bytes): Promise<string> => {
    if (flow === 1) {
      const { kind, ...rest } = await respondHandshake(crypto, answering, body)
      if ('flow2' in rest) demand(rest.flow2.length === flow2Bytes, 'flow 2 has one size')
      return `flow 1: ${'code' in rest ? rest.code : kind}`
    }
    const finish = await finishHandshake(crypto, opened.state, body)
    demand(equal(pending(), before), 'a flow 2 leaves the run as it was')
    return `flow 2: ${finish.kind === 'rejected' ? finish.code : finish.kind}`
  }

  const say = async (said: Word): Promise<string> => {
    switch (said.kind) {
      case 'flow1':
        return take(1, encode(flow1, said.flow, most))
      case 'flow2':
        return take(2, concat(encode(flow2Body, said.flow, most), said.mac))
      case 'noise':
        return take(said.flow, said.body)
      case 'entry': {
        const read = readOrRefuse(() => unpadEntry(said.padded))
        if ('refusal' in read) return `entry: ${read.refusal}`
        demand(equal(padEntry(read.value), said.padded), 'an entry pads to the same bytes')
        decodeStrictly(memberEntry, encode(memberEntry, read.value, most))
        return 'entry: read'
      }
    }
  }

  return {
    fields: fieldsBy(word),
    seeds: [
      encode(word, { kind: 'flow1', flow: decode(flow1, opened.flow1) }, most),
      encode(word, { kind: 'flow2', flow: decode(flow2Body, body), mac }, most),
      encode(word, { kind: 'noise', flow: 1, body: opened.flow1.slice(0, flow1Bytes - 1) }, most),
      encode(word, { kind: 'entry', padded: padEntry(alice.entry) }, most),
    ],
    longest: 6,
    async run(input) {
      reset()
      return tellEach(word, input, say)
    },
  }
}
