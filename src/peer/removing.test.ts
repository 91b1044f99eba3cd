import { expect, test } from 'vitest'
import { utf8 } from '../codec/index.ts'
import { createWorld, type Member } from './testing/network.ts'

type World = Awaited<ReturnType<typeof createWorld>>

const inside = async (world: World, ...names: string[]): Promise<Member[]> => {
  const members: Member[] = []
  for (const name of names) {
    members.push(world.open(name))
    await world.pass(1_500)
  }
  await world.pass(20_000)
  expect(world.standing()).toHaveLength(1)
  return members
}

test('an eviction with a new password: the others go on, only the new one gets in', async () => {
  const world = await createWorld({ seed: 31, relayOnly: true })
  const [ann, bob, cleo] = (await inside(world, 'Ann', 'Bob', 'Cleo')) as [Member, Member, Member]
  await world.dispatch(bob, { kind: 'remove', member: cleo.id, password: await world.passwordOf('new') })
  expect(
    world
      .view(bob)
      .members.map(({ name }) => name)
      .sort(),
  ).toEqual(['Ann', 'Bob'])
  await world.pass(1_000)
  expect(cleo.state.ended).toBe('removed')
  for (const member of [ann, bob]) {
    expect(member.notices).toContain('member-evicted')
    expect(member.state.pairs.has(cleo.id)).toBe(false)
    expect(world.view(member).removedWhoKnow).toBe(0)
  }
  expect(ann.notices).toContain('password-changed')
  expect(world.standing()).toHaveLength(1)
  await world.say(ann, 'without Cleo')
  await world.pass(500)
  expect(bob.heard).toEqual(['without Cleo'])
  expect(cleo.heard).toEqual([])
  world.close(cleo)
  await world.pass(200)
  const again = world.open('Cleo', { password: 'right' })
  await world.pass(3_000)
  expect(again.state.ended).toBe('refused')
  world.close(again)
  const dora = world.open('Dora', { password: 'new' })
  await world.pass(4_000)
  expect(dora.state.joined).toBe(true)
  expect(world.standing()).toHaveLength(1)
})

test('who was found wrong under the old password is proved to again under the new one', async () => {
  const world = await createWorld({ seed: 35, relayOnly: true })
  const [ann, bob, cleo] = (await inside(world, 'Ann', 'Bob', 'Cleo')) as [Member, Member, Member]
  world.cut([bob.id])
  await world.dispatch(ann, { kind: 'remove', member: cleo.id, password: await world.passwordOf('new') })
  const dora = world.open('Dora', { password: 'new' })
  await world.pass(4_000)
  expect(dora.state.joined).toBe(true)
  // Bob meets Dora before Ann can tell him of the new password.
  world.network.heal()
  world.cut([ann.id])
  await world.pass(8_000)
  expect([...bob.state.refused, ...dora.state.refused]).not.toEqual([])
  world.network.heal()
  await world.pass(32_000)
  expect(world.standing()).toHaveLength(1)
  expect(bob.state.pairs.get(dora.id)?.trust).toBe('verified')
})

test('without a new password the view says that the removed can knock again', async () => {
  const world = await createWorld({ seed: 32, relayOnly: true })
  const [ann, bob, cleo] = (await inside(world, 'Ann', 'Bob', 'Cleo')) as [Member, Member, Member]
  await world.dispatch(ann, { kind: 'remove', member: cleo.id, password: null })
  await world.pass(1_000)
  expect(world.view(bob).removedWhoKnow).toBe(1)
  const again = world.open('Cleo', { password: 'right' })
  await world.pass(4_000)
  expect(again.state.joined).toBe(true)
  await world.dispatch(ann, { kind: 'change-password', password: await world.passwordOf('new') })
  await world.pass(1_000)
  expect([ann, bob, again].map((member) => world.view(member).removedWhoKnow)).toEqual([0, 0, 0])
})

test('two members change the password at once: all end with one of the two', async () => {
  const world = await createWorld({ seed: 33, relayOnly: true, loss: 0.2 })
  const members = await inside(world, 'Ann', 'Bob', 'Cleo', 'Dora')
  const [ann, bob] = members as [Member, Member]
  await world.dispatch(ann, { kind: 'change-password', password: await world.passwordOf('of Ann') })
  await world.dispatch(bob, { kind: 'change-password', password: await world.passwordOf('of Bob') })
  await world.pass(20_000)
  const verifiers = members.map(({ state }) => String(state.verifier.expose()))
  expect(new Set(verifiers).size).toBe(1)
  const winner = ann.id > bob.id ? 'of Ann' : 'of Bob'
  expect(verifiers[0]).toBe(String(world.crypto.hash(utf8(winner))))
})

test('strangers, the gone and revision 0 change nothing; oneself cannot be removed', async () => {
  const world = await createWorld({ seed: 34, relayOnly: true })
  const [ann] = (await inside(world, 'Ann', 'Bob')) as [Member, Member]
  const before = ann.state
  for (const member of [ann.id, 'ab'.repeat(16) as Member['id']]) {
    await world.dispatch(ann, { kind: 'remove', member, password: null })
    expect(ann.rejects.at(-1)).toBe('group/not-a-member')
    expect(ann.state).toBe(before)
  }
})
