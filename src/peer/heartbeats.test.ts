/** Heartbeats and receipts in a room where people talk: what they cost, and that they still hold the members together. */
import { expect, test } from 'vitest'
import type { FrameFacts } from './index.ts'
import { withinReach } from './reach.ts'
import { createWorld, idOf, type Member, type World } from './testing/world.ts'

const second = 1_000
const minute = 60 * second

interface Sent {
  readonly by: Member
  readonly to: string
  readonly at: number
  readonly kind: string
  readonly turns: boolean
}

const kindOf = ({ kind, inside }: FrameFacts): string => inside?.kind ?? kind

const openRoom = async (seed: number, names: readonly string[]) => {
  const sent: Sent[] = []
  let now = (): number => 0
  const world: World = await createWorld({
    seed,
    fast: true,
    observer: {
      watch: (crypto) => crypto,
      relay: (_from, _to, bytes) => [bytes],
      stepped(by, { effects }) {
        for (const effect of effects)
          if (effect.kind === 'send') {
            const { to, facts } = effect
            sent.push({ by, to, at: now(), kind: kindOf(facts), turns: facts.fields.turn === 1 })
          }
      },
    },
  })
  now = () => world.network.now()
  const members: Member[] = []
  for (const name of names) {
    members.push(await world.open(name))
    await world.pass(10 * second)
  }
  await world.pass(3 * minute)
  sent.length = 0
  return { world, members, sent }
}

test('who was sent something else is passed over by a heartbeat, never twice, and all stay within reach', async () => {
  const { world, members, sent } = await openRoom(1, ['ann', 'bob', 'cat'])
  const [ann, bob, cat] = members as [Member, Member, Member]
  const began = world.network.now()
  let least = 3
  for (let i = 0; i < 16; i++) {
    await world.say(ann, `line ${i}`)
    await world.pass(20 * second)
    for (const member of members)
      least = Math.min(least, withinReach(member.runner.state(), world.network.now()).size)
  }
  expect(least).toBe(2)
  const beats = (by: Member, to: Member) =>
    sent.filter((one) => one.by === by && one.to === to.address && one.kind === 'heartbeat')
  // Bob and Cat say nothing to each other: a heartbeat every minute. What Ann says is heard by both.
  expect(beats(bob, cat).length).toBeGreaterThanOrEqual(5)
  expect(beats(ann, bob).length).toBeLessThan(beats(bob, cat).length)
  const times = [began, ...beats(ann, bob).map(({ at }) => at)]
  for (const [i, at] of times.slice(1).entries()) expect(at - times[i]!).toBeLessThanOrEqual(121 * second)
})

test('a message that nobody missed makes no heartbeat', async () => {
  const { world, members, sent } = await openRoom(2, ['ann', 'bob'])
  await world.say(members[0]!, 'hello')
  await world.pass(4 * second)
  expect(sent.filter(({ kind }) => kind === 'receipt')).toHaveLength(1)
  await world.pass(20 * second)
  expect(sent.filter(({ kind }) => kind === 'heartbeat').length).toBeLessThanOrEqual(2)
})

test('before an epoch is renewed its author and each member turn, also those that say nothing', async () => {
  const { world, members, sent } = await openRoom(3, ['ann', 'bob', 'cat'])
  const speaker = members[2]!
  const epochs = () => sent.filter(({ kind }) => kind === 'epoch')
  for (let i = 0; i < 70 && epochs().length === 0; i++) {
    await world.say(speaker, `line ${i}`)
    await world.pass(3 * second)
  }
  const [first] = epochs()
  expect(first).toBeDefined()
  const author = first!.by
  const before = sent.filter(({ at, turns }) => turns && at < first!.at)
  for (const member of members) {
    if (member === author) continue
    const turned = (by: Member, to: Member) => before.some((one) => one.by === by && one.to === to.address)
    expect([idOf(member), turned(author, member), turned(member, author)]).toEqual([idOf(member), true, true])
  }
})
