import { expect, test } from 'vitest'
import type { Address, MemberId } from '../identity/index.ts'
import type { GroupControl } from './control.ts'
import { createMembers, createWorld, minute } from './testing/world.ts'
import { memberOf, removalOf } from './views.ts'

const kinds = (letters: readonly { readonly message: GroupControl }[]) =>
  letters.map(({ message }) => message.kind)

test('a lost entry is asked for and a lost removal is told again, once rosters differ', async () => {
  const group = await createWorld('lost', 5)
  const [ann, bob, cleo] = (await group.found(4)) as [MemberId, MemberId, MemberId]
  group.lost.push(
    ({ to, message }) => to === bob && (message.kind === 'entries' || message.kind === 'removals'),
  )
  const eve = await group.join(4, ann)
  await group.run(ann, { kind: 'evict', member: cleo, withInvited: false })
  await group.pass(100)
  expect(memberOf(group.at(bob), eve)).toBeNull()
  expect(memberOf(group.at(bob), cleo)).not.toBeNull()
  group.close(cleo)
  group.lost.pop()
  await group.pass(30_000)
  expect(memberOf(group.at(bob), eve)?.by).toBe(ann)
  expect(removalOf(group.at(bob), cleo)).toMatchObject({ by: ann, reason: 'evicted' })
  expect(group.hashes(ann, bob, eve).size).toBe(1)
  expect(group.epochs(ann, bob, eve).size).toBe(1)
})

test('a list goes to one member once in 5 s at most, whatever it shows', async () => {
  const group = await createWorld('lists', 3)
  const [ann, bob] = (await group.found()) as [MemberId, MemberId]
  group.letters.length = 0
  for (let i = 0; i < 100; i++) {
    const standing = { current: null, rosterHash: i.toString(16).padStart(64, '0') }
    await group.run(ann, { kind: 'standing', from: bob, standing })
    await group.say(bob, ann, { kind: 'ids', live: [] })
    await group.pass(200)
  }
  const lists = group.letters.filter(({ from, message }) => from === ann && message.kind === 'ids')
  expect(lists.length).toBeGreaterThan(2)
  expect(lists.length).toBeLessThan(6)
})

test('two parts become one: rosters, who let whom in, and removals of either hold in the union', async () => {
  const group = await createWorld('parts', 7)
  const [ann, bob, cleo] = (await group.found(3)) as [MemberId, MemberId, MemberId]
  const dan = group.open(3)
  for (const other of [ann, bob, cleo]) group.apart.add(group.pair(dan, other))
  await group.run(dan, { kind: 'found' })
  const eve = await group.join(4, dan)
  const finn = await group.join(5, dan)
  for (const one of [eve, finn]) for (const other of [ann, bob, cleo]) group.apart.add(group.pair(one, other))
  await group.pass(20_000)
  await group.run(dan, { kind: 'evict', member: finn, withInvited: false })
  group.close(finn)
  await group.pass(5_000)
  group.apart.clear()
  const [partner, other] = [group.people[3]!, group.people[0]!]
  await group.run(ann, { kind: 'merged', partner })
  await group.run(dan, { kind: 'merged', partner: other })
  await group.pass(30_000)
  const all = [ann, bob, cleo, dan, eve]
  expect(group.hashes(...all).size).toBe(1)
  expect(group.epochs(...all).size).toBe(1)
  expect(memberOf(group.at(bob), eve)?.by).toBe(dan)
  expect(memberOf(group.at(dan), cleo)?.by).toBe(ann)
  expect(memberOf(group.at(bob), dan)?.by).toBe(dan)
  await group.say(ann, dan, { kind: 'entries', entries: [{ entry: group.people[5]!.entry, by: ann }] })
  expect(memberOf(group.at(dan), finn)).toBeNull()
})

test('a teller brings 64 new entries and 16 more a minute; what a doorkeeper announced costs nothing', async () => {
  const group = await createWorld('teller', 3)
  const [ann, bob] = (await group.found()) as [MemberId, MemberId]
  const strangers = await createMembers(group.crypto, group.groupId, 120)
  const tell = async (): Promise<void> => {
    for (let i = 0; i < 120; i += 6) {
      const entries = strangers.slice(i, i + 6).map(({ entry }, j) => ({
        entry: { ...entry, address: (i + j + 100).toString(16).padStart(64, '0') as Address },
        by: bob,
      }))
      await group.say(bob, ann, { kind: 'entries', entries })
    }
  }
  await tell()
  expect(group.at(ann).roster.entries.size).toBe(3 + 64)
  group.world.now += minute
  await tell()
  expect(group.at(ann).roster.entries.size).toBe(3 + 64 + 16)
  const expected = new Map([[bob, new Set(strangers.map(({ hash }) => hash))]])
  group.set(ann, { ...group.at(ann), expected })
  for (let i = 0; i < 120; i += 6) {
    const entries = strangers.slice(i, i + 6).map(({ entry }) => ({ entry, by: bob }))
    await group.say(bob, ann, { kind: 'entries', entries })
  }
  expect(group.at(ann).roster.entries.size).toBeGreaterThan(190)
})

