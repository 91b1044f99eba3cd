import { describe, expect, test } from 'vitest'
import { DecodeError } from '../codec/index.ts'
import { decodePeer, encodePeer, isOtherFormat } from './index.ts'
import { createWorld, idOf, type Member } from './testing/world.ts'

const three = async (seed: number) => {
  const world = await createWorld({ seed, fast: true })
  const members: Member[] = []
  for (const name of ['Ann', 'Bob', 'Cleo']) {
    members.push(await world.open(name))
    await world.pass(3_000)
  }
  await world.pass(10_000)
  const [ann, bob, cleo] = members as [Member, Member, Member]
  return { world, ann, bob, cleo }
}
const texts = (...members: readonly Member[]): readonly string[] =>
  members.flatMap(({ heard }) => heard.map(({ text }) => text)).sort()

test('a member comes back from what it stored: the same id and number, fresh sessions, nothing lost', async () => {
  const { world, ann, bob, cleo } = await three(11)
  await world.say(ann, 'before')
  await world.pass(1_000)
  const number = world.view(bob).members.find(({ id }) => id === idOf(ann))?.number?.digits
  world.close(ann)
  await world.pass(2_000)
  expect(world.view(bob).members.map(({ name }) => name)).toContain('Ann')
  await world.say(bob, 'while you were away')
  await world.pass(2_000)
  const back = await world.resume(ann)
  expect(idOf(back)).toBe(idOf(ann))
  await world.pass(40_000)
  expect(world.standing()).toHaveLength(1)
  expect(texts(back)).toEqual(['while you were away'])
  const again = world.view(bob).members.find(({ id }) => id === idOf(ann))
  expect(again?.number?.digits).toBe(number)
  await world.say(back, 'I am back')
  await world.say(cleo, 'welcome')
  await world.pass(2_000)
  expect(texts(bob)).toEqual(['I am back', 'before', 'welcome'])
  expect(texts(back)).toEqual(['welcome', 'while you were away'])
})

test('all close and come back one by one: one epoch, and own messages still arrive', async () => {
  const { world, ann, bob, cleo } = await three(12)
  for (const member of [bob, cleo]) world.close(member)
  await world.pass(500)
  await world.say(ann, 'for later')
  await world.pass(500)
  world.close(ann)
  const back: Member[] = []
  for (const member of [cleo, ann, bob]) {
    back.push(await world.resume(member))
    await world.pass(15_000)
  }
  await world.pass(60_000)
  expect(world.standing()).toHaveLength(1)
  expect(texts(back[0]!)).toEqual(['for later'])
  expect(texts(back[2]!)).toEqual(['for later'])
})

test('a member killed at any moment comes back and is heard: 20 moments', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const world = await createWorld({ seed: 100 + seed, fast: true, maxDelay: 30 })
    const [ann, bob] = [await world.open('Ann'), await world.open('Bob')]
    await world.pass(4_000)
    await world.say(ann, 'one')
    await world.say(bob, 'two')
    await world.pass(seed * 7)
    world.close(ann)
    await world.pass(seed * 11)
    const back = await world.resume(ann)
    await world.pass(60_000)
    await world.say(back, 'three')
    await world.say(bob, 'four')
    await world.pass(10_000)
    expect(world.standing(), `seed ${seed}`).toHaveLength(1)
    expect(texts(bob), `seed ${seed}`).toEqual(['one', 'three'])
    expect(texts(ann, back), `seed ${seed}`).toEqual(['four', 'two'])
  }
})

describe('the stored state', () => {
  test('is the same after a round trip, and every cut or foreign form is refused', async () => {
    const { world, ann } = await three(13)
    const bytes = encodePeer(ann.runner.state())
    expect(encodePeer(decodePeer(world.crypto, bytes))).toEqual(bytes)
    for (const cut of [0, 1, 2, 17, 100, 1_000, bytes.length - 1])
      expect(() => decodePeer(world.crypto, bytes.slice(0, cut))).toThrow(DecodeError)
    const other = bytes.slice()
    other[0] = 1
    expect(isOtherFormat(other)).toBe(true)
    expect(() => decodePeer(world.crypto, other)).toThrow('unknown format')
  })

  test('random changes decode to a state or fail as DecodeError', async () => {
    const { world, ann } = await three(14)
    const bytes = encodePeer(ann.runner.state())
    let refused = 0
    for (let i = 0; i < 400; i++) {
      const changed = bytes.slice()
      const at = new DataView(world.crypto.random(4).buffer).getUint32(0) % changed.length
      changed[at]! ^= 1 + (world.crypto.random(1)[0]! % 255)
      try {
        decodePeer(world.crypto, changed)
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(0)
  })
})

test.each([31, 32])(
  'an older state that knows nobody here: those here count it as expired, and it returns (%i)',
  async (seed) => {
    const world = await createWorld({ seed, fast: true })
    const ann = await world.open('Ann')
    await world.pass(3_000)
    const cleo = await world.open('Cleo')
    await world.pass(10_000)
    const { stored } = cleo
    const bob = await world.open('Bob')
    await world.pass(10_000)
    for (const member of [ann, cleo]) world.close(member)
    await world.pass(8 * 60_000)
    expect(world.view(bob).members.map(({ name }) => name)).toEqual(['Bob'])
    cleo.stored = stored
    const back = await world.resume(cleo)
    expect(world.view(back).members.map(({ name }) => name)).not.toContain('Bob')
    // It counts Ann as expired, too: then it is alone.
    await world.pass(10 * 60_000)
    expect(world.standing()).toHaveLength(1)
    expect(world.view(bob).members.map(({ name }) => name)).toContain('Cleo')
  },
)
