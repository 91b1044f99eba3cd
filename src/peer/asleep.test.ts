import { expect, test } from 'vitest'
import type { Bytes } from '../codec/index.ts'
import { step } from './index.ts'
import { createWorld, type Member } from './testing/network.ts'

/** Ann founded the group, left pre-keys, and sleeps. */
const asleep = async (seed: number, count = 3) => {
  const world = await createWorld({ seed })
  const ann = world.open('Ann')
  await world.pass(1_000)
  await world.dispatch(ann, { kind: 'restock', count })
  world.close(ann)
  const wake = async (member: Member): Promise<Member> => {
    const back = await world.resume(member)
    await world.collect(back)
    await world.pass(5_000)
    return back
  }
  const arrive = async (name: string, password?: string): Promise<Member> => {
    const member = world.open(name, password === undefined ? {} : { password })
    await world.pass(1_000)
    await world.collect(member)
    return member
  }
  const trusts = (by: Member) =>
    world
      .view(by)
      .members.filter(({ trust }) => trust !== 'self')
      .map(({ name, link, trust }) => `${name}: ${link}, ${trust}`)
  return { world, ann, wake, arrive, trusts }
}

test('a newcomer meets who is asleep, leaves messages, and both are verified once they meet', async () => {
  const { world, ann, wake, arrive, trusts } = await asleep(1)
  const bob = await arrive('Bob')
  expect(trusts(bob)).toEqual([': offline, pre-keyed'])
  await world.say(bob, 'one')
  await world.say(bob, 'two')
  expect(bob.state.outbox).toHaveLength(2)
  const back = await wake(ann)
  expect(back.heard).toEqual(['one', 'two'])
  expect(trusts(back)).toEqual(['Bob: direct, verified'])
  expect(trusts(bob)).toEqual(['Ann: direct, verified'])
  expect(world.standing()).toHaveLength(1)
  expect(bob.state.outbox).toEqual([])
  expect(back.state.stock).toHaveLength(2)
})

test('a newcomer that is gone for good is still in the group, and its messages are read', async () => {
  const { world, ann, wake, arrive, trusts } = await asleep(2)
  const bob = await arrive('Bob')
  await world.say(bob, 'farewell')
  world.close(bob)
  const back = await wake(ann)
  expect(back.heard).toEqual(['farewell'])
  expect(trusts(back)).toEqual(['Bob: offline, pre-keyed'])
})

test('newcomers who meet only each other are one group, and the sleeper joins them', async () => {
  const { world, ann, wake, arrive, trusts } = await asleep(3)
  const [bob, cleo] = [await arrive('Bob'), await arrive('Cleo')]
  await world.pass(6_000)
  expect(trusts(bob)).toContain('Cleo: direct, verified')
  expect(trusts(cleo)).toContain(': offline, pre-keyed')
  const back = await wake(ann)
  expect(world.standing()).toHaveLength(1)
  expect(trusts(back)).toEqual(expect.arrayContaining(['Bob: direct, verified', 'Cleo: direct, verified']))
})

test('one pre-key for two newcomers: the first has the session, the second is told and proves itself live', async () => {
  const { world, ann, wake, arrive, trusts } = await asleep(4, 1)
  const [only] = world.preKeys.get(ann.id)!
  const bob = await arrive('Bob')
  world.close(bob)
  world.preKeys.set(ann.id, [only!])
  const cleo = await arrive('Cleo')
  expect(trusts(cleo)).toContain(': offline, pre-keyed')
  await world.dispatch(cleo, { kind: 'restock', count: 1 })
  world.close(cleo)
  const back = await world.resume(ann)
  await world.collect(back)
  expect(back.state.pairs.get(bob.id)?.trust).toBe('pre-keyed')
  // What it has with Cleo is its own answer to a pre-key of hers.
  expect(back.state.pairs.get(cleo.id)?.unconfirmed).toHaveLength(16)
  expect(back.rejects).toContain('prekey/unknown')
  expect(back.state.guesses.failures).toEqual([])
  await world.pass(1_000)
  const again = await wake(cleo)
  expect(again.notices).toContain('prekey-used')
  expect(trusts(back)).toContain('Cleo: direct, verified')
  expect(trusts(again)).toContain('Ann: direct, verified')
})

test('no pre-key left: said, and the live way stays open', async () => {
  const { ann, wake, arrive, trusts } = await asleep(5, 1)
  await arrive('Bob')
  const cleo = await arrive('Cleo')
  expect(cleo.notices).toContain('prekeys-exhausted')
  const back = await wake(ann)
  expect(trusts(back)).toContain('Cleo: direct, verified')
})