test('who asks again and again is handed 512 entries, and 64 more a minute', async () => {
  const group = await createWorld('asker', 4)
  const [ann, bob] = (await group.found()) as [MemberId, MemberId]
  const wanted = group.people.map(({ hash }) => hash)
  group.letters.length = 0
  for (let i = 0; i < 300; i++) await group.say(bob, ann, { kind: 'ask', wanted })
  const handed = group.letters.flatMap(({ message }) => (message.kind === 'entries' ? message.entries : []))
  expect(handed.length).toBe(512)
})

test('a newcomer takes no roster without its doorkeeper’s entry, and only its doorkeeper’s word', async () => {
  const group = await createWorld('welcome', 3)
  const [ann, bob] = (await group.found(2)) as [MemberId, MemberId]
  const cleo = group.open(2)
  const doorkeeper = group.people[0]!
  const live = [group.people[1]!.hash]
  const message = { kind: 'roster' as const, hash: group.at(ann).hash, by: ann, live }
  const before = group.at(cleo)
  await group.run(cleo, { kind: 'welcomed', doorkeeper, message })
  expect(group.at(cleo)).toBe(before)
  expect(group.rejects.at(-1)).toBe('group/bad-roster')
  await group.say(bob, cleo, { kind: 'roster', hash: group.at(ann).hash, by: ann, live })
  expect(group.at(cleo)).toBe(before)
  await group.run(cleo, { kind: 'welcomed', doorkeeper, message: { ...message, live: [doorkeeper.hash] } })
  expect(memberOf(group.at(cleo), cleo)?.by).toBe(ann)
  expect(group.at(cleo).founded).toBe(true)
})

test('the doors: nobody above 192, no third of one address, no removed id, no copied keys', async () => {
  const group = await createWorld('doors', 4)
  const [ann, bob] = (await group.found(2)) as [MemberId, MemberId]
  const [, , cleo, dan] = group.people
  const admit = async (member: typeof cleo): Promise<string | undefined> => {
    group.rejects.length = 0
    if (member !== undefined) await group.run(ann, { kind: 'admitted', member })
    return group.rejects[0]
  }
  const { address } = group.people[1]!.entry
  const [first, second] = await createMembers(group.crypto, group.groupId, 2)
  const sameAddress = { ...first!, entry: { ...first!.entry, address } }
  expect(await admit(sameAddress)).toBeUndefined()
  expect(await admit({ ...second!, entry: { ...second!.entry, address } })).toBe('group/address-taken')
  const copied = { ...dan!, entry: { ...dan!.entry, dh: group.people[1]!.entry.dh } }
  expect(await admit(copied)).toBe('group/entry-refused')
  await group.run(ann, { kind: 'evict', member: bob, withInvited: false })
  expect(await admit(group.people[1])).toBe('group/entry-refused')
  const { roster } = group.at(ann)
  const entries = new Map(roster.entries)
  for (let i = entries.size; i < 192; i++) {
    const id = (i + 1).toString(16).padStart(32, '0') as MemberId
    entries.set(id, { ...entries.get(ann)!, id, entry: { ...dan!.entry, address: id.repeat(2) as Address } })
  }
  group.set(ann, { ...group.at(ann), roster: { ...roster, entries } })
  expect(await admit(cleo)).toBe('group/full')
})

test('an entry that I let in goes to all within reach at once, before any epoch, and to the mailboxes of others', async () => {
  const group = await createWorld('entry first', 4)
  const [ann, bob, cleo] = (await group.found(3)) as [MemberId, MemberId, MemberId]
  group.members.get(cleo)!.online = false
  await group.reachChanged()
  group.letters.length = 0
  const dan = group.open(3)
  const effects = await group.run(ann, { kind: 'admitted', member: group.people[3]! })
  expect(effects.find(({ kind }) => kind === 'post')).toMatchObject({
    to: [cleo],
    message: { kind: 'entries' },
  })
  const sent = group.letters.filter(({ from }) => from === ann)
  expect(kinds(sent)).toEqual(['roster', 'entries', 'epoch', 'epoch'])
  expect(sent.map(({ to }) => to)).toEqual([dan, bob, ...[bob, dan].sort()])
  expect(effects.filter((effect) => effect.kind === 'control').map(({ turn }) => turn)).toEqual([
    'minute',
    'minute',
    'due',
    'due',
  ])
})
