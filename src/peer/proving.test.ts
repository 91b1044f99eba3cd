import { expect, test } from 'vitest'
import type { MemberId } from '../group/index.ts'
import { suiteOf } from '../pake/index.ts'
import { sendControl } from './pairing.ts'
import type { Work } from './state.ts'
import { createWorld, type Member } from './testing/network.ts'

type World = Awaited<ReturnType<typeof createWorld>>

const twoInside = async (seed: number): Promise<{ world: World; ann: Member; bob: Member }> => {
  const world = await createWorld({ seed, relayOnly: true })
  const ann = world.open('Ann')
  await world.pass(1_000)
  const bob = world.open('Bob')
  await world.pass(1_500)
  return { world, ann, bob }
}

const stranger = 'ab'.repeat(16) as MemberId
const strong = suiteOf(2)!

test('guesses run out: five failed runs with anybody close the door everywhere', async () => {
  const { world, ann, bob } = await twoInside(14)
  const ends: string[] = []
  for (let guess = 1; guess <= 12; guess++) {
    const eve = world.open(`Eve ${guess}`, { password: `guess ${guess}` })
    await world.pass(2_000)
    ends.push(eve.state.ended)
    if (eve.state.ended === 'throttled') expect(eve.state.retryAt).toBeGreaterThan(world.network.now())
    world.close(eve)
    await world.pass(200)
  }
  // Two members check each password. The sixth run was under way when the fifth failed.
  expect(ends).toEqual([...Array(3).fill('refused'), ...Array(9).fill('throttled')])
  for (const member of [ann, bob]) {
    expect(member.state.guesses.failures).toHaveLength(6)
    expect(member.notices.filter((code) => code === 'guess-failed')).toHaveLength(6)
  }
  await world.say(ann, 'undisturbed')
  await world.pass(500)
  expect(bob.heard).toEqual(['undisturbed'])
  await world.pass(120_000)
  const honest = world.open('Cleo')
  await world.pass(2_000)
  expect(honest.state.joined).toBe(true)
})

test('a closed door stays closed to a stranger who waits to be approached', async () => {
  const { world, ann, bob } = await twoInside(16)
  for (let guess = 1; guess <= 3; guess++) {
    const eve = world.open('Eve', { password: `guess ${guess}` })
    await world.pass(1_000)
    world.close(eve)
  }
  const flows = () => ann.relayed.concat(bob.relayed).filter((bytes) => bytes[0] === 1).length
  const before = flows()
  const silent = world.open('Silent', { password: 'guess' })
  silent.gone = true
  await world.pass(20_000)
  expect(flows()).toBe(before)
  await world.pass(120_000)
  expect(flows()).toBeGreaterThan(before)
})

test('one mistyped password costs two guesses, however many members there are', async () => {
  const world = await createWorld({ seed: 17, relayOnly: true })
  for (const name of ['Ann', 'Bob', 'Cleo', 'Dora', 'Emil']) {
    world.open(name)
    await world.pass(1_500)
  }
  expect(world.standing()).toHaveLength(1)
  world.open('Eve', { password: 'wrong' })
  await world.pass(2_000)
  for (const { state } of world.members.slice(0, 5)) expect(state.guesses.failures).toHaveLength(2)
})

test('a liar can neither close the door for longer than a minute, nor flood the screen', async () => {
  const { world, ann, bob } = await twoInside(18)
  for (let i = 0; i < 20; i++) {
    const recorder = { now: () => 0, record: () => undefined }
    const ports = { crypto: world.crypto, recorder }
    const work: Work = { ports, now: world.network.now(), state: bob.state, effects: [], stale: [] }
    await sendControl(work, ann.id, { kind: 'guess', member: stranger })
    bob.state = work.state
    for (const effect of work.effects)
      if (effect.kind === 'send')
        await world.dispatch(ann, { kind: 'received', from: bob.id, via: 'relay', bytes: effect.bytes })
    await world.pass(50)
  }
  expect(ann.state.guesses.failures).toHaveLength(5)
  expect(ann.notices.filter((code) => code === 'guess-failed')).toHaveLength(5)
  await world.pass(61_000)
  const honest = world.open('Cleo')
  await world.pass(2_000)
  expect(honest.state.joined).toBe(true)
})

test('a newcomer proves the password, and its seed is gone once it is in', async () => {
  const { world, ann, bob } = await twoInside(19)
  const cleo = world.open('Cleo')
  const seed = cleo.state.seed
  expect(seed?.wiped).toBe(false)
  await world.pass(3_000)
  expect(seed?.wiped).toBe(true)
  for (const { state } of [ann, bob, cleo]) {
    expect(state.joined).toBe(true)
    expect(state.seed).toBeNull()
    expect(state.verifier.wiped).toBe(false)
  }
  // Flow 1 of a newcomer says CPaceOQUAKE+, one among members CPaceOQUAKE.
  const protocolsOf = (member: Member) =>
    member.relayed.filter((bytes) => bytes[0] === 1 && bytes[19] === 1).map((bytes) => bytes[2])
  expect(protocolsOf(cleo)).toEqual([2, 2])
  world.network.restartRelay(300)
  await world.pass(3_000)
  expect(world.standing()).toHaveLength(1)
})

test('two who founded apart meet by the verifier, and end in one group', async () => {
  const world = await createWorld({ seed: 20, relayOnly: true })
  const ann = world.open('Ann')
  await world.pass(1_000)
  const bob = world.open('Bob')
  // Bob hears of nobody until he has founded a group of his own.
  await world.dispatch(bob, { kind: 'relay-open', members: [] })
  expect(bob.state.joined).toBe(true)
  expect(bob.state.seed).toBeNull()
  await world.pass(12_000)
  expect(world.standing()).toHaveLength(1)
  const opening = [...ann.relayed, ...bob.relayed].find((bytes) => bytes[0] === 1 && bytes[19] === 1)
  expect(opening?.[2]).toBe(1)
})

test('whoever comes with another suite is told which one the group has, and founds nothing', async () => {
  const { world, ann, bob } = await twoInside(21)
  const standing = world.standing()
  const before = [ann.state.guesses, bob.state.guesses]
  const late = world.open('Late', { suite: strong })
  await world.pass(25_000)
  expect(late.state).toMatchObject({ ended: 'other-suite', neededSuite: 1, joined: false })
  expect([ann.rejects.at(-1), bob.rejects.at(-1)]).toContain('pake/unknown-suite')
  expect([ann.state.guesses, bob.state.guesses]).toEqual(before)
  expect(world.standing()).toEqual(standing)
})

test('of two newcomers with different suites one founds, and the other is told', async () => {
  const world = await createWorld({ seed: 22, relayOnly: true })
  const [one, two] = [world.open('One'), world.open('Two', { suite: strong })]
  for (const member of [one, two])
    await world.dispatch(member, { kind: 'relay-open', members: [one.id, two.id] })
  await world.pass(60_000)
  expect([one.state.ended, two.state.ended].sort()).toEqual(['no', 'other-suite'])
  expect([one, two].filter(({ state }) => state.joined)).toHaveLength(1)
})
