import { expect, test } from 'vitest'
import { type Bytes, encode } from '../codec/index.ts'
import type { Address } from '../identity/index.ts'
import { frame } from './frames.ts'
import { readFrame } from './simulation/strangers.ts'
import { createWorld, type Member, type World } from './testing/world.ts'

const twoInside = async (seed: number, fast = true): Promise<{ world: World; ann: Member; bob: Member }> => {
  const world = await createWorld({ seed, fast, relayOnly: true })
  const ann = await world.open('Ann')
  await world.pass(1_000)
  const bob = await world.open('Bob')
  await world.pass(20_000)
  return { world, ann, bob }
}

const hand = (world: World, to: Member, from: Address, bytes: Bytes): Promise<void> =>
  world.feed(to, { kind: 'received', from, path: 'relay', bytes })

const stranger = 'ab'.repeat(32) as Address

test('what cannot be read changes no session, no roster and no message, and says why', async () => {
  const { world, ann, bob } = await twoInside(11)
  const sealed = bob.relayed.findLast((bytes) => readFrame(bytes)?.kind === 'pair') as Bytes
  const flipped = sealed.slice()
  flipped[flipped.length - 1]! ^= 1
  const group = encode(frame, { kind: 'group', body: new Uint8Array(90), tag: new Uint8Array(16) })
  const cases: [code: string, from: Address, bytes: Bytes][] = [
    ['frame/malformed', bob.address, new Uint8Array(0)],
    ['frame/malformed', bob.address, Uint8Array.of(99, 1, 2)],
    ['frame/malformed', bob.address, new Uint8Array(60_000).fill(5)],
    ['frame/malformed', bob.address, new Uint8Array([...sealed, 0])],
    ['pair/none', stranger, sealed],
    ['ratchet/unreadable', bob.address, sealed],
    ['ratchet/unreadable', bob.address, flipped],
    ['pair/none', stranger, group],
    ['pair/bad-tag', bob.address, group],
    ['frame/unexpected', ann.address, sealed],
  ]
  for (const [code, from, bytes] of cases) {
    const { group: roster, delivery, password, admission } = ann.runner.state()
    const session = [...ann.runner.state().pairs.pairs.values()][0]?.session
    await hand(world, ann, from, bytes)
    expect(ann.rejects.at(-1)).toBe(code)
    const after = ann.runner.state()
    expect([after.group, after.delivery, after.password, after.admission]).toEqual([
      roster,
      delivery,
      password,
      admission,
    ])
    expect([...after.pairs.pairs.values()][0]?.session).toBe(session)
  }
  await world.pass(10_000)
  await world.say(bob, 'still here')
  await world.pass(1_000)
  expect(ann.heard.map(({ text }) => text)).toEqual(['still here'])
})

test('flows that are replayed, reflected, out of order or from nowhere change nothing', async () => {
  const { world, ann, bob } = await twoInside(12)
  const flows = [...ann.relayed, ...bob.relayed].filter((bytes) =>
    ['pake', 'admit', 'enter', 'handshake'].includes(readFrame(bytes)?.kind ?? ''),
  )
  const standing = world.standing()
  for (const bytes of flows)
    for (const [to, from] of [
      [ann, bob.address],
      [bob, ann.address],
      [ann, stranger],
      [bob, stranger],
    ] as const) {
      await hand(world, to, from, bytes)
      await world.pass(50)
    }
  await world.pass(120_000)
  expect(world.standing()).toEqual(standing)
  for (const member of [ann, bob]) expect(member.runner.state().pairs.pairs.size).toBe(1)
  await world.say(ann, 'as before')
  await world.pass(2_000)
  expect(bob.heard.map(({ text }) => text)).toEqual(['as before'])
})

test('20,000 random and mutated frames: a code each time, no defect, and the room goes on', async () => {
  const { world, ann, bob } = await twoInside(15)
  const samples = [...bob.relayed, ...ann.relayed]
  const draw = (below: number): number => new DataView(world.crypto.random(4).buffer).getUint32(0) % below
  for (let i = 0; i < 20_000; i++) {
    const bytes = i % 4 === 0 ? world.crypto.random(draw(80)) : samples[draw(samples.length)]!.slice()
    if (bytes.length > 1) bytes[draw(bytes.length)]! ^= 1 << draw(8)
    await hand(world, ann, i % 3 === 0 ? stranger : bob.address, bytes)
  }
  expect(ann.rejects.length).toBeGreaterThan(10_000)
  expect(ann.rejects).not.toContain('peer/defect')
  expect(ann.heard).toEqual([])
  await world.pass(120_000)
  await world.say(bob, 'alive')
  await world.pass(3_000)
  expect(ann.heard.map(({ text }) => text)).toEqual(['alive'])
  expect(world.standing()).toHaveLength(1)
})
