import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, decode, encode, toHex } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { renewEntry, type Self } from '../identity/index.ts'
import {
  type Accepted,
  acceptAnswer,
  answerPreKey,
  extendStock,
  type Owner,
  openPublished,
  preKeyIdOf,
  rootOf,
  type Stock,
  stockCodec,
  takeOnce,
} from './index.ts'
import { addressOf, flipped, groupId, memberNamed, ownerOf } from './testing/people.ts'
import { playExchange } from './vectors/exchange.ts'
import pinned from './vectors/pre-keys.json' with { type: 'json' }

const subtle = globalThis.crypto.subtle as never
const failed = { kind: 'failed', code: 'prekey/failed' }
let crypto: Crypto
let owner: Owner
let stock: Stock
let published: readonly Bytes[]
let bob: Self
let carol: Self

beforeAll(async () => {
  crypto = (await seededCrypto('pre-keys', subtle)).crypto
  const alice = await memberNamed(crypto, 'alice')
  bob = await memberNamed(crypto, 'bob')
  carol = await memberNamed(crypto, 'carol')
  owner = ownerOf(crypto, alice)
  ;({ stock, published } = await extendStock(crypto, owner, [], 3))
})

/** What the owner makes of an answer: its stock first, then the answer. */
const receive = async (from: Stock, answer: Bytes, newcomer = addressOf(bob), as: Owner = owner) => {
  const id = preKeyIdOf(answer)
  const used = id === null ? null : takeOnce(from, id)
  if (used === null) return { left: from, outcome: null }
  return { left: used.stock, outcome: await acceptAnswer(crypto, as, used.preKey, { newcomer, answer }) }
}

const answerTo = async (self = bob, at = 0, as: Owner = owner) => {
  const answered = await answerPreKey(crypto, as, self, published[at]!)
  if (answered === null) throw new Error('no answer')
  return answered
}

const accepted = (outcome: Accepted | null) => {
  if (outcome?.kind !== 'accepted') throw new Error('refused')
  return outcome
}

test('the pinned exchange is reproduced byte for byte', async () => {
  expect({ about: pinned.about, exchange: await playExchange(subtle) }).toEqual(pinned)
})

test('sizes', async () => {
  expect(published[0]).toHaveLength(3_116)
  expect((await answerTo()).answer).toHaveLength(3_069)
})

test('owner and newcomer have the same keys, the entry arrives, and no two keys are alike', async () => {
  const made = await answerTo()
  const { outcome, left } = await receive(stock, made.answer)
  const got = accepted(outcome)
  const keys = ({ a2, psk, start }: Pick<typeof made, 'a2' | 'psk' | 'start'>) =>
    [a2, psk, start.key].map((key) => toHex(key.expose()))
  expect(keys(got)).toEqual(keys(made))
  expect(new Set(keys(got)).size).toBe(3)
  expect(got.start.transcript).toEqual(made.start.transcript)
  expect(got.entry).toEqual(bob.entry)
  expect([made.start.role, got.start.role]).toEqual(['initiator', 'responder'])
  expect(made.start.peerKeys).toEqual({
    dh: got.start.keys?.dh.publicKey,
    kem: got.start.keys?.kem.publicKey,
  })
  expect(left).toHaveLength(2)
})

test('wiping the pre-key leaves the session its keys', async () => {
  const made = await answerTo()
  const used = takeOnce(decode(stockCodec, encode(stockCodec, stock)), made.id)
  if (used === null) throw new Error('none')
  const got = accepted(
    await acceptAnswer(crypto, owner, used.preKey, { newcomer: addressOf(bob), answer: made.answer }),
  )
  for (const secret of used.stale) secret.wipe()
  expect(used.stale).toHaveLength(3)
  expect(got.start.keys?.dh.privateKey.wiped).toBe(false)
  expect(got.start.keys?.kem.privateKey.wiped).toBe(false)
})

describe('once', () => {
  test('one pre-key served to two newcomers: one session, and the second finds no pre-key', async () => {
    const [one, two] = [await answerTo(bob), await answerTo(carol)]
    const first = await receive(stock, one.answer)
    expect(first.outcome?.kind).toBe('accepted')
    expect((await receive(first.left, two.answer, addressOf(carol))).outcome).toBeNull()
    expect((await receive(first.left, one.answer)).outcome).toBeNull()
  })

  test('an answer that fails costs the pre-key', async () => {
    const { answer } = await answerTo(bob, 0, { ...owner, verifier: new Secret(new Uint8Array(32)) })
    const { outcome, left } = await receive(stock, answer)
    expect(outcome).toEqual(failed)
    expect((await receive(left, (await answerTo()).answer)).outcome).toBeNull()
  })

  test('an answer to another pre-key of the stock is none to this one', async () => {
    const { answer } = await answerTo(bob, 1)
    const given = { newcomer: addressOf(bob), answer }
    expect(await acceptAnswer(crypto, owner, stock[0]!, given)).toEqual(failed)
  })
})

