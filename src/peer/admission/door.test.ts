/** A member's door: flow 2 without state, slots, waiting, the ledger. */
import { expect, test } from 'vitest'
import { encodeFrame } from '../frames.ts'
import { levelAllowedAt, levelAllows } from './ledger.ts'
import { codes, createWorld, flowsOf, isIn } from './testing/people.ts'
import { playGuest } from './testing/strangers.ts'

const inside = async (name: string, door: 'strict' | 'open' = 'strict', fast = false) => {
  const world = await createWorld(name, fast)
  const ann = await world.join('Ann', { door })
  await world.pass(1_000)
  return { world, ann }
}

const many = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Array.from({ length: count }).reduce<Promise<T[]>>(
    async (before, _, i) => [...(await before), await make(i)],
    Promise.resolve([]),
  )

test('flow 2 keeps nothing: a hundred knocks leave a bounded list of addresses and no run', async () => {
  const { world, ann } = await inside('knocks')
  const guests = await many(100, (i) => playGuest(world, `guest ${i}`, { stops: 1 }))
  for (const guest of guests) await guest.knock(ann.address)
  await world.pass(200)
  expect(guests.every(({ kinds }) => kinds.includes('pake 2'))).toBe(true)
  const { runs, waiting, knocked } = ann.state.admission.door
  expect([runs.size, waiting.size, knocked.size]).toEqual([0, 0, 100])
  expect(ann.state.admission.level.level).toBe(0)
})

test('one flow 1 gets one flow 2; its key is replaced after a minute, known for another, then wiped', async () => {
  const { world, ann } = await inside('keys')
  const guest = await playGuest(world, 'guest', { stops: 1 })
  await guest.knock(ann.address)
  await world.pass(500)
  const first = ann.state.admission.door.keys!.current
  // The very same flow 1 again, twice.
  const again = { ...flowsOf(ann, 2)[0]! }
  expect(again.to).toBe(guest.address)
  await guest.knock(ann.address)
  await world.pass(60_000)
  expect(ann.state.admission.door.keys?.previous).toBe(first)
  expect(first.wiped).toBe(false)
  await world.pass(60_000)
  expect(first.wiped).toBe(true)
  // Nobody knocks any more: no key is kept.
  await world.pass(60_000)
  expect(ann.state.admission.door.keys).toBeNull()
})

test('a flow 2 of another key, or of nobody, gets no flow 4', async () => {
  const { world, ann } = await inside('forged flow 2')
  const guest = await playGuest(world, 'guest', { stops: 3 })
  world.wire.delay = (_, to, frame) =>
    to === guest.address && frame.kind === 'pake' && frame.flow === 2 ? 130_000 : 5
  await guest.knock(ann.address)
  await world.pass(140_000)
  // Flows 1 are of merges that Ann opens meanwhile.
  expect(guest.kinds.filter((kind) => kind !== 'pake 1')).toEqual(['pake 2'])
  expect(ann.state.admission.level.level).toBe(0)
})

test('four runs at once; the fifth waits in silence; a slot is free after 3 s and its flow 5 counts for 60 s', async () => {
  const { world, ann } = await inside('slots', 'open')
  const guests = await many(5, (i) => playGuest(world, `guest ${i}`, { stops: 3 }))
  for (const guest of guests) await guest.knock(ann.address)
  await world.pass(2_500)
  expect(guests.filter(({ flows4 }) => flows4 > 0)).toHaveLength(4)
  expect(guests.every(({ busy }) => busy === 0)).toBe(true)
  await world.pass(1_000)
  expect(guests.filter(({ flows4 }) => flows4 > 0)).toHaveLength(5)
  expect(ann.state.admission.door.runs.size).toBe(5)
  await world.pass(60_000)
  expect(ann.state.admission.door.runs.size).toBe(0)
  expect(codes(ann)).toContain('disturbed')
})

test('a newcomer that needs 20 s for flow 5 is let in all the same', async () => {
  const { world, ann } = await inside('slow')
  const bob = await world.create('Bob')
  world.wire.delay = (from, _, frame) =>
    from === bob.address && frame.kind === 'pake' && frame.flow === 5 ? 20_000 : 5
  await world.goOnline(bob)
  await world.pass(25_000)
  expect(isIn(bob)).toBe(true)
  expect(ann.state.admission.level.level).toBe(0)
})

test('the least served address is next: twelve that were served already give way to a new one', async () => {
  const { world, ann } = await inside('served', 'open', true)
  const greedy = await many(12, (i) => playGuest(world, `greedy ${i}`, { stops: 3 }))
  for (const guest of greedy) await guest.knock(ann.address)
  await world.pass(9_000)
  for (const guest of greedy) await guest.knock(ann.address)
  await world.pass(100)
  for (let i = 0; i < 3; i++) {
    const late = await playGuest(world, `late ${i}`, { stops: 3 })
    await late.knock(ann.address)
    await world.pass(3_100)
    // The first slots that came free were its own, though twelve waited before it.
    expect(ann.state.admission.door.served.get(late.address)).toBe(1)
    for (const guest of greedy) await guest.knock(ann.address)
  }
})

test('one run an address, 256 waiting at most', async () => {
  const { world, ann } = await inside('crowd of strangers', 'open')
  const { crypto } = world
  const slots = await many(4, (i) => playGuest(world, `slot ${i}`, { stops: 3 }))
  for (const guest of slots) await guest.knock(ann.address)
  await world.pass(100)
  for (let i = 0; i < 300; i++) {
    const run = crypto.random(16)
    const frame = {
      kind: 'pake',
      proof: 'password',
      run,
      flow: 3,
      body: crypto.random(100),
      beside: crypto.random(132),
    } as const
    world.send(world.addressOf(`sender ${i % 280}`), ann.address, encodeFrame(frame))
  }
  await world.pass(100)
  expect(ann.state.admission.door.waiting.size).toBe(256)
  expect(ann.state.admission.door.runs.size).toBe(4)
  expect(codes(ann).filter((code) => code === 'disturbed')).toHaveLength(1)
})

