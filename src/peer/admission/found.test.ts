/** When a newcomer opens the room itself. */
import { expect, test } from 'vitest'
import { closeRoom, noteOwners, openRoom } from '../room.ts'
import { foundRoom, stallsAt } from './found.ts'
import { createWorld, flowsOf, isIn } from './testing/people.ts'
import { playDoor } from './testing/strangers.ts'

test('nobody here, no mailboxes: at once, and not before the relay said so', async () => {
  const world = await createWorld('alone')
  const bob = await world.create('Bob')
  await world.act(bob, (tx) => openRoom(tx, []))
  await world.pass(5_000)
  expect(isIn(bob)).toBe(false)
  await world.act(bob, (tx) => noteOwners(tx, new Map()))
  expect(isIn(bob)).toBe(true)
  expect(bob.state.admission.joining).toBeNull()
  expect(bob.state.password.record).toMatchObject({ revision: 1, by: bob.state.self.id })
})

test('with a mailbox of somebody: never by itself', async () => {
  const world = await createWorld('mailbox')
  world.owners.set(world.addressOf('sleeper'), 0)
  const bob = await world.join('Bob')
  const joinedAt = world.now()
  await world.pass(300_000)
  expect(isIn(bob)).toBe(false)
  // The screen offers it from then on.
  expect(stallsAt(bob.state)).toBeLessThanOrEqual(joinedAt + 15_000)
  await world.act(bob, foundRoom)
  expect(isIn(bob)).toBe(true)
  expect(stallsAt(bob.state)).toBeNull()
})

test('while somebody may yet let it in, no room of its own is offered', async () => {
  const world = await createWorld('hopeful')
  world.owners.set(world.addressOf('sleeper'), 0)
  await playDoor(world, 'old', { manner: 'stalls' })
  const bob = await world.join('Bob')
  await world.pass(5_000)
  expect(flowsOf(bob, 3).length).toBeGreaterThan(0)
  expect(stallsAt(bob.state)).toBeNull()
})

test('after a reconnection: 15 s', async () => {
  const world = await createWorld('reconnected')
  const bob = await world.create('Bob')
  await world.act(bob, (tx) => openRoom(tx, []))
  await world.act(bob, closeRoom)
  await world.pass(1_000)
  await world.goOnline(bob)
  await world.pass(14_900)
  expect(isIn(bob)).toBe(false)
  await world.pass(200)
  expect(isIn(bob)).toBe(true)
})

test('somebody older that leaves: 15 s later; a younger one does not matter', async () => {
  const world = await createWorld('older left')
  const old = await playDoor(world, 'old', { manner: 'silent' })
  const bob = await world.join('Bob')
  await world.pass(100)
  await playDoor(world, 'young', { manner: 'stalls' })
  await world.pass(3_000)
  await world.leave(old.address)
  await world.pass(14_900)
  expect(isIn(bob)).toBe(false)
  // The young one answered a flow 2 and is asked; only those that were here before hold back.
  expect(flowsOf(bob, 3).length).toBeGreaterThan(0)
  await world.pass(61_000)
  expect(isIn(bob)).toBe(true)
})

test('an older address that gives no valid flow 2 within 15 s holds nothing back', async () => {
  const world = await createWorld('no answer')
  await playDoor(world, 'old', { manner: 'silent' })
  const bob = await world.join('Bob')
  await world.pass(14_900)
  expect(isIn(bob)).toBe(false)
  await world.pass(200)
  expect(isIn(bob)).toBe(true)
})

test('an older address that answered, or a refusal, leaves it to the user', async () => {
  const world = await createWorld('answered')
  await playDoor(world, 'old', { manner: 'stalls' })
  const bob = await world.join('Bob')
  await world.pass(200_000)
  expect(isIn(bob)).toBe(false)
  await world.act(bob, foundRoom)
  expect(isIn(bob)).toBe(true)
  const ann = await world.join('Ann', { password: 'another' })
  await world.pass(10_000)
  for (const address of [...world.present]) if (address !== ann.address) await world.leave(address)
  await world.pass(60_000)
  expect(isIn(ann)).toBe(false)
})

test('two newcomers of the same moment end in one room', async () => {
  const world = await createWorld('same moment')
  const ann = await world.create('Ann')
  const bob = await world.create('Bob')
  await world.goOnline(ann)
  await world.goOnline(bob)
  await world.pass(5_000)
  expect([ann, bob].every(isIn)).toBe(true)
  expect(ann.state.group.hash).toBe(bob.state.group.hash)
})

test('two that both take the other for older found apart, and merge', async () => {
  const world = await createWorld('both older')
  const ann = await world.create('Ann')
  const bob = await world.create('Bob')
  world.present.push(ann.address, bob.address)
  await world.goOnline(ann)
  await world.goOnline(bob)
  await world.pass(60_000)
  expect([ann, bob].every(isIn)).toBe(true)
  expect(ann.state.group.hash).toBe(bob.state.group.hash)
})
