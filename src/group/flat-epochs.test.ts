import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode, fromHex } from '../codec/index.ts'
import { Secret } from '../crypto/index.ts'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { GroupControl } from './control.ts'
import { authorEpoch, type EpochId, epochHeader, openEpoch } from './epoch.ts'
import { type GroupEvent, groupStep } from './group.ts'
import { openMessage, sealMessage, tagFor } from './message.ts'
import { emptyRoster, finalLife, type MemberId, merge, type RosterDelta, rosterHash } from './roster.ts'
import { openBody, sealBody } from './sender-chain.ts'
import { createGroup, currentEpoch, type GroupState } from './state.ts'

const { crypto } = await seededCrypto('group', globalThis.crypto.subtle as never)
const idOf = (n: number) => n.toString(16).padStart(2, '0').repeat(16) as MemberId
const groupId = new Uint8Array(16).fill(9)
const [ann, bob, cleo] = [idOf(1), idOf(2), idOf(3)]

/** States by id, and a wire that delivers each control in order. */
const world = (...ids: MemberId[]) => worldOf(1_000, ids)
const worldOf = (lease: number, ids: readonly MemberId[]) => {
  const states = new Map(
    ids.map((id) => [id, createGroup(crypto, groupId, { id, name: `name ${id[1]}`, lease })]),
  )
  let now = 1
  /** Members without a session with each other. */
  const apart = new Set<MemberId>()
  const lost: ((to: MemberId, message: GroupControl) => boolean)[] = []
  const rejects: string[] = []
  const run = async (id: MemberId, event: GroupEvent): Promise<void> => {
    const near = (other: MemberId): boolean => other !== id && !(apart.has(id) && apart.has(other))
    const reachable = new Set([...states.keys()].filter(near))
    const { state, effects } = await groupStep(crypto, states.get(id)!, event, {
      now,
      reachable,
      online: true,
    })
    states.set(id, state)
    for (const effect of effects) {
      if (effect.kind === 'reject') rejects.push(effect.code)
      if (effect.kind !== 'control' || !reachable.has(effect.to)) continue
      if (lost.some((isLost) => isLost(effect.to, effect.message))) continue
      await run(effect.to, { kind: 'control', from: id, message: effect.message })
    }
  }
  const pass = async (ms: number): Promise<void> => {
    for (const end = now + ms; now < end; ) {
      now += 100
      for (const id of [...states.keys()]) await run(id, { kind: 'tick' })
    }
  }
  const found = async (): Promise<void> => {
    await run(ids[0]!, { kind: 'found' })
    for (const id of ids.slice(1)) {
      for (const other of ids) if (other !== id) await run(other, { kind: 'meet', member: id })
      await run(id, { kind: 'meet', member: ids[0]! })
    }
    await pass(3_000)
  }
  const standing = () => new Set([...states.values()].map((state) => currentEpoch(state)?.id))
  return {
    states,
    run,
    pass,
    found,
    standing,
    lost,
    apart,
    rejects,
    at: (id: MemberId) => states.get(id) as GroupState,
  }
}

const anyDelta = fc.record({
  adds: fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: 6 }).map(idOf),
      name: fc.constantFrom('x', 'y'),
      sponsor: fc.constant(ann),
      lease: fc.constantFrom(1, 2),
      life: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 5 },
  ),
  removes: fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: 6 }).map(idOf),
      by: fc.integer({ min: 1, max: 6 }).map(idOf),
      reason: fc.constantFrom('left' as const, 'evicted' as const, 'expired' as const),
      life: fc.constantFrom(0, 1, finalLife),
    }),
    { maxLength: 3 },
  ),
})

test('rosters merge to one hash in every order, once or twice, and a removal wins', () => {
  fc.assert(
    fc.property(fc.array(anyDelta, { maxLength: 5 }), (deltas) => {
      const all = (order: readonly RosterDelta[]) => rosterHash(crypto, order.reduce(merge, emptyRoster))
      expect(all(deltas.toReversed())).toBe(all(deltas))
      expect(all([...deltas, ...deltas])).toBe(all(deltas))
      const merged = deltas.reduce(merge, emptyRoster)
      for (const { id, life } of deltas.flatMap(({ removes }) => removes)) {
        expect(merged.adds.get(id)?.life ?? finalLife + 1).toBeGreaterThan(life)
      }
    }),
  )
})

