import { describe, expect, test } from 'vitest'
import { type Bytes, concat, equal, toHex } from '../codec/index.ts'
import { type Crypto, createCrypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { initiate, initiatePlus, respond, respondPlus, step } from './cpace-oquake.ts'
import { isFlow2 } from './flows.ts'
import type { RunOutcome, RunState } from './run-state.ts'
import { acceptFlow3, type ResponderInput, respondTo } from './stateless.ts'
import { publicKeyOf } from './testing/play.ts'

const { crypto } = await seededCrypto('stateless', globalThis.crypto.subtle as never)
const publicKey = await publicKeyOf(crypto)
const key = new Secret(new Uint8Array(32).fill(6))
const ids = { initiator: new Uint8Array(16).fill(1), responder: new Uint8Array(16).fill(2) }
const input = { ...ids, prs: new Secret(new Uint8Array(32).fill(3)) }
const seed = () => new Secret(crypto.hash(new TextEncoder().encode('seed')))
const protocols: readonly (readonly [string, ResponderInput, () => { state: RunState; message: Bytes }])[] = [
  ['CPaceOQUAKE', input, () => initiate(crypto, input)],
  ['CPaceOQUAKE+', { ...input, publicKey }, () => initiatePlus(crypto, { ...input, seed: seed() })],
]

const next = (outcome: RunOutcome): { state: RunState; message: Bytes } => {
  if (outcome.kind !== 'continue') throw new Error('the run ended')
  return outcome
}
/** The primitives with their randomness laid down. */
const scripted = (...draws: readonly Bytes[]): Promise<Crypto> => {
  const queue = [...draws]
  const random = (): Bytes => {
    const drawn = queue.shift()
    if (drawn === undefined) throw new RangeError('more draws than written down')
    return drawn.slice()
  }
  const recorder = { now: () => 0, record: () => {} }
  return createCrypto({ subtle: globalThis.crypto.subtle as never, random, recorder })
}

describe.each(protocols)('%s', (_name, responder, open) => {
  test('a run comes to its end, and the responder keeps nothing in between', async () => {
    const opened = open()
    const { flow2 } = await respondTo(crypto, responder, key, opened.message)
    expect(isFlow2(crypto, flow2)).toBe(true)
    const third = next(await step(crypto, opened.state, flow2))
    const fourth = next(await acceptFlow3(crypto, responder, key, opened.message, third.message))
    const fifth = await step(crypto, third.state, fourth.message)
    if (fifth.kind !== 'done' || fifth.message === null) throw new Error('failed')
    const end = await step(crypto, fourth.state, fifth.message)
    if (end.kind !== 'done') throw new Error('failed')
    expect(end.result.key.expose()).toEqual(fifth.result.key.expose())
  })

  test('it is the run of a responder with a state that drew the same', async () => {
    const opened = open()
    const { flow2 } = await respondTo(crypto, responder, key, opened.message)
    const third = next(await step(crypto, opened.state, flow2))
    const coins = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill))
    const stateless = next(
      await acceptFlow3(await scripted(...coins), responder, key, opened.message, third.message),
    )
    if (stateless.state.kind !== 'awaiting-confirmation') throw new Error('state')
    const own = await scripted(...(await drawsOf(responder, opened.message)), ...coins)
    const { publicKey: known, ...rest } = responder
    const listening = known === undefined ? respond(rest) : respondPlus({ ...rest, publicKey: known })
    const second = next(await step(own, listening, opened.message))
    expect(second.message).toEqual(flow2)
    const fourth = next(await step(own, second.state, third.message))
    expect(fourth.message).toEqual(stateless.message)
    if (fourth.state.kind !== 'awaiting-confirmation') throw new Error('state')
    expect(fourth.state.key.expose()).toEqual(stateless.state.key.expose())
    expect(fourth.state.messages).toEqual(stateless.state.messages)
  })

  test('the same arguments give the same flow 2, any other argument another', async () => {
    const { message } = open()
    const flow2 = async (change: Partial<ResponderInput> = {}, own = key, flow1 = message) =>
      toHex((await respondTo(crypto, { ...responder, ...change }, own, flow1)).flow2)
    const first = await flow2()
    expect(await flow2()).toBe(first)
    const changed = message.slice()
    changed[65]! ^= 1
    const all = [
      first,
      await flow2({ initiator: new Uint8Array(16) }),
      await flow2({ responder: new Uint8Array(16) }),
      await flow2({ prs: new Secret(new Uint8Array(32)) }),
      await flow2({}, new Secret(new Uint8Array(32))),
      await flow2({}, key, changed),
      await flow2({}, key, message.slice(0, 65)),
    ]
    expect(new Set(all).size).toBe(all.length)
    // Neither the nonce nor the share repeats.
    expect(new Set(all.map((flow) => flow.slice(0, 64))).size).toBe(all.length)
    expect(new Set(all.map((flow) => flow.slice(68))).size).toBe(all.length)
  })

  test('with another key or another flow 1 the run fails at its end', async () => {
    const opened = open()
    const { flow2 } = await respondTo(crypto, responder, key, opened.message)
    const third = next(await step(crypto, opened.state, flow2))
    const other = new Secret(new Uint8Array(32).fill(7))
    for (const [own, flow1] of [
      [other, opened.message],
      [key, concat(opened.message, Uint8Array.of(0))],
    ] as const) {
      const fourth = next(await acceptFlow3(crypto, responder, own, flow1, third.message))
      expect((await step(crypto, third.state, fourth.message)).kind).toBe('failed')
    }
  })

  test('rubbish as flow 1 and flow 3 is answered, in the same sizes', async () => {
    for (const rubbish of [new Uint8Array(0), new Uint8Array(66), new Uint8Array(4_000).fill(9)]) {
      const { flow2 } = await respondTo(crypto, responder, key, rubbish)
      expect(flow2.length).toBe(66)
      const fourth = next(await acceptFlow3(crypto, responder, key, rubbish, rubbish))
      expect(fourth.message.length).toBe(responder.publicKey === undefined ? 1664 : 2848)
    }
  })

  test('flow 4 is fresh each time', async () => {
    const opened = open()
    const { flow2 } = await respondTo(crypto, responder, key, opened.message)
    const third = next(await step(crypto, opened.state, flow2))
    const answers = [1, 2].map(() => acceptFlow3(crypto, responder, key, opened.message, third.message))
    const [a, b] = (await Promise.all(answers)).map((outcome) => next(outcome).message)
    expect(equal(a!, b!)).toBe(false)
  })
})

