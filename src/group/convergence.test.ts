import { expect, test } from 'vitest'
import { createWorld, minute } from './testing/world.ts'
import { currentEpoch, liveMembers, sendableEpoch } from './views.ts'

test('members that join one by one hold one roster and one epoch, and know who let them in', async () => {
  const group = await createWorld('one by one', 5)
  const ids = await group.found()
  expect(group.hashes(...ids).size).toBe(1)
  expect([...group.epochs(...ids)]).toEqual([currentEpoch(group.at(ids[0]!))!.id])
  for (const id of ids) {
    expect(liveMembers(group.at(id)).map((entry) => entry.id)).toEqual([...ids].sort())
    expect(new Set(liveMembers(group.at(id)).map(({ by }) => by))).toEqual(new Set([ids[0]]))
  }
  expect(group.rejects.filter((code) => code !== 'group/not-a-member')).toEqual([])
})

test('sixteen that join in one second agree within three', async () => {
  const group = await createWorld('crowd', 16)
  const first = group.open(0)
  await group.run(first, { kind: 'found' })
  const ids = [first]
  for (let i = 1; i < 16; i++) {
    ids.push(await group.join(i, ids[i % 3 === 0 ? 0 : ids.length - 1]!))
    await group.pass(60)
  }
  await group.pass(3_000)
  expect(group.hashes(...ids).size).toBe(1)
  expect(group.epochs(...ids).size).toBe(1)
  expect(sendableEpoch(group.at(ids[7]!))?.members).toHaveLength(16)
})

test('nobody polls: a silent room steps about once a minute and member, and makes an epoch an hour', async () => {
  const group = await createWorld('silence', 4)
  const ids = await group.found()
  const { counter } = currentEpoch(group.at(ids[0]!))!
  group.world.wakes = 0
  await group.pass(180 * minute)
  expect(group.world.wakes).toBeLessThan(4 * 180 * 1.5)
  expect(currentEpoch(group.at(ids[1]!))!.counter - counter).toBe(3)
  expect(group.epochs(...ids).size).toBe(1)
})