test('an epoch opens to its author’s fingerprint, and with any flipped byte to nothing', async () => {
  const draft = {
    group: groupId,
    author: ann,
    members: [ann, bob],
    rosterHash: 'ab'.repeat(32),
    delta: { adds: [], removes: [] },
    parents: [],
    contributions: new Map(),
    now: 0,
  }
  const { header, joint, epoch } = await authorEpoch(crypto, draft)
  const holder = { self: bob, now: 0 }
  const opened = await openEpoch(crypto, header, joint, holder)
  expect(opened?.fingerprint).toEqual(epoch.fingerprint)
  expect(opened?.id).toBe(epoch.id)
  expect(opened?.receiving.get(ann)?.chain.expose()).toEqual(epoch.sending?.chain.expose())
  expect(await openEpoch(crypto, header, new Secret(crypto.random(32)), holder)).toBeNull()
  const bytes = encode(epochHeader, header)
  for (let at = 17; at < bytes.length; at += 3) {
    const changed = bytes.slice()
    changed[at]! ^= 1
    let other: typeof header
    try {
      other = decode(epochHeader, changed)
    } catch {
      continue
    }
    if (!other.members.includes(bob)) continue
    expect(await openEpoch(crypto, other, joint, holder)).toBeNull()
  }
  const child = await authorEpoch(crypto, { ...draft, parents: [epoch] })
  expect(child.header.counter).toBe(2)
})

test('an epoch answers what was said before it: nobody contests it for a standing of old', async () => {
  const group = world(ann, bob, cleo)
  await group.found()
  await group.pass(10_000)
  group.lost.push((_to, { kind }) => kind === 'heads')
  const { hash } = group.at(cleo)
  const elsewhere = { id: 'ab'.repeat(32) as EpochId, counter: 1 }
  const said = { kind: 'heads', hash, current: elsewhere } as const
  await group.run(cleo, { kind: 'control', from: bob, message: said })
  await group.pass(2_500)
  group.states.set(bob, { ...group.at(bob), stale: true })
  await group.pass(10_000)
  expect(group.standing().size).toBe(1)
  expect(currentEpoch(group.at(ann))?.author).toBe(bob)
})

test('who reaches all mends a difference before those whose epoch would not get to everybody', async () => {
  const group = worldOf(600_000, [ann, bob, cleo])
  await group.found()
  await group.pass(10_000)
  group.apart.add(ann).add(cleo)
  group.states.set(cleo, { ...group.at(cleo), headsAt: group.at(cleo).headsAt + 2_500 })
  group.states.set(ann, { ...group.at(ann), stale: true })
  await group.pass(20_000)
  expect(group.standing().size).toBe(1)
  expect(group.at(bob).epochs.map(({ author }) => author)).toEqual([ann, ann, bob])
})

test('three meet and agree; one leaves and the rest move on without it', async () => {
  const group = world(ann, bob, cleo)
  await group.found()
  expect(group.standing().size).toBe(1)
  const before = currentEpoch(group.at(ann))!
  expect(before.members).toEqual([ann, bob, cleo])
  const leaver = group.at(cleo)
  group.states.delete(cleo)
  for (const id of [ann, bob])
    await group.run(id, { kind: 'control', from: cleo, message: { kind: 'leave' } })
  await group.pass(1_000)
  const after = currentEpoch(group.at(bob))!
  expect(group.standing().size).toBe(1)
  expect(after.counter).toBeGreaterThan(before.counter)
  const sealed = (await sealMessage(crypto, group.at(bob), new Uint8Array(40)))!
  expect(await openMessage(crypto, leaver, bob, sealed.bytes)).toEqual({
    kind: 'rejected',
    code: 'group/unknown-epoch',
  })
})

test('two authors at once end in one epoch', async () => {
  const group = world(ann, bob)
  await group.run(ann, { kind: 'found' })
  await group.run(bob, { kind: 'found' })
  expect(group.standing().size).toBe(2)
  await group.run(ann, { kind: 'meet', member: bob })
  await group.run(bob, { kind: 'meet', member: ann })
  await group.pass(5_000)
  expect(group.standing().size).toBe(1)
  expect(currentEpoch(group.at(ann))?.members).toEqual([ann, bob])
})

test('a lost epoch is sent again', async () => {
  const group = world(ann, bob)
  let losses = 0
  group.lost.push((_, message) => message.kind === 'epoch' && ++losses <= 3)
  await group.found()
  await group.pass(3_000)
  expect(losses).toBeGreaterThan(3)
  expect(group.standing().size).toBe(1)
  expect(group.at(ann).pending).toBeNull()
})

test('who is away longer than the lease is removed, by one member for all', async () => {
  const group = world(ann, bob, cleo)
  await group.found()
  group.states.delete(cleo)
  await group.pass(2_500)
  expect(group.at(bob).roster.removes.get(cleo)).toEqual({ id: cleo, by: ann, reason: 'expired', life: 0 })
  expect(group.standing().size).toBe(1)
})