/** The 96 bytes of SPEC.md, in their three parts, computed here once more. */
async function drawsOf(responder: ResponderInput, flow1: Bytes): Promise<readonly Bytes[]> {
  const { label } = await import('./suite.ts')
  const seen = concat(
    label('flow 2'),
    responder.initiator,
    responder.responder,
    new Uint8Array(32).fill(3),
    flow1,
  )
  const prk = await crypto.extract(key, seen)
  const tape = (await crypto.expand(prk, label('flow 2 draws'), 96)).expose()
  return [0, 32, 64].map((at) => tape.slice(at, at + 32))
}

describe('isFlow2', () => {
  const flow2 = async () => (await respondTo(crypto, input, key, new Uint8Array(1))).flow2

  test('takes a nonce and a valid share', async () => {
    expect(isFlow2(crypto, await flow2())).toBe(true)
  })

  test('refuses other sizes, the identity and encodings that are none', async () => {
    const good = await flow2()
    const withShare = (share: Uint8Array) => concat(good.slice(0, 34), share)
    const bad = [
      new Uint8Array(0),
      good.slice(0, 65),
      concat(good, Uint8Array.of(0)),
      concat(good.slice(0, 32), Uint8Array.of(0, 31), good.slice(34, 65)),
      withShare(new Uint8Array(32)),
      withShare(new Uint8Array(32).fill(0xff)),
      withShare(Uint8Array.of(1, ...new Uint8Array(31))),
      new Uint8Array(66),
    ]
    expect(bad.map((flow) => isFlow2(crypto, flow))).toEqual(bad.map(() => false))
  })
})
