/** Two parts of one group that were founded apart. */
import { expect, test } from 'vitest'
import { liveMembers } from '../../group/index.ts'
import type { Address } from '../../identity/index.ts'
import { encodeFrame } from '../frames.ts'
import { notePresence } from '../room.ts'
import { retryAdmission } from './admission.ts'
import { codes, createWorld, flowsOf, type Person, type World } from './testing/people.ts'
import { playDoor } from './testing/strangers.ts'

/** Two rooms that know nothing of each other, then see each other. */
const apart = async (name: string, passwords: readonly [string, string] = ['right', 'right']) => {
  const world = await createWorld(name)
  let together = false
  const part = new Map<Address, number>()
  world.wire.delay = (from, to) => (together || part.get(from) === part.get(to) ? 5 : null)
  const open = async (label: string, side: number, password: string, prefix: string): Promise<Person> => {
    const person = await world.create(label, { password, prefix })
    part.set(person.address, side)
    // Each sees its own side only.
    const others = world.present.splice(0)
    world.present.push(...others.filter((address) => part.get(address) === side))
    await world.goOnline(person)
    world.present.push(...others.filter((address) => !world.present.includes(address)))
    await world.pass(3_000)
    return person
  }
  const [first, second] = passwords
  const people = [
    await open('Ann', 0, first, 'a0'),
    await open('Bob', 0, first, 'b0'),
    await open('Cleo', 1, second, '10'),
    await open('Dora', 1, second, '20'),
  ]
  const meet = async (): Promise<void> => {
    together = true
    for (const { address } of people) {
      const others = people.filter((one) => part.get(one.address) !== part.get(address))
      for (const other of others)
        await world.act(other, (tx) => {
          notePresence(tx, address, false)
          notePresence(tx, address, true)
        })
    }
  }
  return { world, people, meet }
}

const names = ({ state }: Person): readonly string[] =>
  liveMembers(state.group)
    .map(({ entry }) => entry.name)
    .sort()

const opened = (people: readonly Person[]): readonly Person[] =>
  people.filter((person) =>
    person.sent.some(({ frame }) => frame.kind === 'pake' && frame.proof === 'verifier' && frame.flow === 1),
  )

const settle = async (world: World, people: readonly Person[], seconds: number): Promise<void> => {
  for (let i = 0; i < seconds; i += 5) {
    if (new Set(people.map(({ state }) => state.group.hash)).size === 1) return
    await world.pass(5_000)
  }
}

test('the smallest id opens after 10 s, once; both rosters become one, and no charge is left', async () => {
  const { world, people, meet } = await apart('merge')
  expect(names(people[0]!)).toEqual(['Ann', 'Bob'])
  expect(names(people[3]!)).toEqual(['Cleo', 'Dora'])
  await meet()
  await world.pass(9_900)
  expect(opened(people)).toHaveLength(0)
  await settle(world, people, 60)
  for (const person of people) expect(names(person)).toEqual(['Ann', 'Bob', 'Cleo', 'Dora'])
  const openers = opened(people)
  expect(openers).toHaveLength(1)
  const [a, b] = people as [Person, Person]
  expect(openers[0]).toBe(a.state.self.id < b.state.self.id ? a : b)
  expect(people.flatMap(codes).filter((code) => code === 'merged')).toHaveLength(2)
  for (const { state } of people) expect(state.admission.level.level).toBe(0)
  // Who let whom in is as it was.
  const byOf = (person: Person, name: string) =>
    liveMembers(person.state.group).find(({ entry }) => entry.name === name)?.by
  expect(byOf(people[3]!, 'Bob')).toBe(a.state.self.id)
})

test('another password: one charge a side, "another room of this name", not again before the user asks', async () => {
  const { world, people, meet } = await apart('other password', ['right', 'another'])
  await meet()
  await world.pass(40_000)
  const notices = people.flatMap(codes).filter((code) => code === 'other-room')
  expect(notices.length).toBeGreaterThanOrEqual(2)
  const [opener] = opened(people)
  const runs = (flow: number) =>
    flowsOf(opener!, flow).filter(({ frame }) => frame.kind === 'pake' && frame.proof === 'verifier')
  const tries = () => new Set(runs(1).map(({ to }) => to)).size
  const before = tries()
  expect(Math.ceil(opener!.state.admission.level.level)).toBe(before)
  await world.pass(3_600_000)
  expect(tries()).toBe(before)
  expect(before).toBeLessThanOrEqual(2)
  await world.act(opener!, retryAdmission)
  await world.pass(5_000)
  expect(new Set(runs(5).map(({ bytes }) => bytes.join())).size).toBeGreaterThan(before)
  for (const person of people) expect(names(person)).toHaveLength(2)
})

test('a relay that shows members as strangers, or invents some, tests no more than the ledger lets it', async () => {
  const world = await createWorld('invented')
  const ann = await world.join('Ann', { prefix: 'f0' })
  const start = world.now()
  let i = 0
  while (world.now() < start + 24 * 3_600_000) {
    const address: Address = await world.stranger(
      `invented ${i++}`,
      (from, frame) => {
        if (frame.kind !== 'pake' || (frame.flow !== 1 && frame.flow !== 3)) return
        // A share that is valid, then any flow 4.
        const body = frame.flow === 1 ? frame.body : world.crypto.random(1_600)
        world.send(
          address,
          from,
          encodeFrame({ ...frame, flow: frame.flow + 1, body, beside: new Uint8Array(0) }),
        )
      },
      '00',
    )
    await world.pass(600_000)
    await world.leave(address)
  }
  const tests = new Set(flowsOf(ann, 5).map(({ to }) => to)).size
  expect(tests).toBeLessThanOrEqual(36)
  expect(tests).toBeGreaterThan(12)
})

test('known bypass: nothing is proved to a member of the roster, however often the relay says that it is here', async () => {
  const world = await createWorld('members')
  const ann = await world.join('Ann')
  await world.pass(100)
  const bob = await world.join('Bob')
  await world.pass(5_000)
  // Bob is kept away, and an attacker answers under his address.
  world.players.set(bob.address, () => undefined)
  const before = ann.sent.length
  for (let i = 0; i < 60; i++) {
    await world.pass(60_000)
    await world.leave(bob.address)
    world.present.push(bob.address)
    await world.act(ann, (tx) => {
      notePresence(tx, bob.address, true)
    })
  }
  const flows = ann.sent.slice(before).filter(({ frame }) => frame.kind === 'pake')
  expect(flows).toHaveLength(0)
  expect(ann.state.admission.level.level).toBe(0)
})

test('a stranger that says nothing is opened to again after 1, 2, 4 … minutes', async () => {
  const world = await createWorld('quiet stranger')
  const ann = await world.join('Ann', { prefix: 'f0' })
  await playDoor(world, 'quiet', { manner: 'silent', prefix: '00' })
  const start = world.now()
  await world.pass(3_600_000)
  const runs = new Map(
    flowsOf(ann, 1).map(({ at, frame }) => [
      frame.kind === 'pake' ? frame.run.join() : '',
      Math.round((at - start) / 1_000),
    ]),
  )
  const times = flowsOf(ann, 1).map(({ at }) => Math.round((at - start) / 1_000))
  expect(runs.size).toBeLessThanOrEqual(7)
  expect(times[0]).toBe(10)
})