describe('one code for every fault', () => {
  test.each<[string, () => Partial<Owner>]>([
    ['wrong password', () => ({ verifier: new Secret(new Uint8Array(32)) })],
    ['another group', () => ({ groupId: new Uint8Array(16) })],
    ['another owner', () => ({ address: new Uint8Array(16) })],
  ])('%s', async (_, change) => {
    const { answer } = await answerTo(bob, 0, { ...owner, ...change() })
    expect((await receive(stock, answer)).outcome).toEqual(failed)
  })

  test('an answer that another address sends', async () => {
    const { answer } = await answerTo(bob)
    expect((await receive(stock, answer, addressOf(carol))).outcome).toEqual(failed)
  })

  test('an entry of another address, under the right password', async () => {
    const { answer } = await answerTo({ ...bob, entry: { ...bob.entry, address: carol.entry.address } })
    expect((await receive(stock, answer)).outcome).toEqual(failed)
    expect((await receive(stock, answer, addressOf(carol))).outcome).toEqual(failed)
  })

  test('an entry that is not the one whose hash is named', async () => {
    const renewed = renewEntry(crypto, groupId, bob)
    const { answer } = await answerTo({ ...bob, hash: renewed.hash })
    expect((await receive(stock, answer)).outcome).toEqual(failed)
  })

  test('every sampled byte of an answer', async () => {
    const { answer } = await answerTo()
    const parts = [0, 1, 16, 17, 1584, 1585, 1648, 1649, 1680, 1681, 1712, 1713, 2400, answer.length - 1]
    for (const at of parts) {
      const { outcome } = await receive(stock, flipped(answer, at))
      expect(outcome === null || outcome.kind === 'failed', `byte ${at}`).toBe(true)
    }
  })

  test('a small-order key', async () => {
    const { answer } = await answerTo()
    answer.fill(0, 1649, 1681)
    expect((await receive(stock, answer)).outcome).toEqual(failed)
  })

  test('truncated, extended and foreign bytes are no answer', async () => {
    const { answer } = await answerTo()
    for (const bytes of [
      new Uint8Array(0),
      answer.slice(1),
      concat(answer, Uint8Array.of(0)),
      crypto.random(3069),
    ]) {
      expect(preKeyIdOf(bytes)).toBeNull()
      const given = { newcomer: addressOf(bob), answer: bytes }
      expect(await acceptAnswer(crypto, owner, stock[0]!, given)).toEqual(failed)
    }
  })
})

/** Who answers under a copied entry has a session key that nobody else has: no frame of it opens. */
test('an entry whose X25519 key is not held gives another session, although the password is right', async () => {
  const thief = { ...bob, keys: carol.keys }
  const made = await answerTo(thief)
  const got = accepted((await receive(stock, made.answer)).outcome)
  expect(toHex(got.psk.expose())).toBe(toHex(made.psk.expose()))
  expect(toHex(got.start.key.expose())).not.toBe(toHex(made.start.key.expose()))
})

describe('a published pre-key', () => {
  test('leads to the announced root', () => {
    for (const each of published) expect(openPublished(crypto, each)?.root).toEqual(rootOf(stock))
  })

  test('with any byte changed leads to another root, or is none', async () => {
    const root = toHex(rootOf(stock))
    for (let at = 0; at < published[1]!.length; at += 1) {
      const opened = openPublished(crypto, flipped(published[1]!, at))
      if (opened !== null) expect(toHex(opened.root), `byte ${at}`).not.toBe(root)
    }
  })

  test('changed and answered all the same: the answer fails', async () => {
    // Version, id, clear keys and OQUAKE's message; the path is not part of an answer.
    for (const at of [1, 17, 49, 700, 1232, 1233, 1328, 1329, 2000, 2858, 2890]) {
      const made = await answerPreKey(crypto, owner, bob, flipped(published[0]!, at))
      if (made === null) continue
      const { outcome } = await receive(stock, made.answer)
      expect(outcome === null || outcome.kind === 'failed', `byte ${at}`).toBe(true)
    }
  })

  test('with parts or the path of another one leads to no announced root', () => {
    const mixed = published[0]!.slice()
    mixed.set(published[1]!.subarray(17, 49), 17)
    const moved = published[0]!.slice()
    moved.set(published[1]!.subarray(2891), 2891)
    for (const each of [mixed, moved]) expect(openPublished(crypto, each)?.root).not.toEqual(rootOf(stock))
  })

  test('of another form, or with keys that no honest side makes, is none', async () => {
    const good = published[0]!
    const smallOrder = good.slice()
    smallOrder.fill(0, 17, 49)
    const unreduced = good.slice()
    unreduced.fill(0xff, 49, 52)
    const outside = good.slice()
    outside[2891] = 128
    const bad = [
      new Uint8Array(0),
      good.slice(0, -1),
      concat(good, Uint8Array.of(0)),
      flipped(good, 0),
      crypto.random(3116),
      smallOrder,
      unreduced,
      outside,
    ]
    for (const each of bad) {
      expect(openPublished(crypto, each)).toBeNull()
      expect(await answerPreKey(crypto, owner, bob, each)).toBeNull()
    }
  })
})

describe('a stock', () => {
  test('survives storage', async () => {
    const bytes = encode(stockCodec, stock)
    expect(bytes).toHaveLength(2 + 3 * 240)
    const { answer } = await answerTo(bob, 2)
    expect((await receive(decode(stockCodec, bytes), answer)).outcome?.kind).toBe('accepted')
  })

  test('keeps the newest 300, and its root is that of the newest', async () => {
    const full = Array.from({ length: 100 }, () => stock).flat()
    const { stock: kept, stale, published: more } = await extendStock(crypto, owner, full, 2)
    expect(kept).toHaveLength(300)
    expect(stale).toHaveLength(6)
    expect(rootOf(kept)).not.toEqual(rootOf(stock))
    expect(openPublished(crypto, more[1]!)?.root).toEqual(rootOf(kept))
  })

  test('has no root while it is empty', () => {
    expect(() => rootOf([])).toThrow(RangeError)
  })
})
