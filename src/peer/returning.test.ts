import { expect, test } from 'vitest'
import { createWorld, idOf } from './testing/world.ts'

const minute = 60_000

test('a tab that was away for longer than its lease comes back under a new entry, without a password', async () => {
  const world = await createWorld({ seed: 41, fast: true })
  const [ann, bob, cleo] = [await world.open('Ann'), await world.open('Bob'), await world.open('Cleo')]
  await world.pass(5_000)
  expect(world.standing()).toHaveLength(1)
  const before = idOf(cleo)
  world.cut([cleo])
  await world.pass(8 * minute)
  expect(world.view(ann).members.map(({ name }) => name)).not.toContain('Cleo')
  await world.say(ann, 'while you were away')
  world.network.heal()
  await world.pass(2 * minute)
  expect(world.standing()).toHaveLength(1)
  expect(
    world
      .view(ann)
      .members.map(({ name }) => name)
      .sort(),
  ).toEqual(['Ann', 'Bob', 'Cleo'])
  expect(idOf(cleo)).not.toBe(before)
  await world.say(cleo, 'back')
  await world.pass(5_000)
  for (const member of [ann, bob]) expect(member.heard.map(({ text }) => text)).toContain('back')
})

test('one that was offline meanwhile comes back the same way', async () => {
  const world = await createWorld({ seed: 42, fast: true })
  const [ann, bob, cleo] = [await world.open('Ann'), await world.open('Bob'), await world.open('Cleo')]
  await world.pass(5_000)
  world.endpoints.get(cleo.address)?.drop(8 * minute)
  for (const { address } of [ann, bob]) await world.feed(cleo, { kind: 'link', address, direct: false })
  for (const member of [ann, bob])
    await world.feed(member, { kind: 'link', address: cleo.address, direct: false })
  await world.pass(7 * minute)
  expect(world.view(ann).members.map(({ name }) => name)).toEqual(expect.not.arrayContaining(['Cleo']))
  await world.pass(3 * minute)
  expect(world.standing()).toHaveLength(1)
  expect(world.view(cleo).members).toHaveLength(3)
})

test('one that was evicted hears so when it speaks again, and ends', async () => {
  const world = await createWorld({ seed: 43, fast: true })
  const [ann, bob, cleo] = [await world.open('Ann'), await world.open('Bob'), await world.open('Cleo')]
  await world.pass(5_000)
  world.cut([cleo])
  await world.remove(ann, idOf(cleo))
  await world.pass(minute)
  expect(cleo.runner.state().phase.kind).toBe('joined')
  world.network.heal()
  await world.say(cleo, 'still here?')
  await world.pass(3 * minute)
  expect(cleo.runner.state().phase).toMatchObject({ kind: 'ended', ending: 'removed', by: 'Ann' })
  for (const member of [ann, bob]) expect(member.heard).toEqual([])
})
