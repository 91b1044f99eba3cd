import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, decode, encode, fromHex, toHex, utf8 } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
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
import type { MemberId } from './roster.ts'
import pinned from './vectors/epoch.json' with { type: 'json' }

const newCrypto = async (seed: string): Promise<Crypto> =>
  (await seededCrypto(seed, globalThis.crypto.subtle as never)).crypto
const crypto = await newCrypto('epoch')

const idOf = (n: number) => n.toString(16).padStart(2, '0').repeat(16) as MemberId
const [ann, bob, cleo] = [idOf(1), idOf(2), idOf(3)]
const draft: EpochDraft = {
  group: new Uint8Array(16).fill(9),
  author: ann,
  members: [ann, bob, cleo],
  rosterHash: 'ab'.repeat(32),
  delta: {
    adds: [{ id: cleo, name: 'Cleo', sponsor: cleo, lease: 60_000, life: 0 }],
    removes: [{ id: idOf(4), by: bob, reason: 'left', life: 0xffff }],
  },
  parents: [],
  contributions: new Map(),
  now: 5,
}
const holder = { self: bob, now: 7 }

const opened = async (made: AuthoredEpoch, self: MemberId = bob): Promise<HeldEpoch> => {
  const epoch = await openEpoch(crypto, made.header, made.joint, { self, now: 7 })
  if (epoch === null) throw new Error('not opened')
  return epoch
}
const withResume = (epoch: HeldEpoch, resume: Bytes | null): HeldEpoch => ({
  ...epoch,
  resume: resume === null ? null : new Secret(resume),
})

describe('author and members', () => {
  test('derive the same secrets, each with its own sending chain', async () => {
    const made = await authorEpoch(crypto, draft)
    const at = new Map([[ann, made.epoch]])
    for (const self of [bob, cleo]) at.set(self, await opened(made, self))
    for (const [self, epoch] of at) {
      expect(epoch.id).toBe(made.epoch.id)
      expect(epoch.fingerprint).toEqual(made.epoch.fingerprint)
      expect(epoch.fingerprint).toHaveLength(16)
      expect(epoch.members).toEqual(draft.members)
      for (const name of ['confirm', 'resume', 'exporter', 'headerKey'] as const) {
        expect(epoch[name]?.expose()).toEqual(made.epoch[name]?.expose())
      }
      expect([...epoch.receiving.keys()]).toEqual(draft.members.filter((id) => id !== self))
      for (const [other, { chain }] of epoch.receiving) {
        expect(chain.expose()).toEqual(at.get(other)?.sending?.chain.expose())
      }
    }
    const secrets = [...at.values()].flatMap(({ confirm, resume, exporter, headerKey, sending }) =>
      [confirm, resume, exporter, headerKey, sending?.chain].map((secret) => toHex(secret!.expose())),
    )
    expect(new Set(secrets).size).toBe(4 + draft.members.length)
  })

  test('a member list without this member is a mistake of the caller', async () => {
    const made = await authorEpoch(crypto, draft)
    await expect(openEpoch(crypto, made.header, made.joint, { self: idOf(8), now: 0 })).rejects.toThrow(
      TypeError,
    )
  })

  test('the counter is one more than the greatest parent’s, and the greater (counter, id) is preferred', async () => {
    const first = await authorEpoch(crypto, draft)
    expect(first.header.counter).toBe(1)
    const high = { ...(await authorEpoch(crypto, draft)).epoch, counter: 41 }
    const child = await authorEpoch(crypto, { ...draft, parents: [high, first.epoch] })
    expect(child.header.counter).toBe(42)
    expect(child.header.parents).toEqual([high.id, first.epoch.id].sort())
    const low = { counter: 3, id: 'aa' as EpochId }
    expect(precedes(low, { counter: 4, id: '00' as EpochId })).toBe(true)
    expect(precedes(low, { counter: 3, id: 'ab' as EpochId })).toBe(true)
    expect(precedes(low, low)).toBe(false)
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
    expect(tried).toBeGreaterThan(bytes.length - 30)
  })

  test('a commitment fits one secret only: another’s, or none, is refused', async () => {
    const one = await authorEpoch(crypto, draft)
    const two = await authorEpoch(crypto, draft)
    expect(one.header.commitment).not.toEqual(two.header.commitment)
    const { commitment } = two.header
    for (const joint of [one.joint, two.joint]) {
      expect(await openEpoch(crypto, { ...one.header, commitment, counter: 2 }, joint, holder)).toBeNull()
    }
    expect(await openEpoch(crypto, one.header, two.joint, holder)).toBeNull()
    expect(await openEpoch(crypto, { ...one.header, commitment }, one.joint, holder)).toBeNull()
  })
})

