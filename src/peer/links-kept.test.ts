/** Which links a member asks for as its room grows beyond a full mesh, and how a message to many is handed to the relay. */
import { expect, test } from 'vitest'
import { fullMesh } from './links.ts'
import { createWorld } from './testing/world.ts'

test('a newcomer is linked to its doorkeeper, whose roster it has yet to hear', async () => {
  const world = await createWorld({ seed: 6, fast: true })
  for (const name of ['Ann', 'Bob']) await world.open(name, {})
  await world.pass(10_000)
  for (const { runner } of world.living()) expect(runner.state().room.direct.size).toBe(1)
})

test('a room of 20 keeps 14 links each, and all of them hear a message', async () => {
  const world = await createWorld({ seed: 4, fast: true })
  const names = Array.from({ length: 20 }, (_, i) => `member ${i}`)
  for (const name of names) {
    await world.open(name, {})
    await world.pass(1_500)
  }
  await world.pass(60_000)
  const members = world.living()
  expect(members).toHaveLength(20)
  for (const member of members) {
    const { room, group } = member.runner.state()
    expect(group.roster.entries.size).toBe(20)
    expect(room.direct.size).toBe(14)
  }
  const [first] = members
  if (first === undefined) throw new Error('nobody')
  await world.say(first, 'to all')
  await world.pass(5_000)
  for (const { heard } of members.slice(1)) expect(heard.map(({ text }) => text)).toEqual(['to all'])
})

test('a room that shrinks is a full mesh again', async () => {
  const world = await createWorld({ seed: 5, fast: true })
  for (let i = 0; i <= fullMesh; i++) {
    await world.open(`member ${i}`, {})
    await world.pass(1_500)
  }
  await world.pass(60_000)
  expect(world.living()[0]?.runner.state().room.direct.size).toBe(14)
  const last = world.living().at(-1)
  if (last === undefined) throw new Error('nobody')
  await world.leave(last)
  await world.pass(60_000)
  for (const { runner } of world.living()) expect(runner.state().room.direct.size).toBe(fullMesh - 1)
})
