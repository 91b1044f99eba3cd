import { expect, test } from 'vitest'
import { createWorld, idOf, type Member, type World } from './testing/world.ts'

const joined = async (world: World, names: readonly string[]): Promise<readonly Member[]> => {
  const members: Member[] = []
  for (const name of names) {
    members.push(await world.open(name))
    await world.pass(1_500)
  }
  await world.pass(5_000)
  return members
}
const texts = ({ heard }: Member): readonly string[] => heard.map(({ text }) => text).sort()

test('three join, agree, talk both ways, and one leaves', async () => {
  const world = await createWorld({ seed: 1 })
  const [ann, bob, cleo] = (await joined(world, ['Ann', 'Bob', 'Cleo'])) as [Member, Member, Member]
  expect(world.standing()).toHaveLength(1)
  const links = world.view(cleo).members.map(({ link }) => link)
  expect(links.sort()).toEqual(['direct', 'direct', 'self'])
  await world.say(ann, 'from Ann')
  await world.say(cleo, 'from Cleo')
  await world.pass(1_500)
  expect(texts(bob)).toEqual(['from Ann', 'from Cleo'])
  expect(texts(cleo)).toEqual(['from Ann'])
  expect(world.view(ann).delivery.outgoing.map(({ state }) => state)).toEqual(['delivered'])
  const before = world.view(bob)
  await world.leave(ann)
  await world.pass(2_000)
  const after = world.view(bob)
  expect(after.epoch).toBeGreaterThan(before.epoch ?? 0)
  expect(after.fingerprint).not.toBe(before.fingerprint)
  expect(world.standing()).toHaveLength(1)
  const dora = await world.open('Dora')
  await world.pass(3_000)
  expect(world.standing()).toHaveLength(1)
  expect(dora.heard).toEqual([])
  expect(dora.runner.state().group.epochs.every(({ counter }) => counter > (after.epoch ?? 0))).toBe(true)
})

test('all show one room number, both ends of a pair one of their own, every other pair another', async () => {
  const world = await createWorld({ seed: 2 })
  const all = await joined(world, ['Ann', 'Bob', 'Cleo'])
  expect(new Set(all.map((member) => world.view(member).roomNumber?.digits)).size).toBe(1)
  const seen = (by: Member, of: Member) =>
    world.view(by).members.find(({ id }) => id === idOf(of))?.number?.digits
  const [ann, bob, cleo] = all as [Member, Member, Member]
  const pairs = [
    [ann, bob],
    [ann, cleo],
    [bob, cleo],
  ] as const
  for (const [one, other] of pairs) expect(seen(one, other)).toBe(seen(other, one))
  expect(new Set(pairs.map(([one, other]) => seen(one, other))).size).toBe(3)
})

test('a newcomer proves the password once, and its seed is gone once it is in', async () => {
  const world = await createWorld({ seed: 3 })
  await joined(world, ['Ann', 'Bob'])
  const cleo = await world.open('Cleo')
  const seed = cleo.runner.state().admission.joining?.seed
  expect(seed?.wiped).toBe(false)
  await world.pass(5_000)
  expect(seed?.wiped).toBe(true)
  expect(cleo.runner.state().password.verifier.wiped).toBe(false)
  const proofs = cleo.relayed.filter((bytes) => bytes[0] === 1)
  expect(new Set(proofs.map((bytes) => bytes.subarray(2, 18).join())).size).toBe(1)
})

test('a clock that is set back stops nobody, one that is set forward is a wake-up', async () => {
  const world = await createWorld({ seed: 4, fast: true })
  const [ann, bob] = (await joined(world, ['Ann', 'Bob'])) as [Member, Member]
  for (const ms of [-3 * 60 * 60_000, 5 * 60 * 60_000]) {
    ann.skewMs += ms
    await world.feed(ann, { kind: 'wake' })
    await world.pass(3 * 60_000)
    await world.say(ann, `after ${ms}`)
    await world.pass(3_000)
    expect(texts(bob)).toContain(`after ${ms}`)
    expect(world.standing()).toHaveLength(1)
  }
})

test('two who founded apart meet by the verifier, and end in one group', async () => {
  const world = await createWorld({ seed: 20, relayOnly: true, fast: true })
  await world.open('Ann')
  await world.pass(1_000)
  const bob = await world.open('Bob')
  world.cut([bob])
  await world.pass(20_000)
  expect(world.view(bob).members).toHaveLength(1)
  world.network.heal()
  await world.pass(4 * 60_000)
  expect(world.standing()).toHaveLength(1)
  expect(world.view(bob).members).toHaveLength(2)
})
