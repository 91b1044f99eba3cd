import { expect, test } from 'vitest'
import { createWorld, type Member } from './testing/network.ts'

const joined = async (world: Awaited<ReturnType<typeof createWorld>>, names: readonly string[]) => {
  const members: Member[] = []
  for (const name of names) {
    members.push(world.open(name))
    await world.pass(1_500)
  }
  return members
}

test('three join, agree, talk both ways, and one leaves', async () => {
  const world = await createWorld({ seed: 1 })
  const [ann, bob, cleo] = (await joined(world, ['Ann', 'Bob', 'Cleo'])) as [Member, Member, Member]
  expect(world.standing()).toHaveLength(1)
  expect(
    world
      .view(cleo)
      .members.map(({ link }) => link)
      .sort(),
  ).toEqual(['direct', 'direct', 'self'])
  await world.say(ann, 'from Ann')
  await world.say(cleo, 'from Cleo')
  await world.pass(500)
  expect(bob.heard.sort()).toEqual(['from Ann', 'from Cleo'])
  expect(cleo.heard).toEqual(['from Ann'])
  expect(ann.state.outbox).toEqual([])
  const before = world.view(bob)
  await world.leave(ann)
  await world.pass(1_000)
  const after = world.view(bob)
  expect(after.epoch).toBeGreaterThan(before.epoch ?? 0)
  expect(after.fingerprint).not.toBe(before.fingerprint)
  expect(world.standing()).toHaveLength(1)
  const dora = world.open('Dora')
  await world.pass(1_500)
  expect(world.standing()).toHaveLength(1)
  expect(dora.heard).toEqual([])
  expect(dora.state.group.epochs.every((epoch) => epoch.counter > (after.epoch ?? 0))).toBe(true)
})

test('both ends of a pair show one safety number, every other pair another', async () => {
  const world = await createWorld({ seed: 2 })
  const all = (await joined(world, ['Ann', 'Bob', 'Cleo'])) as [Member, Member, Member]
  const seen = (by: Member, of: Member) =>
    world.view(by).members.find(({ id }) => id === of.id)?.safety ?? null
  const [ann, bob, cleo] = all
  const pairs = [
    [ann, bob],
    [ann, cleo],
    [bob, cleo],
  ] as const
  for (const [one, other] of pairs) expect(seen(one, other)).toEqual(seen(other, one))
  expect(new Set(pairs.map(([one, other]) => seen(one, other)?.digits)).size).toBe(3)
  expect(seen(ann, bob)?.digits).toMatch(/^(\d{5} ){11}\d{5}$/)
  expect(all.map((member) => seen(member, member))).toEqual([null, null, null])
})
