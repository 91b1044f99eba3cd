import { describe, expect, test } from 'vitest'
import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { createCrypto, expose, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import {
  finishOquake,
  fullSid,
  initiateOquake,
  type OquakeInput,
  oquakeInitBytes,
  oquakeResponseBytes,
  respondOquake,
} from './oquake.ts'
import { suite } from './suite.ts'
import { encode_sid, type LetterInput, OQUAKE_Respond } from './testing/letter.ts'

const { crypto } = await seededCrypto('oquake', globalThis.crypto.subtle as never)

const inputOf = (change: Partial<OquakeInput> = {}): OquakeInput => ({
  prs: utf8('verifier'),
  context: new Secret(utf8('context')),
  sid: utf8('sid'),
  client: utf8('U'),
  server: utf8('server'),
  ...change,
})

const letters = ({ prs, context, sid, client, server }: OquakeInput): LetterInput => ({
  PRS: expose(prs),
  context: context?.expose() ?? null,
  sid,
  U: client,
  S: server,
})

test('encode_sid: each part behind its 4-byte length', () => {
  const sid = fullSid(inputOf())
  expect([...sid]).toEqual([0, 0, 0, 3, 115, 105, 100, 0, 0, 0, 1, 85, 0, 0, 0, 6, ...utf8('server')])
  expect(sid).toEqual(encode_sid(utf8('sid'), utf8('U'), utf8('server')))
})

describe('a run', () => {
  const run = async (left: OquakeInput, right: OquakeInput, wire: (message: Bytes) => Bytes = (m) => m) => {
    const initiation = await initiateOquake(crypto, left)
    const answer = await respondOquake(crypto, right, wire(initiation.message))
    return { initiation, answer, end: await finishOquake(crypto, initiation, answer.message) }
  }

  test('sizes, and one key on both sides', async () => {
    const { initiation, answer, end } = await run(inputOf(), inputOf())
    expect(initiation.message.length).toBe(oquakeInitBytes)
    expect(answer.message.length).toBe(oquakeResponseBytes)
    expect(end.confirmed).toBe(true)
    expect(end.key.expose()).toEqual(answer.key.expose())
    expect(end.key.length).toBe(32)
  })

  test.each([
    ['alone', null],
    ['after a first stage', new Secret(utf8('key of stage one'))],
  ])('an initiator finishes with the draft’s own Respond, %s', async (_where, context) => {
    const input = inputOf({ context })
    const initiation = await initiateOquake(crypto, input)
    const { key, resp_msg } = await OQUAKE_Respond(crypto, letters(input), initiation.message)
    const end = await finishOquake(crypto, initiation, resp_msg)
    expect(end.confirmed).toBe(true)
    expect(end.key.expose()).toEqual(key)
  })

  test('a responder answers byte for byte as the draft’s Respond', async () => {
    const { message } = await initiateOquake(crypto, inputOf())
    const coins = crypto.random(32)
    const fixed = await withCoins(coins)
    const ours = await respondOquake(fixed, inputOf(), message)
    const theirs = await OQUAKE_Respond(fixed, letters(inputOf()), message)
    expect(ours.message).toEqual(theirs.resp_msg)
    expect(ours.key.expose()).toEqual(theirs.key)
  })

  test.each<[string, Partial<OquakeInput>]>([
    ['password', { prs: utf8('other') }],
    ['context', { context: new Secret(utf8('other')) }],
    ['no context', { context: null }],
    ['session id', { sid: utf8('other') }],
    ['client', { client: utf8('other') }],
    ['server', { server: utf8('other') }],
  ])('another %s: unrelated keys, a random one at the end', async (_what, change) => {
    const { initiation, answer, end } = await run(inputOf(), inputOf(change))
    expect(end.confirmed).toBe(false)
    expect(end.key.expose()).not.toEqual(answer.key.expose())
    const again = await finishOquake(crypto, initiation, answer.message)
    expect(again.key.expose()).not.toEqual(end.key.expose())
  })

  test('any first message is answered', async () => {
    for (const fill of [0, 0xff, 0x5a]) {
      const { end } = await run(inputOf(), inputOf(), (message) => message.fill(fill))
      expect(end.confirmed).toBe(false)
    }
  })

  test('a bad confirmation and a bad ciphertext end alike', async () => {
    const { initiation, answer } = await run(inputOf(), inputOf())
    for (const at of [0, suite.kem.ciphertext - 1, suite.kem.ciphertext, answer.message.length - 1]) {
      const changed = answer.message.slice()
      changed[at]! ^= 1
      expect((await finishOquake(crypto, initiation, changed)).confirmed).toBe(false)
    }
  })

  test('the matrix seed travels in clear, the rest hides', async () => {
    const { message, publicKey } = await initiateOquake(crypto, inputOf())
    expect(message.slice(-32)).toEqual(publicKey.expose().slice(-32))
    expect(concat(message).slice(96, -32)).not.toEqual(publicKey.expose().slice(0, -32))
  })
})

/** Encapsulation with the same coins each time. */
function withCoins(coins: Bytes) {
  const recorder = { now: () => 0, record: () => {} }
  return createCrypto({ subtle: globalThis.crypto.subtle as never, random: () => coins.slice(), recorder })
}