describe('what enters J', () => {
  /** J of a draft under one fixed stream of random bytes. */
  const jointOf = async (change: Partial<EpochDraft>): Promise<string> =>
    toHex((await authorEpoch(await newCrypto('same bytes'), { ...draft, ...change })).joint.expose())

  test('the parents’ resumption secrets, in no particular order', async () => {
    const one = (await authorEpoch(crypto, draft)).epoch
    const two = (await authorEpoch(crypto, draft)).epoch
    const joints = [
      await jointOf({}),
      await jointOf({ parents: [one] }),
      await jointOf({ parents: [two] }),
      await jointOf({ parents: [one, two] }),
      await jointOf({ parents: [withResume(one, crypto.random(32))] }),
    ]
    expect(new Set(joints).size).toBe(joints.length)
    expect(await jointOf({ parents: [two, one] })).toBe(joints[3])
    expect(await jointOf({ parents: [one] })).toBe(joints[1])
    await expect(jointOf({ parents: [withResume(one, null)] })).rejects.toThrow(TypeError)
  })

  test('every contribution, in no particular order', async () => {
    const [a, b] = [crypto.random(32), crypto.random(32)]
    const joints = [
      await jointOf({}),
      await jointOf({ contributions: new Map([[bob, a]]) }),
      await jointOf({ contributions: new Map([[bob, b]]) }),
      await jointOf({
        contributions: new Map([
          [bob, a],
          [cleo, b],
        ]),
      }),
      await jointOf({
        contributions: new Map([
          [bob, b],
          [cleo, a],
        ]),
      }),
    ]
    expect(new Set(joints).size).toBe(joints.length)
    expect(
      await jointOf({
        contributions: new Map([
          [cleo, b],
          [bob, a],
        ]),
      }),
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

describe('pinned vector', () => {
  const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes =>
    new Uint8Array(
      createHmac('sha256', key)
        .update(concat(...parts))
        .digest(),
    )
  /** RFC 5869 §2.3 for up to 32 bytes. */
  const expand = (key: Uint8Array, label: string, context: Uint8Array = new Uint8Array(0)): Bytes =>
    hmac(key, utf8(label), context, Uint8Array.of(1))
  const sha3 = (...parts: readonly Uint8Array[]): Bytes =>
    new Uint8Array(
      createHash('sha3-256')
        .update(concat(...parts))
        .digest(),
    )

  test('the key schedule of SPEC.md, written a second time, gives it', () => {
    const { given, derived } = pinned
    const inheritance = concat(...given.parents.map(({ id, resume }) => fromHex(id + resume)))
    const mix = expand(hmac(new Uint8Array(32), inheritance), 'epoch/parents')
    const joint = hmac(mix, fromHex(given.fresh), ...given.contributions.map((hex) => fromHex(hex)))
    expect(toHex(joint)).toBe(derived.joint)
    const header = fromHex(given.header)
    const digest = sha3(utf8('mlwe-pake epoch header'), header.subarray(0, header.length - 32))
    const secret = expand(joint, 'epoch/secret', digest)
    const values = {
      joint: toHex(joint),
      id: toHex(sha3(utf8('mlwe-pake epoch'), header)),
      commitment: toHex(expand(secret, 'epoch/commit')),
      confirm: toHex(expand(secret, 'epoch/confirm')),
      resume: toHex(expand(secret, 'epoch/resume')),
      exporter: toHex(expand(secret, 'epoch/export')),
      headerKey: toHex(expand(secret, 'epoch/header')),
      fingerprint: toHex(expand(secret, 'epoch/safety').slice(0, 16)),
      chains: given.members.map((id) => toHex(expand(secret, 'epoch/sender', fromHex(id)))),
    }
    expect(values).toEqual(derived)
    expect(toHex(header.subarray(header.length - 32))).toBe(derived.commitment)
  })

  test('the code opens it', async () => {
    const { given, derived } = pinned
    const header = decode(epochHeader, fromHex(given.header))
    const [self, ...others] = given.members as MemberId[]
    const epoch = await openEpoch(crypto, header, new Secret(fromHex(derived.joint)), { self: self!, now: 0 })
    expect(epoch?.id).toBe(derived.id)
    expect(toHex(epoch!.fingerprint)).toBe(derived.fingerprint)
    for (const name of ['confirm', 'resume', 'exporter', 'headerKey'] as const) {
      expect(toHex(epoch![name]!.expose())).toBe(derived[name])
    }
    const chains = [epoch!.sending!.chain, ...others.map((id) => epoch!.receiving.get(id)!.chain)]
    expect(chains.map((chain) => toHex(chain.expose()))).toEqual(derived.chains)
  })

  test('the code authors it from the same random bytes', async () => {
    const { given, derived } = pinned
    const random = (count: number): Bytes => {
      if (count !== 32) throw new Error('one draw of 32 bytes')
      return fromHex(given.fresh)
    }
    const header = decode(epochHeader, fromHex(given.header))
    const blank = (await authorEpoch(crypto, draft)).epoch
    const parents = given.parents.map(({ id, resume }, i) => ({
      ...blank,
      id: id as EpochId,
      counter: header.counter - 1 - i,
      resume: new Secret(fromHex(resume)),
    }))
    const contributions = new Map(
      given.contributions.map((hex, i) => [given.members[i + 1] as MemberId, fromHex(hex)]),
    )
    const made = await authorEpoch({ ...crypto, random }, { ...draft, ...header, parents, contributions })
    expect(toHex(encode(epochHeader, made.header))).toBe(given.header)
    expect(toHex(made.joint.expose())).toBe(derived.joint)
  })
})
