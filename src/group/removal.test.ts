import { describe, expect, test } from 'vitest'
import type { MemberId } from '../identity/index.ts'
import { createWorld, minute, type World } from './testing/world.ts'
import { currentEpoch, entryOf, keptEntry, memberOf, removalOf } from './views.ts'
import { wakeAt } from './waking.ts'

type Four = [MemberId, MemberId, MemberId, MemberId]
const removalsTo = (group: World, to: MemberId) =>
  group.letters.flatMap((letter) =>
    letter.to === to && letter.message.kind === 'removals' ? letter.message.removals : [],
  )

describe('eviction', () => {
  test('the others are told at once, before any epoch; the removed one gets its removal and nothing else', async () => {
    const group = await createWorld('told', 4)
    const [ann, bob, cleo, dan] = (await group.found()) as Four
    group.members.get(dan)!.online = false
    await group.reachChanged()
    group.letters.length = 0
    const effects = await group.run(ann, { kind: 'evict', member: cleo, withInvited: false })
    const own = { id: cleo, by: ann, reason: 'evicted', teller: ann }
    expect(group.letters.map(({ to, message }) => [to, message.kind])).toEqual([
      [bob, 'removals'],
      [cleo, 'removals'],
      [bob, 'epoch'],
    ])
    expect(removalsTo(group, cleo)).toEqual([own])
    expect(effects.find(({ kind }) => kind === 'post')).toMatchObject({
      to: [dan],
      message: { removals: [own] },
    })
    expect(effects).toContainEqual(
      expect.objectContaining({ kind: 'notice', code: 'member-evicted', by: ann }),
    )
    await group.pass(60_000)
    expect(group.letters.filter(({ to }) => to === cleo)).toHaveLength(1)
    expect(keptEntry(group.at(bob), cleo)?.id).toBe(cleo)
    expect(entryOf(group.at(bob), cleo)?.entry.name).toBe(
      group.people.find(({ id }) => id === cleo)?.entry.name,
    )
  })

  test('one with everybody whom it let in', async () => {
    const group = await createWorld('invited', 6)
    const [ann, bob] = (await group.found(2)) as [MemberId, MemberId]
    for (const index of [2, 3]) await group.join(index, bob)
    const mine = await group.join(4, ann)
    await group.pass(10_000)
    await group.run(ann, { kind: 'evict', member: bob, withInvited: true })
    await group.pass(1_000)
    expect([...group.at(ann).roster.entries.keys()].sort()).toEqual([ann, mine].sort())
    expect(group.hashes(ann, mine).size).toBe(1)
    expect(group.epochs(ann, mine).size).toBe(1)
    await group.run(ann, { kind: 'evict', member: ann, withInvited: true })
    expect(group.rejects.at(-1)).toBe('group/not-a-member')
  })

  test('who is told of its own removal passes it on with its teller, then stops, and its secrets go', async () => {
    const group = await createWorld('own', 4)
    const [ann, bob, cleo, dan] = (await group.found()) as Four
    const epoch = currentEpoch(group.at(cleo))!
    await group.say(dan, cleo, {
      kind: 'removals',
      removals: [{ id: cleo, by: ann, reason: 'evicted', teller: ann }],
    })
    const removed = group.effectsOf(cleo).find(({ kind }) => kind === 'removed')
    expect(removed).toEqual({ kind: 'removed', by: ann, teller: dan, reason: 'evicted' })
    await group.pass(100)
    for (const one of [ann, bob]) expect(removalOf(group.at(one), cleo)?.teller).toBe(dan)
    expect(removalOf(group.at(bob), cleo)?.by).toBe(dan)
    expect([epoch.confirm.wiped, epoch.exporter.wiped, epoch.headerKey.wiped]).toEqual([true, true, true])
    await group.run(cleo, { kind: 'tick' })
    expect(group.rejects.at(-1)).toBe('group/ended')
    expect(wakeAt(group.at(cleo), group.surroundingsOf(cleo))).toBeNull()
  })

  test('one that was told it left, and did not, names who said so', async () => {
    const group = await createWorld('did not leave', 3)
    const [ann, bob, cleo] = (await group.found()) as [MemberId, MemberId, MemberId]
    await group.say(bob, cleo, {
      kind: 'removals',
      removals: [{ id: cleo, by: cleo, reason: 'left', teller: cleo }],
    })
    await group.pass(100)
    expect(removalOf(group.at(ann), cleo)).toMatchObject({ by: bob, reason: 'evicted' })
  })

  test('who leaves says so, and the rest moves on without it', async () => {
    const group = await createWorld('leave', 3)
    const [ann, bob, cleo] = (await group.found()) as [MemberId, MemberId, MemberId]
    await group.run(cleo, { kind: 'leave' })
    expect(group.effectsOf(cleo)).toContainEqual({ kind: 'removed', by: cleo, teller: cleo, reason: 'left' })
    group.close(cleo)
    await group.pass(2_000)
    expect(removalOf(group.at(ann), cleo)).toMatchObject({ by: cleo, reason: 'left' })
    expect(currentEpoch(group.at(ann))?.members).toHaveLength(2)
    expect(group.epochs(ann, bob).size).toBe(1)
  })
})

