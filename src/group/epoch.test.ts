import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode, toHex } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { MemberId } from '../identity/index.ts'
import {
  type AuthoredEpoch,
  authorEpoch,
  confirmation,
  type EpochDraft,
  type EpochHeader,
  type EpochId,
  epochHeader,
  type HeldEpoch,
  openEpoch,
  precedes,
} from './epoch.ts'

const newCrypto = async (seed: string): Promise<Crypto> =>
  (await seededCrypto(seed, globalThis.crypto.subtle as never)).crypto
const crypto = await newCrypto('epoch')

const idOf = (n: number) => n.toString(16).padStart(2, '0').repeat(16) as MemberId
const [ann, bob, cleo] = [idOf(1), idOf(2), idOf(3)]
const draft: EpochDraft = {
  group: new Uint8Array(16).fill(9),
  counter: 3,
  author: ann,
  members: [ann, bob, cleo],
  contributions: new Map(),
  now: 5,
}
const holder = { self: bob, now: 7, preferred: true }

const opened = async (made: AuthoredEpoch, self: MemberId = bob): Promise<HeldEpoch> => {
  const epoch = await openEpoch(crypto, made.header, made.joint, { ...holder, self })
  if (epoch === null) throw new Error('not opened')
  return epoch
}

describe('author and members', () => {
  test('derive the same secrets, each with its own sending chain', async () => {
    const made = await authorEpoch(crypto, draft)
    const at = new Map([[ann, made.epoch]])
    for (const self of [bob, cleo]) at.set(self, await opened(made, self))
    for (const [self, epoch] of at) {
      expect(epoch.id).toBe(made.epoch.id)
      expect(epoch.fingerprint).toEqual(made.epoch.fingerprint)
      expect(epoch.fingerprint).toHaveLength(16)
      for (const name of ['confirm', 'exporter', 'media', 'headerKey'] as const) {
        expect(epoch[name].expose()).toEqual(made.epoch[name].expose())
      }
      expect([...epoch.receiving.keys()]).toEqual(draft.members.filter((id) => id !== self))
      for (const [other, { chain }] of epoch.receiving) {
        expect(chain.expose()).toEqual(at.get(other)?.sending?.chain.expose())
      }
    }
    const secrets = [...at.values()].flatMap(({ confirm, exporter, media, headerKey, sending }) =>
      [confirm, exporter, media, headerKey, sending?.chain].map((secret) => toHex(secret!.expose())),
    )
    expect(new Set(secrets).size).toBe(4 + draft.members.length)
  })

  test('the greater (counter, id) is preferred', () => {
    const low = { counter: 3, id: 'aa' as EpochId }
    expect(precedes(low, { counter: 4, id: '00' as EpochId })).toBe(true)
    expect(precedes(low, { counter: 3, id: 'ab' as EpochId })).toBe(true)
    expect(precedes(low, low)).toBe(false)
  })

  test('the largest header has 4,169 bytes', async () => {
    const members = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(32, '0') as MemberId)
    const { header } = await authorEpoch(crypto, { ...draft, members, author: members[0]! })
    expect(encode(epochHeader, header)).toHaveLength(4_169)
  })
})

describe('one header, one secret', () => {
  test('a wrong J opens nothing', async () => {
    const { header, joint } = await authorEpoch(crypto, draft)
    await fc.assert(
      fc.asyncProperty(fc.nat(31), fc.nat(7), async (at, bit) => {
        const other = joint.expose().slice()
        other[at]! ^= 1 << bit
        expect(await openEpoch(crypto, header, new Secret(other), holder)).toBeNull()
      }),
      { numRuns: 50 },
    )
  })

  test('with any flipped byte of the header the same J opens nothing', async () => {
    const { header, joint } = await authorEpoch(crypto, draft)
    const bytes = encode(epochHeader, header)
    let tried = 0
    for (const at of bytes.keys()) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      let other: EpochHeader
      try {
        other = decode(epochHeader, changed)
      } catch {
        continue
      }
      tried += 1
      const members = other.members.includes(bob) ? other.members : [...other.members, bob]
      expect(await openEpoch(crypto, { ...other, members }, joint, holder)).toBeNull()
    }
    expect(tried).toBe(bytes.length - 2)
  })

  test('a commitment fits one secret only: another’s, or none, is refused', async () => {
    const one = await authorEpoch(crypto, draft)
    const two = await authorEpoch(crypto, draft)
    const { commitment } = two.header
    expect(one.header.commitment).not.toEqual(commitment)
    for (const joint of [one.joint, two.joint]) {
      expect(await openEpoch(crypto, { ...one.header, commitment, counter: 2 }, joint, holder)).toBeNull()
    }
    expect(await openEpoch(crypto, one.header, two.joint, holder)).toBeNull()
    expect(await openEpoch(crypto, { ...one.header, commitment }, one.joint, holder)).toBeNull()
  })
})

describe('what enters J', () => {
  /** J of a draft under one fixed stream of random bytes. */
  const jointOf = async (contributions: EpochDraft['contributions']): Promise<string> =>
    toHex((await authorEpoch(await newCrypto('same bytes'), { ...draft, contributions })).joint.expose())

  test('every contribution, in no particular order', async () => {
    const [a, b] = [crypto.random(32), crypto.random(32)]
    const joints = [
      await jointOf(new Map()),
      await jointOf(new Map([[bob, a]])),
      await jointOf(new Map([[bob, b]])),
      await jointOf(
        new Map([
          [bob, a],
          [cleo, b],
        ]),
      ),
      await jointOf(
        new Map([
          [bob, b],
          [cleo, a],
        ]),
      ),
    ]
    expect(new Set(joints).size).toBe(joints.length)
    expect(
      await jointOf(
        new Map(
          [
            ...new Map([
              [bob, a],
              [cleo, b],
            ]),
          ].reverse(),
        ),
      ),
    ).toBe(joints[3])
  })

  test('fresh bytes: the same draft twice gives two epochs', async () => {
    const [one, two] = [await authorEpoch(crypto, draft), await authorEpoch(crypto, draft)]
    expect(one.epoch.id).not.toBe(two.epoch.id)
    expect(one.epoch.exporter.expose()).not.toEqual(two.epoch.exporter.expose())
  })
})

test('an acknowledgement names epoch, member and contribution', async () => {
  const made = await authorEpoch(crypto, draft)
  const other = await authorEpoch(crypto, draft)
  const contribution = crypto.random(32)
  const macs = [
    await confirmation(crypto, made.epoch, bob, contribution),
    await confirmation(crypto, made.epoch, cleo, contribution),
    await confirmation(crypto, other.epoch, bob, contribution),
    await confirmation(crypto, made.epoch, bob, crypto.random(32)),
  ]
  expect(new Set(macs.map(toHex)).size).toBe(4)
  expect(await confirmation(crypto, await opened(made), bob, contribution)).toEqual(macs[0])
})
