/** Whom a newcomer asks, in which order, and what strangers can make of it. */
import { expect, test } from 'vitest'
import type { Address } from '../../identity/index.ts'
import { encodeFrame } from '../frames.ts'
import { admissionView, retryAdmission } from './admission.ts'
import { ownLevelAllowedAt } from './ledger.ts'
import { codes, createWorld, flowsOf, isIn, type Person, type World } from './testing/people.ts'
import { type Manner, type PlayedDoor, playDoor } from './testing/strangers.ts'

const strangers = async (
  world: World,
  count: number,
  manner: Manner,
  label: string,
): Promise<PlayedDoor[]> => {
  const doors: PlayedDoor[] = []
  for (let i = 0; i < count; i++) doors.push(await playDoor(world, `${label} ${i}`, { manner }))
  return doors
}

/** Until Bob is in, seconds. */
const secondsUntilIn = async (world: World, bob: Person, limit: number): Promise<number> => {
  const start = world.now()
  while (!isIn(bob) && world.now() - start < limit * 1_000) await world.pass(250)
  return (world.now() - start) / 1_000
}

const firstAsked = (person: Person): readonly Address[] => [
  ...new Set(flowsOf(person, 1).map(({ to }) => to)),
]

test('the inviter first, then the oldest, one at a time: the next after 1.5 s without a valid flow 2', async () => {
  const world = await createWorld('order')
  const silent = await strangers(world, 3, 'silent', 'silent')
  const invitation = { address: silent[2]!.address, entryHash: '11'.repeat(32) as never }
  const bob = await world.join('Bob', { invitation })
  const start = world.now()
  await world.pass(4_000)
  const asked = flowsOf(bob, 1).filter(
    ({ bytes }, i, all) => all.findIndex((one) => one.bytes === bytes) === i,
  )
  expect(asked.map(({ to }) => to)).toEqual([silent[2], silent[0], silent[1]].map((door) => door?.address))
  expect(asked.map(({ at }) => at - start)).toEqual([0, 1_500, 3_000])
})

test('unanswered: the same bytes after 2, 6, 14 and 30 s, another run after 60 s', async () => {
  const world = await createWorld('unanswered')
  await strangers(world, 1, 'silent', 'silent')
  // Somebody with a mailbox: no room is founded.
  world.owners.set(world.addressOf('sleeper'), 5)
  const bob = await world.join('Bob')
  const start = world.now()
  await world.pass(66_000)
  const flows = flowsOf(bob, 1)
  expect(flows.map(({ at }) => Math.round((at - start) / 1_000))).toEqual([0, 2, 6, 14, 30, 62, 64])
  expect(new Set(flows.slice(0, 5).map(({ bytes }) => bytes.join()))).toHaveProperty('size', 1)
  expect(flows[5]!.bytes).not.toEqual(flows[0]!.bytes)
})

test('"undelivered" ends a wait at once', async () => {
  const world = await createWorld('undelivered')
  const [first, second] = await strangers(world, 2, 'silent', 'silent')
  const bob = await world.join('Bob')
  await world.pass(100)
  await world.undelivered(bob, first!.address)
  await world.pass(100)
  expect(firstAsked(bob)).toEqual([first!.address, second!.address])
})

test('rubbish for a flow 2 is no answer', async () => {
  const world = await createWorld('rubbish flow 2')
  const address: Address = await world.stranger('rubbish', (from, frame) => {
    if (frame.kind !== 'pake' || frame.flow !== 1) return
    const body = world.crypto.random(66)
    world.send(address, from, encodeFrame({ ...frame, flow: 2, body }))
  })
  const ann = await playDoor(world, 'Ann', { manner: 'stalls' })
  const bob = await world.join('Bob')
  await world.pass(2_000)
  expect(flowsOf(bob, 3).map(({ to }) => to)).toEqual([ann.address])
  expect(bob.rejects).toContain('pake/unexpected')
})

test('"busy" frees nothing, moves on, and asks for a minute at most', async () => {
  const world = await createWorld('busy')
  const times: number[] = []
  const address: Address = await world.stranger('busy', (from, frame) => {
    if (frame.kind !== 'pake') return
    times.push(world.now())
    world.send(address, from, encodeFrame({ kind: 'busy', run: frame.run, retryAfterMs: 3_600_000 }))
  })
  world.owners.set(world.addressOf('sleeper'), 5)
  const bob = await world.join('Bob')
  await world.pass(1_000)
  expect(bob.state.admission.guests.has(address)).toBe(true)
  expect(admissionView(bob.state, world.now()).retryAt! - times[0]!).toBeLessThanOrEqual(60_100)
  const runs = () =>
    new Set(flowsOf(bob, 1).map(({ frame }) => (frame.kind === 'pake' ? frame.run.join() : '')))
  await world.pass(58_000)
  expect(runs().size).toBe(1)
  await world.pass(4_000)
  expect(runs().size).toBe(2)
})

