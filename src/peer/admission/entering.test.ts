/** Getting in from flow 1 to the end of the seed. */
import { expect, test } from 'vitest'
import { currentEpoch, liveMembers } from '../../group/index.ts'
import { createWorld, isIn } from './test-people.ts'

test('who finds the room empty founds it; the next is let in; all hold one roster and epoch; the seed is gone', async () => {
  const world = await createWorld('entering')
  const ann = await world.join('Ann')
  await world.pass(100)
  expect(isIn(ann)).toBe(true)
  const bob = await world.create('Bob')
  const { seed } = bob.state.admission.joining!
  await world.goOnline(bob)
  await world.pass(3_000)
  expect(isIn(bob)).toBe(true)
  for (const { state } of [ann, bob]) expect(liveMembers(state.group)).toHaveLength(2)
  expect(ann.state.group.hash).toBe(bob.state.group.hash)
  expect(currentEpoch(ann.state.group)?.id).toBe(currentEpoch(bob.state.group)?.id)
  expect(currentEpoch(ann.state.group)).not.toBeNull()
  expect(seed.wiped).toBe(true)
  expect(bob.state.admission.joining).toBeNull()
  expect(bob.state.password.record?.hash).toBe(ann.state.password.record?.hash)
})
