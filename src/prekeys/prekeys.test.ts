import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, decode, encode, toHex, utf8 } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { standardSuite, strongSuite } from '../pake/index.ts'
import {
  acceptAnswer,
  answerPreKey,
  extendStock,
  type Owner,
  preKeyIdOf,
  type Stock,
  stockCodec,
  takeOnce,
} from './index.ts'
import { playExchange } from './vectors/exchange.ts'
import pinned from './vectors/pre-keys.json' with { type: 'json' }

const subtle = globalThis.crypto.subtle as never
const idOf = (text: string): Bytes => crypto.hash(utf8(text)).slice(0, 16)
let crypto: Crypto
let owner: Owner
let stock: Stock
let published: readonly Bytes[]
const [bob, carol] = [new Uint8Array(16).fill(2), new Uint8Array(16).fill(3)]

beforeAll(async () => {
  crypto = (await seededCrypto('pre-keys', subtle)).crypto
  const verifier = new Secret(crypto.hash(utf8('verifier')))
  owner = { suite: standardSuite, groupId: idOf('group'), member: idOf('alice'), verifier }
  ;({ stock, published } = await extendStock(crypto, owner, [], 3))
})

/** What the member makes of an answer: its record first, then the answer. */
const receive = async (from: Stock, newcomer: Bytes, answer: Bytes) => {
  const id = preKeyIdOf(owner, answer)
  const used = id === null ? null : takeOnce(from, id)
  if (used === null) return { left: from, outcome: null }
  const outcome = await acceptAnswer(crypto, owner, used.preKey, { newcomer, answer })
  return { left: used.stock, outcome }
}

const answerTo = async (newcomer: Bytes, at = 0, as: Owner = owner) => {
  const answered = await answerPreKey(crypto, as, newcomer, published[at]!)
  if (answered === null) throw new Error('no answer')
  return answered
}

test('the pinned exchange is reproduced byte for byte', async () => {
  const exchanges = [await playExchange(subtle, standardSuite), await playExchange(subtle, strongSuite)]
  expect({ about: pinned.about, exchanges }).toEqual(pinned)
})

test('member and newcomer have one root key, one transcript, and each the keys of the other', async () => {
  const made = await answerTo(bob)
  const { outcome, left } = await receive(stock, bob, made.answer)
  if (outcome?.kind !== 'accepted') throw new Error('refused')
  expect(toHex(outcome.key.expose())).toBe(toHex(made.key.expose()))
  expect(outcome.transcript).toEqual(made.transcript)
  expect(outcome.peerKeys).toEqual({ dh: made.keys.dh.publicKey, kem: made.keys.kem.publicKey })
  expect(made.peerKeys).toEqual({ dh: outcome.keys.dh.publicKey, kem: outcome.keys.kem.publicKey })
  expect(left).toHaveLength(2)
})

test('one pre-key served to two newcomers: one session, and the second finds no pre-key', async () => {
  const [first, second] = [await answerTo(bob), await answerTo(carol)]
  expect(toHex(first.key.expose())).not.toBe(toHex(second.key.expose()))
  const one = await receive(stock, bob, first.answer)
  expect(one.outcome?.kind).toBe('accepted')
  const other = await receive(one.left, carol, second.answer)
  expect(other).toEqual({ left: one.left, outcome: null })
})

test('a replayed answer finds no pre-key; under another name it fails', async () => {
  const made = await answerTo(bob)
  const { left } = await receive(stock, bob, made.answer)
  expect((await receive(left, bob, made.answer)).outcome).toBeNull()
  expect((await receive(stock, carol, made.answer)).outcome?.kind).toBe('accepted')
  const renamed = await receive(stock, carol, made.answer)
  if (renamed.outcome?.kind !== 'accepted') throw new Error('refused')
  // The name is part of the transcript: whoever replays an answer as its own has no key.
  expect(toHex(renamed.outcome.key.expose())).not.toBe(toHex(made.key.expose()))
})

