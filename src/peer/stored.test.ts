import { describe, expect, test } from 'vitest'
import { DecodeError } from '../codec/index.ts'
import { decodePeer, encodePeer } from './index.ts'
import { createWorld, type Member } from './testing/network.ts'

const three = async (seed: number) => {
  const world = await createWorld({ seed })
  const members: Member[] = []
  for (const name of ['Ann', 'Bob', 'Cleo']) {
    members.push(world.open(name))
    await world.pass(1_500)
  }
  const [ann, bob, cleo] = members as [Member, Member, Member]
  return { world, ann, bob, cleo }
}

test('a member comes back from what it stored: fresh sessions, a new epoch, nothing lost', async () => {
  const { world, ann, bob, cleo } = await three(11)
  await world.say(ann, 'before')
  await world.pass(500)
  const epoch = world.view(bob).epoch ?? 0
  const safety = world.view(bob).members.find(({ id }) => id === ann.id)?.safety?.digits
  world.close(ann)
  await world.pass(2_000)
  expect(world.view(bob).members.map(({ name }) => name)).toContain('Ann')
  await world.say(bob, 'while you were away')
  await world.pass(2_000)

  const back = await world.resume(ann)
  expect(back.id).toBe(ann.id)
  expect(world.view(back).phase).toBe('joined')
  await world.pass(5_000)
  expect(world.standing()).toHaveLength(1)
  expect(world.view(back).epoch).toBeGreaterThan(epoch)
  expect(back.heard).toEqual(['while you were away'])
  const again = world.view(bob).members.find(({ id }) => id === ann.id)
  expect(again).toMatchObject({ trust: 'verified', link: 'direct' })
  expect(again?.safety?.digits).not.toBe(safety)

  await world.say(back, 'I am back')
  await world.say(cleo, 'welcome')
  await world.pass(1_000)
  expect([...bob.heard].sort()).toEqual(['I am back', 'before', 'welcome'])
  expect(back.heard).toEqual(['while you were away', 'welcome'])
})

test('all close and come back one by one: one epoch, and own messages still arrive', async () => {
  const { world, ann, bob, cleo } = await three(12)
  for (const member of [bob, cleo]) world.close(member)
  await world.pass(500)
  await world.say(ann, 'for later')
  await world.pass(500)
  world.close(ann)
  const back = [await world.resume(cleo)]
  await world.pass(3_000)
  back.push(await world.resume(ann))
  await world.pass(3_000)
  back.push(await world.resume(bob))
  await world.pass(6_000)
  expect(world.standing()).toHaveLength(1)
  expect(back[0]?.heard).toEqual(['for later'])
  expect(back[2]?.heard).toEqual(['for later'])
  expect(back[1]?.state.outbox).toEqual([])
})

test('a member killed at any moment comes back and is heard: 20 moments', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const world = await createWorld({ seed: 100 + seed, maxDelay: 30 })
    const [ann, bob] = [world.open('Ann'), world.open('Bob')]
    await world.pass(2_500)
    await world.say(ann, 'one')
    await world.say(bob, 'two')
    await world.pass(seed * 7)
    world.close(ann)
    await world.pass(seed * 11)
    const back = await world.resume(ann)
    await world.pass(6_000)
    await world.say(back, 'three')
    await world.say(bob, 'four')
    await world.pass(3_000)
    expect(world.standing(), `seed ${seed}`).toHaveLength(1)
    expect([...new Set(bob.heard)], `seed ${seed}`).toEqual(bob.heard)
    expect([...bob.heard].sort(), `seed ${seed}`).toEqual(['one', 'three'])
    expect([...ann.heard, ...back.heard].sort(), `seed ${seed}`).toEqual(['four', 'two'])
  }
}, 60_000)

describe('the stored state', () => {
  test('is the same after a round trip, and every cut or foreign form is refused', async () => {
    const { world, ann } = await three(13)
    const bytes = encodePeer(ann.state)
    const back = await decodePeer(world.crypto, bytes)
    expect(encodePeer(back)).toEqual(bytes)
    expect(back.renew).toEqual(new Set(ann.state.pairs.keys()))
    for (const cut of [0, 1, 2, 17, 100, 1_000, bytes.length - 1])
      await expect(decodePeer(world.crypto, bytes.slice(0, cut))).rejects.toThrow(DecodeError)
    const other = bytes.slice()
    other[0] = 9
    await expect(decodePeer(world.crypto, other)).rejects.toThrow('unknown format')
  })

  test('random changes decode to a state or fail as DecodeError', async () => {
    const { world, ann } = await three(14)
    const bytes = encodePeer(ann.state)
    for (let i = 0; i < 400; i++) {
      const changed = bytes.slice()
      const at = new DataView(world.crypto.random(4).buffer).getUint32(0) % changed.length
      changed[at] = world.crypto.random(1)[0]!
      try {
        await decodePeer(world.crypto, changed)
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }
  })
})
