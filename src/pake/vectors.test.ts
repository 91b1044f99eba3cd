import { describe, expect, test } from 'vitest'
import { fromHex } from '../codec/index.ts'
import { createCrypto, generateXWing, Secret } from '../crypto/index.ts'
import { vectorDecode } from './kemeleon.ts'
import { suite } from './suite.ts'
import { OQUAKE_plus_Respond, OQUAKE_Respond } from './testing/letter.ts'
import pinned from './vectors/cpace-oquake.json' with { type: 'json' }
import { makeVectors } from './vectors/end-to-end.ts'

const subtle = globalThis.crypto.subtle as never

test('the pinned runs are reproduced byte for byte', async () => {
  expect(await makeVectors(subtle)).toEqual(pinned)
})

/** The second stage of each pinned run, answered by the draft's pseudocode instead of the product. */
describe.each(pinned.runs.map((run) => [run.protocol, run] as const))('%s', (protocol, run) => {
  const bytes = Object.fromEntries(
    Object.entries({ ...run.inputs, ...run.intermediate }).map(([name, hex]) => [name, fromHex(hex)]),
  )
  const draws = (names: readonly string[]) =>
    run.draws.responder.filter(({ name }) => names.includes(name)).map((draw) => fromHex(draw.bytes))

  test('message 4 up to its MAC', async () => {
    const queue = draws(['m', 'X-Wing m', 'X-Wing ek_X'])
    const recorder = { now: () => 0, record: () => {} }
    const crypto = await createCrypto({ subtle, random: () => queue.shift()!, recorder })
    const input = {
      PRS: bytes.verifier!,
      context: bytes.ISK!.slice(0, 32),
      sid: bytes.extended_sid!,
      U: bytes.U!,
      S: bytes.S!,
    }
    const message3 = fromHex(run.messages[2]!)
    const message4 = fromHex(run.messages[3]!)
    if (protocol === 'CPaceOQUAKE') {
      const { resp_msg, key } = await OQUAKE_Respond(crypto, input, message3)
      expect(message4.slice(0, resp_msg.length)).toEqual(resp_msg)
      expect(key).toEqual(bytes['OQUAKE key'])
      return
    }
    const augmented = { ...input, pk: bytes.publicKey! }
    const { resp_msg, server_confirm, server_key } = await OQUAKE_plus_Respond(crypto, augmented, message3)
    expect(message4.slice(0, resp_msg.length)).toEqual(resp_msg)
    expect(fromHex(run.messages[4]!).slice(0, 64)).toEqual(server_confirm)
    expect(bytes['server key']).toEqual(server_key)
    expect(await generateXWing(crypto, new Secret(bytes.seed!.slice()))).toEqual(bytes.publicKey)
  })

  test('the uniform key decodes to the ML-KEM key', () => {
    const [upk, ek] = [bytes.upk!, bytes['ML-KEM encapsulation key']!]
    expect(vectorDecode(upk.slice(0, -32), suite.kem.k)).toEqual(ek.slice(0, -32))
    expect(upk.slice(-32)).toEqual(ek.slice(-32))
  })
})

describe.each(pinned['failed runs'].map((run) => [run.about, run] as const))('a run with %s', (_, run) => {
  test('has all its flows, in the sizes of a run that succeeds', () => {
    const [good] = pinned.runs.filter(({ protocol }) => protocol === 'CPaceOQUAKE+')
    const sizes = (messages: readonly string[]) => messages.map((message) => message.length)
    expect(sizes(run.messages)).toEqual(sizes(good!.messages))
  })

  test('fails on both sides, but for a flow 5 that is changed after it left', () => {
    const initiator = run.changed?.flow === 5 ? 'done' : 'failed'
    expect(run.outcomes).toEqual({ initiator, responder: 'failed' })
  })

  test('its flow 5 begins with what was drawn for that', () => {
    const head = run.draws.initiator.find(({ name }) => name === 'unused: head of a failed run')!
    const isRandom = run.messages[4]!.startsWith(head.bytes)
    // Where only the MAC of flow 4 is wrong, the head that it was asked for is right.
    expect(isRandom).toBe(run.outcomes.initiator === 'failed' && run.changed?.flow !== 4)
  })
})