describe('a failure costs the pre-key and says one thing', () => {
  const failed = { kind: 'failed', code: 'prekey/failed' }

  test('wrong password', async () => {
    const wrong = { ...owner, verifier: new Secret(crypto.hash(utf8('guess'))) }
    const { answer } = await answerTo(bob, 0, wrong)
    const { outcome, left } = await receive(stock, bob, answer)
    expect(outcome).toEqual(failed)
    expect(left).toHaveLength(2)
  })

  test.each([
    ['group', { groupId: new Uint8Array(16) }],
    ['member', { member: new Uint8Array(16) }],
  ])('made for another %s', async (_, other) => {
    const { answer } = await answerTo(bob, 0, { ...owner, ...other })
    expect((await receive(stock, bob, answer)).outcome).toEqual(failed)
  })

  test('every sampled byte of a published pre-key that the relay changes', async () => {
    const size = published[0]!.length
    for (const at of [18, 49, 50, 700, 1233, 1234, 1300, 1330, 2000, size - 32, size - 1]) {
      const changed = published[0]!.slice()
      changed[at]! ^= 1
      const made = await answerPreKey(crypto, owner, bob, changed)
      if (made === null) continue
      expect((await receive(stock, bob, made.answer)).outcome, `byte ${at}`).toEqual(failed)
    }
  })

  test('parts of another pre-key in its place', async () => {
    const mixed = published[0]!.slice()
    mixed.set(published[1]!.subarray(18, 50), 18)
    const made = await answerPreKey(crypto, owner, bob, mixed)
    expect((await receive(stock, bob, made!.answer)).outcome).toEqual(failed)
  })

  test('every sampled byte of an answer: refused, or another key', async () => {
    const made = await answerTo(bob)
    for (const at of [18, 100, 1105, 1106, 1169, 1170, 1201, 1202, 1234, 2000, made.answer.length - 1]) {
      const changed = made.answer.slice()
      changed[at]! ^= 1
      const { outcome } = await receive(stock, bob, changed)
      if (outcome?.kind === 'accepted')
        expect(toHex(outcome.key.expose()), `byte ${at}`).not.toBe(toHex(made.key.expose()))
      else expect(outcome, `byte ${at}`).toEqual(failed)
    }
  })

  test('a small-order key', async () => {
    const made = await answerTo(bob)
    const changed = made.answer.slice()
    changed.fill(0, 1170, 1202)
    expect((await receive(stock, bob, changed)).outcome).toEqual(failed)
  })
})

test('truncated, extended, foreign and random bytes are neither pre-key nor answer', async () => {
  const { answer } = await answerTo(bob)
  const [longKey, longAnswer] = [published[0]!, answer].map((bytes) => Uint8Array.of(...bytes, 0))
  for (const bytes of [new Uint8Array(0), published[0]!.slice(0, -1), longKey!, crypto.random(2518)])
    expect(await answerPreKey(crypto, owner, bob, bytes)).toBeNull()
  for (const bytes of [new Uint8Array(0), answer.slice(0, -1), longAnswer!, crypto.random(2418)])
    expect(preKeyIdOf(owner, bytes)).toBeNull()
  const smallOrder = published[0]!.slice()
  smallOrder.fill(0, 18, 50)
  expect(await answerPreKey(crypto, owner, bob, smallOrder)).toBeNull()
})

test('the stock survives storage, and keeps the newest 300', async () => {
  const bytes = encode(stockCodec, stock)
  expect(bytes).toHaveLength(2 + 3 * 176)
  const back = decode(stockCodec, bytes)
  const { answer } = await answerTo(bob, 2)
  expect((await receive(back, bob, answer)).outcome?.kind).toBe('accepted')
  const full = Array.from({ length: 100 }, () => stock).flat()
  const { stock: kept, stale } = await extendStock(crypto, owner, full, 2)
  expect(kept).toHaveLength(300)
  expect(stale).toHaveLength(6)
})
