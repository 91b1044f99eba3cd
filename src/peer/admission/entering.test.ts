/** Getting in from A1 to the end of the seed, and who does not. */
import { expect, test } from 'vitest'
import { currentEpoch, liveMembers } from '../../group/index.ts'
import { createSelf } from '../../identity/index.ts'
import { inGroup } from '../membership.ts'
import { codes, createWorld, flowsOf, groupId, isIn, type Person, type World } from './testing/people.ts'
import { playDoor, playGuest } from './testing/strangers.ts'

const roster = ({ state }: Person): readonly string[] =>
  liveMembers(state.group).map(({ entry }) => entry.name)

const selfAt = (world: World, name: string, label: string, prefix = '') =>
  createSelf(world.crypto, groupId, { name, lease: 3_600_000, address: world.addressOf(label, prefix) })

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
  expect(ann.state.admission.level.level).toBe(0)
})

test('the seed lives until a second member was met, and no longer than 60 s', async () => {
  const world = await createWorld('seed')
  const ann = await world.join('Ann')
  await world.pass(100)
  const bob = await world.join('Bob')
  await world.pass(3_000)
  const cleo = await world.create('Cleo')
  const { seed } = cleo.state.admission.joining!
  // Bob is here, and nothing passes between him and Cleo.
  const pair = [bob.address, cleo.address]
  world.wire.delay = (from, to) => (pair.includes(from) && pair.includes(to) ? null : 5)
  await world.goOnline(cleo)
  await world.pass(30_000)
  expect(isIn(cleo)).toBe(true)
  expect(seed.wiped).toBe(false)
  world.wire.delay = () => 5
  await world.pass(62_000)
  expect(seed.wiped).toBe(true)
  const dora = await world.create('Dora')
  const second = dora.state.admission.joining!.seed
  await world.goOnline(dora)
  await world.pass(4_000)
  expect(roster(dora)).toHaveLength(4)
  expect(second.wiped).toBe(true)
  expect(ann.state.group.hash).toBe(dora.state.group.hash)
})

test('each flow lost once is sent again with the same bytes, and the newcomer gets in', async () => {
  const world = await createWorld('lost once')
  const ann = await world.join('Ann')
  await world.pass(1_000)
  const seen = new Set<string>()
  world.wire.delay = (from, _, frame) => {
    const name = `${from} ${frame.kind} ${frame.kind === 'pake' ? frame.flow : ''}`
    if (frame.kind !== 'pake' && frame.kind !== 'admit' && frame.kind !== 'enter') return 5
    if (seen.has(name)) return 5
    seen.add(name)
    return null
  }
  const bob = await world.join('Bob')
  await world.pass(20_000)
  expect(isIn(bob)).toBe(true)
  expect(seen.size).toBe(7)
  for (const [person, flow] of [
    [bob, 1],
    [bob, 3],
    [ann, 4],
    [bob, 5],
  ] as const) {
    const [first, second] = flowsOf(person, flow)
    expect(second?.bytes).toEqual(first?.bytes)
  }
  expect(roster(ann)).toHaveLength(2)
})

test('a doorkeeper that never sends the roster: the newcomer knocks at the next after 4 s, with the same entry', async () => {
  const world = await createWorld('no roster')
  const ann = await world.join('Ann')
  await world.pass(100)
  const bob = await world.join('Bob')
  await world.pass(3_000)
  world.wire.delay = (from, to, frame) =>
    from === ann.address && to !== bob.address && frame.kind === 'pair' ? null : 5
  const cleo = await world.join('Cleo')
  await world.pass(10_000)
  expect(flowsOf(cleo, 5).map(({ to }) => to)).toContain(bob.address)
  expect(isIn(cleo)).toBe(true)
  expect(roster(bob).filter((name) => name === 'Cleo')).toHaveLength(1)
  expect(roster(ann).filter((name) => name === 'Cleo')).toHaveLength(1)
})

test('ghost: who knows the password and never proves its keys is listed nowhere, is sent one entry, and is noticed', async () => {
  const world = await createWorld('ghost')
  const ann = await world.join('Ann')
  await world.pass(1_000)
  const self = await selfAt(world, 'Ghost', 'ghost')
  const ghost = await playGuest(world, 'ghost', { guess: 'right', shows: self.entry })
  await ghost.knock(ann.address)
  await world.pass(9_000)
  expect(codes(ann)).not.toContain('looked-at-entry')
  await world.pass(60_000)
  expect(codes(ann).filter((code) => code === 'looked-at-entry')).toHaveLength(1)
  expect(roster(ann)).toEqual(['Ann'])
  expect(new Set(ghost.kinds)).toEqual(new Set(['pake 2', 'pake 4', 'admit']))
  expect(ann.state.pairs.pairs.size).toBe(0)
})

test('ghost: an ex-member under a copied entry cannot answer A2, since it has not the keys', async () => {
  const world = await createWorld('copied entry')
  const ann = await world.join('Ann')
  await world.pass(100)
  const bob = await world.join('Bob')
  await world.pass(2_000)
  const own = await selfAt(world, 'Eve', 'eve')
  // Bob's keys under Eve's address: an entry of its own, whose keys are not hers.
  const shows = { ...bob.state.self.entry, address: own.entry.address }
  const eve = await playGuest(world, 'eve', { guess: 'right', stops: 'enters', shows, keys: own })
  await eve.knock(ann.address)
  await world.pass(5_000)
  expect(ann.rejects).toContain('handshake/bad-mac')
  expect(roster(ann)).toEqual(expect.not.arrayContaining(['Eve']))
  expect(roster(ann)).toHaveLength(2)
  expect(eve.kinds).not.toContain('pair')
  await world.pass(10_000)
  expect(codes(ann)).toContain('looked-at-entry')
})