test('headers and acknowledgements that break a rule leave the state object as it was', async () => {
  const group = world(ann, bob)
  await group.found()
  const state = group.at(bob)
  const current = currentEpoch(state)!
  const { header, joint } = await authorEpoch(crypto, {
    group: groupId,
    author: ann,
    members: [ann, bob],
    rosterHash: state.hash,
    delta: { adds: [], removes: [] },
    parents: [currentEpoch(group.at(ann))!],
    contributions: new Map(),
    now: 0,
  })
  const good = { kind: 'epoch' as const, header, joint: joint.expose() }
  const cases: [string, MemberId, GroupControl][] = [
    ['group/foreign-epoch', cleo, good],
    ['group/foreign-epoch', ann, { ...good, header: { ...header, group: new Uint8Array(16) } }],
    ['group/foreign-epoch', ann, { ...good, header: { ...header, version: 2 } }],
    ['group/bad-header', ann, { ...good, header: { ...header, members: [bob, ann] } }],
    ['group/not-a-member', ann, { ...good, header: { ...header, members: [ann, cleo] } }],
    ['group/counter', ann, { ...good, header: { ...header, counter: header.counter + 1 } }],
    [
      'group/counter',
      ann,
      { ...good, header: { ...header, parents: ['cd'.repeat(32) as never], counter: 1e9 } },
    ],
    ['group/bad-commitment', ann, { ...good, joint: new Uint8Array(32) }],
    [
      'group/bad-ack',
      ann,
      { kind: 'ack', epoch: current.id, mac: new Uint8Array(32), contribution: new Uint8Array(32) },
    ],
  ]
  for (const [code, from, message] of cases) {
    await group.run(bob, { kind: 'control', from, message })
    expect(group.rejects.at(-1)).toBe(code)
    expect(group.at(bob)).toBe(state)
  }
})

test('messages open once, in any order, for their sender only, and mutated ones never', async () => {
  const group = world(ann, bob, cleo)
  await group.found()
  let sender = group.at(ann)
  const sealed: Uint8Array[] = []
  for (let i = 0; i < 6; i++) {
    const made = (await sealMessage(crypto, sender, Uint8Array.of(i, 1, 2, 3)))!
    sender = made.state
    sealed.push(made.bytes)
  }
  let receiver = group.at(bob)
  for (const i of [3, 0, 5, 1, 4, 2]) {
    expect(await openMessage(crypto, receiver, cleo, sealed[i]!)).toMatchObject({
      code: 'group/wrong-sender',
    })
    const opened = await openMessage(crypto, receiver, ann, sealed[i]!)
    if (opened.kind !== 'opened') throw new Error(opened.code)
    expect(opened.body[0]).toBe(i)
    receiver = opened.state
    expect(await openMessage(crypto, receiver, ann, sealed[i]!)).toMatchObject({ code: 'group/replayed' })
  }
  for (let i = 0; i < 400; i++) {
    const changed = sealed[0]!.slice()
    changed[crypto.random(1)[0]! % changed.length]! ^= 1 << (i % 8)
    expect((await openMessage(crypto, group.at(bob), ann, changed)).kind).toBe('rejected')
  }
})

test('a chain restored from a copy seals under another key and nonce; jumps end at 2,048', async () => {
  const used: string[] = []
  const watching = {
    ...crypto,
    seal: (...args: Parameters<typeof crypto.seal>) => {
      const [key, nonce] = args
      used.push(`${(key as Secret).expose()} ${(nonce as Secret).expose()}`)
      return crypto.seal(...args)
    },
  }
  const chain = { chain: new Secret(fromHex('11'.repeat(32))), generation: 0 }
  const aad = async () => new Uint8Array(0)
  await sealBody(watching, chain, new Uint8Array(4), aad)
  await sealBody(watching, chain, new Uint8Array(4), aad)
  expect(new Set(used).size).toBe(2)
  const receiving = { ...chain, skipped: new Map<number, Secret>() }
  const bytes = new Uint8Array(64)
  expect(await openBody(crypto, receiving, 2_049, bytes, new Uint8Array(0))).toMatchObject({
    code: 'group/jump',
  })
  expect(await openBody(crypto, receiving, 2_048, bytes, new Uint8Array(0))).toMatchObject({
    code: 'group/unreadable',
  })
})

test('a tag is for one pair, one direction and one message', async () => {
  const auth = new Secret(crypto.random(32))
  const bytes = crypto.random(50)
  const tag = await tagFor(crypto, auth, { sender: ann, recipient: bob }, bytes)
  expect(tag).toHaveLength(16)
  expect(await tagFor(crypto, auth, { sender: bob, recipient: ann }, bytes)).not.toEqual(tag)
  expect(await tagFor(crypto, auth, { sender: ann, recipient: cleo }, bytes)).not.toEqual(tag)
  expect(await tagFor(crypto, auth, { sender: ann, recipient: bob }, bytes.slice(1))).not.toEqual(tag)
})
