import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, toHex } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import { type Identified, renewEntry, type Self, type SessionStart } from '../identity/index.ts'
import {
  extendStock,
  letterRunOf,
  type Owner,
  openLetter,
  preKeyIdOf,
  type Stock,
  writeLetter,
} from './index.ts'
import { flipped, groupId, memberNamed, ownerOf } from './testing/people.ts'

let crypto: Crypto
let owner: Owner
let stock: Stock
let published: readonly Bytes[]
let alice: Self
let bob: Self
let carol: Self

beforeAll(async () => {
  crypto = (await seededCrypto('letters', globalThis.crypto.subtle as never)).crypto
  alice = await memberNamed(crypto, 'alice')
  bob = await memberNamed(crypto, 'bob')
  carol = await memberNamed(crypto, 'carol')
  owner = ownerOf(crypto, alice)
  ;({ stock, published } = await extendStock(crypto, owner, [], 2))
})

interface Change {
  readonly group?: Bytes
  readonly self?: Self
  readonly peer?: Identified
  readonly at?: number
}

const write = async (
  { group = groupId, self = bob, peer = alice, at = 0 }: Change = {},
  from = published,
) => {
  const written = await writeLetter(crypto, { groupId: group, self, peer, published: from[at]! })
  if (written === null) throw new Error('not a pre-key')
  return written
}

const read = async (head: Bytes, { group = groupId, self = alice, peer = bob, at = 0 }: Change = {}) =>
  openLetter(crypto, { groupId: group, self, peer, preKey: stock[at]! }, head)

const keyOf = (start: SessionStart): string => toHex(start.key.expose())
const openedKey = async (head: Bytes, change: Change = {}): Promise<string | null> => {
  const opened = await read(head, change)
  return opened.kind === 'opened' ? keyOf(opened.start) : null
}

test('writer and reader begin one session, towards the keys of the pre-key', async () => {
  const { start, letterHead, run } = await write()
  const opened = await read(letterHead)
  if (opened.kind === 'rejected') throw new Error('rejected')
  expect(letterHead).toHaveLength(2_240)
  expect(keyOf(opened.start)).toBe(keyOf(start))
  expect(opened.start.transcript).toEqual(start.transcript)
  expect([start.role, opened.start.role]).toEqual(['initiator', 'responder'])
  expect(start.peerKeys).toEqual({
    dh: opened.start.keys?.dh.publicKey,
    kem: opened.start.keys?.kem.publicKey,
  })
  expect(letterRunOf(letterHead)).toEqual(run)
  expect(preKeyIdOf(letterHead)).toEqual(stock[0]!.id)
})

test('two letters have nothing in common', async () => {
  const [one, two] = [await write(), await write()]
  expect(toHex(one.run)).not.toBe(toHex(two.run))
  expect(keyOf(one.start)).not.toBe(keyOf(two.start))
})

test('the verifier has no part in it: the letter opens whatever it is now', async () => {
  const { stock: other, published: offered } = await extendStock(
    crypto,
    { ...owner, verifier: new Secret(new Uint8Array(32)) },
    [],
    1,
  )
  const { start, letterHead } = await write({}, offered)
  const opened = await openLetter(crypto, { groupId, self: alice, peer: bob, preKey: other[0]! }, letterHead)
  expect(opened.kind === 'opened' && keyOf(opened.start)).toBe(keyOf(start))
})

describe('another key, so that no frame opens', () => {
  test.each<[string, () => Promise<Change>]>([
    ['another group', async () => ({ group: new Uint8Array(16) })],
    ['another writer', async () => ({ peer: carol })],
    [
      'the writer under another entry with the same keys',
      async () => ({ peer: renewEntry(crypto, groupId, bob) }),
    ],
    ['another reader', async () => ({ self: carol })],
    [
      'the reader under another entry with the same keys',
      async () => ({ self: renewEntry(crypto, groupId, alice) }),
    ],
    ['another pre-key', async () => ({ at: 1 })],
  ])('%s', async (_, change) => {
    const { start, letterHead } = await write()
    expect(await openedKey(letterHead, await change())).not.toBe(keyOf(start))
  })

  test('every byte of the letter counts', async () => {
    const { start, letterHead } = await write()
    for (let at = 0; at < letterHead.length; at += 31) {
      expect(await openedKey(flipped(letterHead, at)), `byte ${at}`).not.toBe(keyOf(start))
    }
  })

  test('and every byte of the pre-key that the writer saw', async () => {
    for (const at of [1, 17, 49, 1232, 1233, 1329, 2858, 2890]) {
      const seen = [flipped(published[0]!, at)]
      const written = await writeLetter(crypto, { groupId, self: bob, peer: alice, published: seen[0]! })
      if (written === null) continue
      expect(await openedKey(written.letterHead), `byte ${at}`).not.toBe(keyOf(written.start))
    }
  })

  test('a writer without the identity it claims', async () => {
    const { start, letterHead } = await write({ self: { ...bob, keys: carol.keys } })
    expect(await openedKey(letterHead)).not.toBe(keyOf(start))
  })

  test.each(['dh', 'kem'] as const)('a reader without its identity (%s)', async (part) => {
    const { start, letterHead } = await write()
    const self = { ...alice, keys: { ...alice.keys, [part]: carol.keys[part] } }
    expect(await openedKey(letterHead, { self })).not.toBe(keyOf(start))
  })

  test.each(['dh', 'kemSeed'] as const)('a reader without a part of the pre-key (%s)', async (part) => {
    const { start, letterHead } = await write()
    const preKey = { ...stock[0]!, [part]: stock[1]![part] }
    const opened = await openLetter(crypto, { groupId, self: alice, peer: bob, preKey }, letterHead)
    expect(opened.kind === 'opened' && keyOf(opened.start)).not.toBe(keyOf(start))
  })
})

describe('rejected, and the pre-key stays whole', () => {
  test('other sizes', async () => {
    const { letterHead } = await write()
    for (const bytes of [new Uint8Array(0), letterHead.slice(1), concat(letterHead, Uint8Array.of(0))]) {
      expect((await read(bytes)).kind).toBe('rejected')
      expect([letterRunOf(bytes), preKeyIdOf(bytes)]).toEqual([null, null])
    }
  })

  test('a small-order key', async () => {
    const { letterHead } = await write()
    const low = letterHead.slice()
    low.fill(0, 16, 48)
    expect((await read(low)).kind).toBe('rejected')
  })

  test('a letter to oneself', async () => {
    const { letterHead } = await write()
    expect((await read(letterHead, { peer: alice })).kind).toBe('rejected')
    await expect(write({ peer: bob })).rejects.toThrow(RangeError)
  })

  test('after any of it the letter itself still opens', async () => {
    const { start, letterHead } = await write()
    await read(flipped(letterHead, 20))
    const opened = await read(letterHead)
    if (opened.kind === 'rejected') throw new Error('rejected')
    opened.start.keys?.dh.privateKey.wipe()
    opened.start.keys?.kem.privateKey.wipe()
    expect(await openedKey(letterHead)).toBe(keyOf(start))
  })

  test('what is not a pre-key gets no letter', async () => {
    const parties = { groupId, self: bob, peer: alice }
    for (const bytes of [new Uint8Array(0), published[0]!.slice(1), flipped(published[0]!, 0)])
      expect(await writeLetter(crypto, { ...parties, published: bytes })).toBeNull()
  })
})