test('an entry of another address fails like a wrong password: charged, and no A2', async () => {
  const world = await createWorld('other address')
  const ann = await world.join('Ann')
  await world.pass(1_000)
  const self = await selfAt(world, 'Eve', 'somewhere else')
  const eve = await playGuest(world, 'eve', { guess: 'right', shows: self.entry })
  await eve.knock(ann.address)
  await world.pass(5_000)
  expect(eve.kinds).not.toContain('admit')
  expect(codes(ann)).toContain('wrong-password')
  expect(ann.state.admission.level.level).toBeGreaterThan(0.9)
})

test('a removed entry that is proved gets its removal in place of A4, and nothing before tells that it is removed', async () => {
  const world = await createWorld('removed')
  const ann = await world.join('Ann')
  await world.pass(100)
  const bob = await world.join('Bob')
  await world.pass(2_000)
  await world.act(ann, (tx) => inGroup(tx, { kind: 'evict', member: bob.state.self.id, withInvited: false }))
  await world.leave(bob.address)
  await world.pass(2_000)
  const { self } = bob.state
  const before = ann.sent.length
  const again = await playGuest(world, 'Bob', {
    guess: 'right',
    stops: 'enters',
    shows: self.entry,
    keys: self,
  })
  expect(again.address).toBe(bob.address)
  world.people.splice(world.people.indexOf(bob), 1)
  await again.knock(ann.address)
  await world.pass(3_000)
  expect(again.kinds).toEqual(['pake 2', 'pake 4', 'admit', 'pair'])
  expect(roster(ann)).toEqual(['Ann'])
  expect(ann.sent.slice(before).filter(({ frame }) => frame.kind === 'group')).toHaveLength(0)
})

test('keys of another live entry are refused after a right A3', async () => {
  const world = await createWorld('same keys')
  const ann = await world.join('Ann')
  await world.pass(1_000)
  const first = await selfAt(world, 'Eve', 'eve one')
  const one = await playGuest(world, 'eve one', {
    guess: 'right',
    stops: 'enters',
    shows: first.entry,
    keys: first,
  })
  await one.knock(ann.address)
  await world.pass(3_000)
  expect(roster(ann)).toEqual(expect.arrayContaining(['Ann', 'Eve']))
  const shows = { ...first.entry, name: 'Eve again', address: world.addressOf('eve two') }
  const two = await playGuest(world, 'eve two', { guess: 'right', stops: 'enters', shows, keys: first })
  await two.knock(ann.address)
  await world.pass(3_000)
  expect(two.kinds.at(-1)).toBe('pair')
  expect(roster(ann)).toHaveLength(2)
  expect(ann.rejects).toContain('group/entry-refused')
})

test('an address that shows another entry than the link names is refused as "not the inviter", and the next is asked', async () => {
  const world = await createWorld('not the inviter')
  const ann = await world.join('Ann')
  const impostor = await selfAt(world, 'Ann', 'impostor')
  const played = await playDoor(world, 'impostor', { manner: 'whole', guess: 'right', entry: impostor })
  const invitation = { address: played.address, entryHash: ann.state.self.hash }
  const bob = await world.join('Bob', { invitation })
  await world.pass(50)
  expect(bob.state.admission.joining?.refused.get(played.address)).toBe('not-inviter')
  await world.pass(5_000)
  expect(played.enters).toBe(0)
  expect(isIn(bob)).toBe(true)
  expect(roster(bob)).toContain('Ann')
})

test('an entry of another address in A2 is no doorkeeper', async () => {
  const world = await createWorld('A2 of another')
  const elsewhere = await selfAt(world, 'Ann', 'elsewhere')
  const played = await playDoor(world, 'door', { manner: 'whole', guess: 'right', entry: elsewhere })
  const bob = await world.join('Bob')
  await world.pass(3_000)
  expect(bob.state.admission.joining?.refused.get(played.address)).toBe('entry')
  expect(played.enters).toBe(0)
  expect(bob.state.pairs.pairs.size).toBe(0)
})

test('a doorkeeper with the password and keys of its own gets A3, and a newcomer without its roster is not in', async () => {
  const world = await createWorld('lure')
  const lure = await selfAt(world, 'Lure', 'lure')
  const played = await playDoor(world, 'lure', { manner: 'whole', guess: 'right', entry: lure })
  const bob = await world.join('Bob')
  await world.pass(3_000)
  expect(played.enters).toBeGreaterThan(0)
  expect(isIn(bob)).toBe(false)
  // It sent nothing in that session, and lists nobody for it.
  expect(bob.sent.some(({ frame }) => frame.kind === 'pair')).toBe(false)
  expect(roster(bob)).toEqual(['Bob'])
})

test('a newcomer answers no knock', async () => {
  const world = await createWorld('newcomer')
  const door = await playDoor(world, 'door', { manner: 'silent' })
  const bob = await world.join('Bob')
  const guest = await playGuest(world, 'guest', { guess: 'right' })
  await guest.knock(bob.address)
  await world.pass(3_000)
  expect(guest.kinds.filter((kind) => kind !== 'pake 1')).toEqual([])
  expect(door.flows3).toBe(0)
})