test('a wrong password costs the pre-key and one guess, and gives no session', async () => {
  const { world, ann, wake, arrive } = await asleep(6)
  const thief = await arrive('Thief', 'wrong')
  await world.say(thief, 'let me in')
  world.close(thief)
  const back = await wake(ann)
  expect(back.state.pairs.size).toBe(0)
  expect(back.heard).toEqual([])
  expect(back.rejects).toContain('prekey/failed')
  expect(back.state.guesses.failures).toHaveLength(1)
  expect(back.state.stock).toHaveLength(2)
})

test('what the relay changes, replays or makes up ends in a code, and in no session', async () => {
  const { world, ann, arrive } = await asleep(7, 8)
  const bob = await arrive('Bob')
  world.close(bob)
  const [answer] = world.letters.get(ann.id)!
  const back = await world.resume(ann)
  const stored = back.state
  const changed = answer!.bytes.slice()
  changed[changed.length - 1]! ^= 1
  const read = (bytes: Bytes, from = bob.id) =>
    world.dispatch(back, { kind: 'received', from, via: 'mail', bytes })
  for (const bytes of [
    answer!.bytes.slice(0, -1),
    answer!.bytes.slice(0, 40),
    new Uint8Array(5000).fill(5),
  ]) {
    await read(bytes)
    expect(back.state).toBe(stored)
  }
  await read(changed)
  expect(back.state.pairs.size).toBe(0)
  expect(back.rejects.at(-1)).toBe('prekey/failed')
  expect(back.state.guesses.failures).toHaveLength(1)
  await read(answer!.bytes)
  expect(back.state.pairs.size).toBe(0)
  expect(back.rejects.at(-1)).toBe('prekey/unknown')
})

test('a newcomer answers at most five pre-keys that nobody confirmed, and none that is malformed', async () => {
  const { world, arrive, ann } = await asleep(8, 20)
  const bob = await arrive('Bob')
  const invented = Array.from({ length: 9 }, (_, i) => i.toString(16).padStart(32, 'f') as typeof ann.id)
  for (const id of invented) {
    world.letters.set(id, [])
    world.preKeys.set(id, [world.preKeys.get(ann.id)![0]!])
  }
  await world.dispatch(bob, { kind: 'asleep', members: invented })
  expect(bob.state.pairs.size).toBe(5)
  const before = bob.state
  await world.dispatch(bob, { kind: 'prekey', member: invented[8]!, published: null })
  expect(bob.state).toBe(before)
  world.preKeys.clear()
  const other = await arrive('Cleo')
  const small = other.state
  await world.dispatch(other, {
    kind: 'prekey',
    member: invented[7]!,
    published: world.crypto.random(2518),
  })
  expect(other.state).toBe(small)
  expect(other.rejects).toContain('prekey/malformed')
})

test('one that was evicted has no way in through a pre-key, and none is asked of it', async () => {
  const { world, ann, wake, arrive } = await asleep(9)
  const bob = await arrive('Bob')
  await world.dispatch(bob, { kind: 'restock', count: 2 })
  const back = await wake(ann)
  await world.dispatch(back, { kind: 'remove', member: bob.id, password: null })
  await world.pass(1_000)
  expect(bob.state.ended).toBe('removed')
  // Its profile from before, the password and a pre-key of Ann's that nobody used yet.
  world.close(bob)
  const before = back.state
  await world.dispatch(back, { kind: 'asleep', members: [bob.id] })
  expect(back.state).toBe(before)
  const answer = await answerOf(world, ann.id)
  await world.dispatch(back, { kind: 'received', from: bob.id, via: 'mail', bytes: answer })
  expect(back.rejects.at(-1)).toBe('prekey/gone')
  expect(back.state.pairs.has(bob.id)).toBe(false)
  expect(back.state.stock).toEqual(before.stock)
})

/** What a newcomer sends when it finds `owner` asleep. */
const answerOf = async (
  world: Awaited<ReturnType<typeof createWorld>>,
  owner: Member['id'],
): Promise<Bytes> => {
  const { state } = world.open('Eve')
  const { effects } = await step(world.ports, state, {
    kind: 'prekey',
    member: owner,
    published: world.preKeys.get(owner)!.at(-1) as Bytes,
    now: world.network.now(),
  })
  const sent = effects.find((effect) => effect.kind === 'send')
  if (sent?.kind !== 'send') throw new Error('no answer')
  return sent.bytes
}