describe('expiry', () => {
  test('of who is away longer than its lease: announced 10 s before, by the smallest id within reach, for all', async () => {
    const group = await createWorld('expiry', 3)
    const ids = await group.found()
    const away = ids[2]!
    const [first, second] = ids.slice(0, 2).sort() as [MemberId, MemberId]
    group.members.get(away)!.online = false
    await group.reachChanged()
    group.letters.length = 0
    await group.pass(5 * minute)
    expect(memberOf(group.at(first), away)).not.toBeNull()
    await group.pass(5_000)
    const said = group.letters.filter(({ message }) => message.kind === 'expiring')
    expect(said.map(({ from, to }) => [from, to])).toEqual([[first, second]])
    expect(memberOf(group.at(first), away)).not.toBeNull()
    await group.pass(10_000)
    for (const id of [first, second]) {
      expect(removalOf(group.at(id), away)).toMatchObject({ by: first, reason: 'expired' })
    }
    expect(group.epochs(first, second).size).toBe(1)
    expect(keptEntry(group.at(first), away)?.id).toBe(away)
  })

  test('is not made if anybody heard it within its lease', async () => {
    const group = await createWorld('heard', 3)
    const ids = await group.found()
    const away = ids[2]!
    const [first, second] = ids.slice(0, 2).sort() as [MemberId, MemberId]
    group.apart.add(group.pair(first, away))
    await group.reachChanged()
    await group.pass(30 * minute)
    expect(memberOf(group.at(first), away)).not.toBeNull()
    group.apart.add(group.pair(second, away))
    await group.reachChanged()
    await group.pass(12 * minute)
    expect(removalOf(group.at(first), away)?.reason).toBe('expired')
  })

  test('counts only time in which this member was itself connected', async () => {
    const group = await createWorld('offline', 2)
    const [ann, bob] = (await group.found()) as [MemberId, MemberId]
    group.members.get(ann)!.online = false
    group.members.get(bob)!.online = false
    await group.reachChanged()
    for (let i = 0; i < 20; i++) {
      await group.pass(minute)
      await group.run(ann, { kind: 'tick' })
    }
    expect(memberOf(group.at(ann), bob)).not.toBeNull()
    group.members.get(ann)!.online = true
    await group.run(ann, { kind: 'tick' })
    await group.pass(4 * minute)
    expect(memberOf(group.at(ann), bob)).not.toBeNull()
    await group.pass(2 * minute)
    expect(removalOf(group.at(ann), bob)?.reason).toBe('expired')
  })

  test('a machine that slept does not find everybody expired when it wakes', async () => {
    const group = await createWorld('nap', 2)
    const [ann, bob] = (await group.found()) as [MemberId, MemberId]
    group.members.get(bob)!.online = false
    await group.reachChanged()
    await group.pass(4 * minute)
    group.world.now += 60 * minute
    await group.run(ann, { kind: 'tick' })
    await group.pass(50_000)
    expect(memberOf(group.at(ann), bob)).not.toBeNull()
    await group.pass(2 * minute)
    expect(removalOf(group.at(ann), bob)?.reason).toBe('expired')
  })
})