test('guesses in parallel: 64 addresses at once get five tests of a strict door, and the charge stands before each leaves', async () => {
  const { world, ann } = await inside('parallel guesses')
  const guests = await many(64, (i) => playGuest(world, `guest ${i}`, { guess: `guess ${i}` }))
  for (const guest of guests) await guest.knock(ann.address)
  await world.pass(30_000)
  expect(guests.reduce((sum, { flows4 }) => sum + Math.min(1, flows4), 0)).toBe(5)
  expect(ann.state.admission.level.level).toBeGreaterThan(4.9)
  expect(levelAllows(ann.state, world.now())).toBe(false)
  // Said once with a count, not 59 times.
  expect(codes(ann).filter((code) => code === 'door-shut')).toHaveLength(1)
  expect(guests.some(({ busy }) => busy > 0)).toBe(true)
  await world.pass(60_000)
  const [, second] = ann.notices.filter(({ code }) => code === 'door-shut')
  expect(second?.count).toBeGreaterThan(10)
})

test('a run that is given up after flow 4 keeps its charge: its ciphertext alone is a test', async () => {
  const { world, ann } = await inside('given up')
  const guests = await many(8, (i) => playGuest(world, `guest ${i}`, { guess: `guess ${i}`, stops: 3 }))
  for (const guest of guests) await guest.knock(ann.address)
  await world.pass(50_000)
  expect(guests.reduce((sum, { flows4 }) => sum + Math.min(1, flows4), 0)).toBe(5)
})

test('guesses of a simulated day at one member: 36 at most, from any number of addresses', async () => {
  const { world, ann } = await inside('day of guesses')
  const end = world.now() + 24 * 3_600_000
  let tests = 0
  while (world.now() < end) {
    // A guesser who watches the clock of the ledger gets the most: several at the moment at which one is allowed.
    const guests = await many(3, (i) =>
      playGuest(world, `guess ${world.now()} ${i}`, { guess: `guess ${i}` }),
    )
    for (const guest of guests) await guest.knock(ann.address)
    await world.pass(1_000)
    tests += guests.filter(({ flows4 }) => flows4 > 0).length
    await world.pass(Math.max(0, levelAllowedAt(ann.state, world.now()) - world.now()))
  }
  expect(tests).toBeLessThanOrEqual(36)
  expect(tests).toBeGreaterThan(24)
})

test('an open door is limited to 10 runs a second, and charges nobody', async () => {
  const { world, ann } = await inside('open door', 'open')
  const guests = await many(30, (i) => playGuest(world, `guest ${i}`, { guess: `guess ${i}` }))
  for (const guest of guests) await guest.knock(ann.address)
  await world.pass(900)
  const inFirst = guests.filter(({ flows4 }) => flows4 > 0).length
  expect(inFirst).toBeLessThanOrEqual(10)
  await world.pass(5_000)
  expect(guests.filter(({ flows4 }) => flows4 > 0)).toHaveLength(30)
  expect(ann.state.admission.level.level).toBe(0)
})

test('sixteen slow newcomers at once leave no charge, shut no strict door, and all get in', async () => {
  const { world, ann } = await inside('slow crowd', 'strict', true)
  const crowd = await many(16, (i) => world.create(`tab ${i}`))
  const slow = new Set(crowd.map(({ address }) => address))
  // Their Workers lag by 4 s behind each event.
  world.wire.delay = (_, to) => (slow.has(to) ? 4_000 : 5)
  for (const tab of crowd) await world.goOnline(tab)
  for (let seconds = 0; seconds < 120 && !crowd.every(isIn); seconds += 5) await world.pass(5_000)
  expect(crowd.filter(isIn)).toHaveLength(16)
  await world.pass(5_000)
  expect(ann.state.admission.level.level).toBe(0)
  expect(codes(ann)).not.toContain('door-shut')
  expect(crowd.every(({ state }) => state.admission.ownLevel.level === 0)).toBe(true)
})

test('64 addresses that hold slots of an open door, over and over, delay a newcomer by 60 s at most', async () => {
  const { world, ann } = await inside('held slots', 'open', true)
  const guests = await many(64, (i) => playGuest(world, `guest ${i}`, { stops: 3 }))
  const knockAll = async (): Promise<void> => {
    for (const guest of guests) await guest.knock(ann.address)
  }
  // All of them are new at the moment at which the newcomer comes: the worst that they can do.
  await knockAll()
  const bob = await world.join('Bob', { door: 'open' })
  const start = world.now()
  while (!isIn(bob) && world.now() < start + 120_000) {
    await world.pass(3_000)
    await knockAll()
  }
  expect(world.now() - start).toBeLessThanOrEqual(60_000)
  // Those that were served already give way: the next newcomer does not wait for them.
  const cleo = await world.join('Cleo', { door: 'open' })
  const second = world.now()
  while (!isIn(cleo) && world.now() < second + 120_000) {
    await world.pass(3_000)
    await knockAll()
  }
  console.info(`held slots: ${(second - start) / 1_000} s, then ${(world.now() - second) / 1_000} s`)
  expect(world.now() - second).toBeLessThanOrEqual(60_000)
})