test('a wrong password: refused by one after the other, five at most, and the screen says so', async () => {
  const world = await createWorld('wrong')
  const members: Person[] = []
  for (const name of ['Ann', 'Bob', 'Cleo']) {
    members.push(await world.join(name))
    await world.pass(3_000)
  }
  const eve = await world.join('Eve', { password: 'wrong' })
  await world.pass(10_000)
  const view = admissionView(eve.state, world.now())
  expect(view.phase).toBe('refused')
  expect(view.refusals.map(({ refusal }) => refusal)).toEqual(['proof', 'proof', 'proof'])
  for (const { state } of members) expect(Math.ceil(state.admission.level.level)).toBe(1)
  expect(members.flatMap(codes).filter((code) => code === 'wrong-password')).toHaveLength(3)
  // A refusal ends an address for this password: it is not asked again by itself, and founds nothing.
  await world.pass(120_000)
  expect(flowsOf(eve, 5)).toHaveLength(9)
  expect(new Set(flowsOf(eve, 5).map(({ to }) => to)).size).toBe(3)
  expect(isIn(eve)).toBe(false)
  await world.act(eve, (tx) => retryAdmission(tx))
  await world.pass(10_000)
  // Three charges of before count: two more tries until the own level is spent.
  expect(Math.ceil(eve.state.admission.ownLevel.level)).toBe(5)
})

test('the user asks again and again: an older room with another password does not take all that the own level allows', async () => {
  const world = await createWorld('another password')
  const doors = await strangers(world, 2, 'guesses', 'other')
  const bob = await world.join('Bob')
  for (let i = 0; i < 60; i++) {
    await world.pass(60_000)
    await world.act(bob, retryAdmission)
  }
  const [older, younger] = doors.map(({ flows5 }) => flows5)
  expect(older! + younger!).toBeGreaterThanOrEqual(10)
  expect(Math.abs(older! - younger!)).toBeLessThanOrEqual(2)
})

test('a spent level, and the user asks again hours later: quick doors leave a slow one its turn', async () => {
  const world = await createWorld('asked again late')
  await strangers(world, 3, 'guesses', 'quick')
  const bob = await world.join('Bob')
  for (let i = 0; i < 8; i++) {
    await world.pass(60_000)
    await world.act(bob, retryAdmission)
  }
  await world.pass(2 * 3_600_000)
  const slow = await playDoor(world, 'slow', { manner: 'guesses', waits: 6_000 })
  await world.act(bob, retryAdmission)
  await world.pass(60_000)
  expect(slow.flows5).toBeGreaterThan(0)
})

test('64 older strangers that stall after a valid flow 2 delay a newcomer by 60 s at most', async () => {
  const world = await createWorld('stall', true)
  await strangers(world, 64, 'stalls', 'stall')
  await world.found('Ann', { door: 'open' })
  const bob = await world.join('Bob', { door: 'open' })
  const seconds = await secondsUntilIn(world, bob, 120)
  expect(seconds).toBeLessThan(15)
})

test('64 older strangers that say nothing delay a newcomer by 60 s at most', async () => {
  const world = await createWorld('silent', true)
  await strangers(world, 64, 'silent', 'silent')
  await world.found('Ann', { door: 'open' })
  const bob = await world.join('Bob', { door: 'open' })
  expect(await secondsUntilIn(world, bob, 120)).toBeLessThan(15)
})

test('twelve strangers that answer rubbish do not delay one who was invited by a member present', async () => {
  const world = await createWorld('rubbish', true)
  await strangers(world, 64, 'rubbish', 'rubbish')
  const ann = await world.found('Ann')
  const bob = await world.join('Bob', {
    invitation: { address: ann.address, entryHash: ann.state.self.hash },
  })
  expect(await secondsUntilIn(world, bob, 60)).toBeLessThan(2)
  expect(bob.state.admission.ownLevel.level).toBe(0)
})

test('a relay that invents addresses and answers each with a guess tests 12 and one an hour at a newcomer', async () => {
  const world = await createWorld('guesses at a newcomer')
  // Somebody has a mailbox: no room is founded.
  world.owners.set(world.addressOf('sleeper'), 5)
  const bob = await world.join('Bob')
  const doors: PlayedDoor[] = []
  const start = world.now()
  while (world.now() < start + 24 * 3_600_000) {
    for (let i = 0; i < 2; i++)
      doors.push(
        await playDoor(world, `guess ${doors.length}`, { manner: 'guesses', guess: `guess ${doors.length}` }),
      )
    await world.pass(ownLevelAllowedAt(bob.state, world.now()) - world.now() + 5_000)
    for (const { address } of doors.slice(-2)) await world.leave(address)
  }
  const tests = doors.filter(({ flows5 }) => flows5 > 0).length
  expect(tests).toBeLessThanOrEqual(36)
  expect(tests).toBeGreaterThan(12)
})

test('64 addresses that collect flows 3 and then answer each with a guess test five, and the inviter’s one more', async () => {
  const world = await createWorld('collected flows', true)
  world.owners.set(world.addressOf('sleeper'), 5)
  const doors: PlayedDoor[] = []
  for (let i = 0; i < 64; i++)
    doors.push(await playDoor(world, `guess ${i}`, { manner: 'guesses', guess: `guess ${i}`, waits: 20_000 }))
  const invitation = { address: doors[63]!.address, entryHash: '11'.repeat(32) as never }
  const bob = await world.join('Bob', { invitation })
  await world.pass(50_000)
  expect(doors.filter(({ flows3 }) => flows3 > 0).length).toBeGreaterThan(32)
  const tests = doors.filter(({ flows5 }) => flows5 > 0).length
  expect(tests).toBeGreaterThanOrEqual(5)
  expect(tests).toBeLessThanOrEqual(6)
  expect(Math.ceil(bob.state.admission.ownLevel.level)).toBe(tests)
})
