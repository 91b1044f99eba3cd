import { expect, test } from 'vitest'
import { type Bytes, decode, encode } from '../codec/index.ts'
import type { MemberId } from '../group/index.ts'
import { createWorld, type Member } from './testing/network.ts'
import { frame } from './wire.ts'

type World = Awaited<ReturnType<typeof createWorld>>

const twoInside = async (seed: number): Promise<{ world: World; ann: Member; bob: Member }> => {
  const world = await createWorld({ seed, relayOnly: true })
  const ann = world.open('Ann')
  await world.pass(1_000)
  const bob = world.open('Bob')
  await world.pass(1_500)
  return { world, ann, bob }
}

const hand = (world: World, to: Member, from: MemberId, bytes: Bytes, via: 'relay' | 'direct' = 'relay') =>
  world.dispatch(to, { kind: 'received', from, via, bytes })

const stranger = 'ab'.repeat(16) as MemberId

test('what cannot be read leaves the state object as it was, and says why', async () => {
  const { world, ann, bob } = await twoInside(11)
  const sealed = bob.relayed.findLast((bytes) => bytes[0] === 3) as Bytes
  const flipped = sealed.slice()
  flipped[flipped.length - 1]! ^= 1
  const cases: [code: string, from: MemberId, bytes: Bytes][] = [
    ['frame/malformed', bob.id, new Uint8Array(0)],
    ['frame/malformed', bob.id, Uint8Array.of(9, 1, 2)],
    ['frame/malformed', bob.id, new Uint8Array(60_000).fill(3)],
    ['frame/malformed', bob.id, new Uint8Array([...sealed, 0])],
    ['pair/none', stranger, sealed],
    ['ratchet/unreadable', bob.id, sealed],
    ['ratchet/unreadable', bob.id, flipped],
    [
      'pair/none',
      stranger,
      encode(frame, { kind: 'group', body: new Uint8Array(90), tag: new Uint8Array(16) }),
    ],
    [
      'pair/bad-tag',
      bob.id,
      encode(frame, { kind: 'group', body: new Uint8Array(90), tag: new Uint8Array(16) }),
    ],
  ]
  for (const [code, from, bytes] of cases) {
    const before = ann.state
    await hand(world, ann, from, bytes)
    expect(ann.rejects.at(-1)).toBe(code)
    expect(ann.state).toBe(before)
  }
  await world.say(bob, 'still here')
  await world.pass(500)
  expect(ann.heard).toEqual(['still here'])
})

test('flows that are unknown, replayed, reflected, from oneself or of another suite change nothing', async () => {
  const { world, ann, bob } = await twoInside(12)
  const flows = [...ann.relayed, ...bob.relayed].filter((bytes) => bytes[0] === 1) as Bytes[]
  expect(flows).toHaveLength(5)
  const opening = decode(frame, flows.find((bytes) => decodeFlow(bytes) === 1)!)
  if (opening.kind !== 'pake') throw new Error('not a flow')
  const before = ann.state
  await hand(world, ann, bob.id, encode(frame, { ...opening, suite: 99 }))
  expect(ann.rejects.at(-1)).toBe('pake/unknown-suite')
  await hand(world, ann, ann.id, encode(frame, opening))
  expect(ann.rejects.at(-1)).toBe('pake/failed')
  await hand(world, ann, bob.id, encode(frame, opening), 'direct')
  expect(ann.rejects.at(-1)).toBe('pake/unexpected')
  for (const flow of [2, 3, 4, 5, 6, 255]) {
    await hand(world, ann, stranger, encode(frame, { ...opening, flow }))
    expect(ann.rejects.at(-1)).toBe('pake/unexpected')
  }
  expect(ann.state).toBe(before)
  const standing = world.standing()
  for (const bytes of flows) {
    await hand(world, ann, bob.id, bytes)
    await hand(world, bob, ann.id, bytes)
    await hand(world, ann, stranger, bytes)
  }
  await world.pass(40_000)
  expect(world.standing()).toEqual(standing)
  expect(ann.state.pairs.size).toBe(1)
})

const decodeFlow = (bytes: Bytes): number => {
  const flow = decode(frame, bytes)
  return flow.kind === 'pake' ? flow.flow : 0
}

test('a wrong password is noticed on both sides, and changes nothing in the group', async () => {
  const { world, ann, bob } = await twoInside(13)
  const standing = world.standing()
  const eve = world.open('Eve', { password: 'wrong' })
  await world.pass(2_000)
  expect(eve.state.ended).toBe('refused')
  for (const member of [ann, bob]) {
    expect(member.notices).toContain('guess-failed')
    expect(member.state.pairs.has(eve.id)).toBe(false)
  }
  world.close(eve)
  expect(world.standing()).toEqual(standing)
})

test('20,000 random and mutated frames: a code each time, and the room goes on', async () => {
  const { world, ann, bob } = await twoInside(15)
  const samples = [...bob.relayed]
  const draw = (below: number) => new DataView(world.crypto.random(4).buffer).getUint32(0) % below
  const epoch = world.view(ann).epoch
  for (let i = 0; i < 20_000; i++) {
    const bytes = i % 4 === 0 ? world.crypto.random(draw(80)) : samples[draw(samples.length)]!.slice()
    // A flow 1 starts an honest run, which costs time: openings have their own tests.
    if (bytes[0] === 1) bytes[19] = 2 + draw(250)
    if (bytes.length > 1) bytes[1 + draw(bytes.length - 1)]! ^= 1 << draw(8)
    if (bytes[0] === 1 && bytes[19] === 1) continue
    await hand(world, ann, i % 3 === 0 ? stranger : bob.id, bytes as Bytes)
  }
  expect(ann.rejects.length).toBeGreaterThan(15_000)
  expect(ann.heard).toEqual([])
  expect(world.view(ann).epoch).toBe(epoch)
  await world.say(bob, 'alive')
  await world.pass(3_000)
  expect(ann.heard).toEqual(['alive'])
}, 120_000)
