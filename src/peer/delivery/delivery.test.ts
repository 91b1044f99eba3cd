import { expect, test } from 'vitest'
import { type Bytes, decode, encode } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import { frame } from '../frames.ts'
import type { PeerEffect } from '../index.ts'
import { createWorld, idOf, type Member, type Observer, type World } from '../testing/world.ts'
import { deliveryCodec } from './codec.ts'

type Send = Extract<PeerEffect, { kind: 'send' }>

interface Sent extends Send {
  readonly by: Member
  readonly at: number
}

interface Watch extends Observer {
  readonly sent: Sent[]
  /** Whether the relay drops this frame. */
  drops: (from: string, to: string, kind: string) => boolean
}

const kindOf = (bytes: Bytes): string => decode(frame, bytes).kind

const watch = (): Watch & { now: () => number } => {
  const watching: Watch & { now: () => number } = {
    sent: [],
    drops: () => false,
    now: () => 0,
    watch: (crypto: Crypto) => crypto,
    stepped(member, { effects }) {
      for (const effect of effects)
        if (effect.kind === 'send') watching.sent.push({ ...effect, by: member, at: watching.now() })
    },
    relay: (from, to, bytes) => (watching.drops(from, to, kindOf(bytes)) ? [] : [bytes]),
  }
  return watching
}

const month = 30 * 86_400_000

const room = async (
  seed: number,
  names: readonly string[],
  given: { fast?: boolean; stored?: readonly string[] } = {},
) => {
  const observer = watch()
  const world = await createWorld({ seed, fast: given.fast ?? true, relayOnly: true, observer })
  observer.now = () => world.network.now()
  const members: Member[] = []
  for (const name of names) {
    members.push(await world.open(name, given.stored?.includes(name) ? { lease: month } : {}))
    await world.pass(members.length === 1 ? 2_000 : 6_000)
  }
  return { world, observer, members }
}

const texts = (member: Member): readonly string[] => member.heard.map(({ text }) => text)
const inside = ({ facts }: Sent): string => facts.inside?.kind ?? facts.kind
const last = (world: World, member: Member) => world.view(member).delivery.outgoing.at(-1)

test('a message goes out by the epoch, once to each, and is delivered when all have confirmed', async () => {
  const { world, observer, members } = await room(1, ['Ann', 'Bob', 'Cleo'], { fast: false })
  const [ann, bob, cleo] = members as [Member, Member, Member]
  const from = observer.sent.length
  await world.say(ann, 'hello')
  expect(last(world, ann)).toMatchObject({ state: 'sending', audience: 2, confirmed: 0 })
  await world.pass(1_000)
  expect([texts(bob), texts(cleo), ann.said]).toEqual([['hello'], ['hello'], ['hello']])
  expect(last(world, ann)).toMatchObject({ state: 'delivered', confirmed: 2, missing: [], mailed: [] })
  await world.pass(120_000)
  const said = observer.sent.slice(from).filter((one) => one.by === ann)
  expect(said.filter(({ facts }) => facts.kind === 'group')).toHaveLength(2)
  expect(said.filter((one) => inside(one) === 'said')).toHaveLength(0)
})

test('what gets no receipt is said again inside the pair session after 2, 5, 15 and 60 s, and shown once', async () => {
  const { world, observer, members } = await room(2, ['Ann', 'Bob'])
  const [ann, bob] = members as [Member, Member]
  const start = world.network.now()
  observer.drops = (from, _, kind) => (kind === 'group' && from === ann.address) || from === bob.address
  const at = observer.sent.length
  await world.say(ann, 'hello?')
  await world.pass(100_000)
  const tries = observer.sent.slice(at).filter((one) => one.by === ann && inside(one) === 'said')
  expect(tries.map((one) => Math.round((one.at - start) / 1_000))).toEqual([2, 5, 15, 60])
  expect(texts(bob)).toEqual(['hello?'])
  expect(last(world, ann)).toMatchObject({ state: 'waiting', missing: [idOf(bob)], confirmed: 0 })
  observer.drops = () => false
  await world.pass(180_000)
  expect(last(world, ann)).toMatchObject({ state: 'delivered', confirmed: 1 })
  expect(texts(bob)).toEqual(['hello?'])
})

test('receipts are collected for 200 ms and travel together', async () => {
  const { world, observer, members } = await room(3, ['Ann', 'Bob'])
  const [ann, bob] = members as [Member, Member]
  const at = observer.sent.length
  for (let i = 0; i < 20; i++) await world.say(ann, `line ${i}`)
  await world.pass(1_500)
  const receipts = observer.sent.slice(at).filter((one) => one.by === bob && inside(one) === 'receipt')
  expect(texts(bob)).toHaveLength(20)
  expect(receipts).toHaveLength(1)
  expect(receipts[0]?.facts.inside?.fields).toEqual({ messages: 20 })
})

test('a message of before is for nobody who came later: asked for, it is "not yours", and no hole', async () => {
  const { world, observer, members } = await room(4, ['Ann', 'Bob'])
  const [ann, bob] = members as [Member, Member]
  for (let i = 0; i < 5; i++) await world.say(ann, `secret ${i}`)
  await world.pass(2_000)
  const at = observer.sent.length
  const cleo = await world.open('Cleo')
  await world.pass(30_000)
  expect(texts(bob)).toHaveLength(5)
  expect(texts(cleo)).toEqual([])
  expect(world.view(cleo).delivery.holes).toEqual([])
  const answers = observer.sent.slice(at).filter(({ to }) => to === cleo.address)
  expect(answers.filter((one) => inside(one) === 'said')).toHaveLength(0)
  expect(answers.filter((one) => inside(one) === 'not-yours')).toHaveLength(1)
  await world.say(ann, 'welcome')
  await world.pass(2_000)
  expect(texts(cleo)).toEqual(['welcome'])
})

test('one that is removed before it confirmed is no longer counted, and a message that nobody has is not delivered', async () => {
  const { world, observer, members } = await room(5, ['Ann', 'Bob'])
  const [ann, bob] = members as [Member, Member]
  world.close(bob)
  await world.say(ann, 'are you there?')
  await world.pass(1_000)
  const bobId = idOf(bob)
  expect(last(world, ann)).toMatchObject({ state: 'waiting', missing: [bobId] })
  await world.remove(ann, bobId)
  const at = observer.sent.length
  await world.pass(90_000)
  expect(last(world, ann)).toMatchObject({ state: 'nobody', audience: 0, confirmed: 0 })
  expect(observer.sent.slice(at).filter(({ to }) => to === bob.address)).toHaveLength(0)
})

test('what an absent member without a mailbox misses is kept, named, and said when it is heard again', async () => {
  const { world, members } = await room(6, ['Ann', 'Bob', 'Cleo'])
  const [ann, bob, cleo] = members as [Member, Member, Member]
  world.cut([cleo])
  await world.pass(200)
  for (let i = 0; i < 40; i++) await world.say(ann, `line ${i}`)
  await world.pass(100_000)
  expect(texts(bob)).toHaveLength(40)
  expect(last(world, ann)).toMatchObject({ state: 'waiting', missing: [idOf(cleo)], confirmed: 1 })
  world.network.heal()
  await world.pass(90_000)
  expect(texts(cleo)).toEqual(Array.from({ length: 40 }, (_, i) => `line ${i}`))
  expect(last(world, ann)).toMatchObject({ state: 'delivered', confirmed: 2 })
  expect(world.view(cleo).delivery.holes).toEqual([])
})

test('an absent member finds it in its mailbox; its receipt comes by mail, once for the whole wake', async () => {
  const { world, observer, members } = await room(7, ['Ann', 'Bob'], { stored: ['Ann', 'Bob'] })
  const [ann, bob] = members as [Member, Member]
  await world.pass(5_000)
  world.close(bob)
  await world.pass(70_000)
  for (const text of ['one', 'two', 'three']) await world.say(ann, text)
  await world.pass(1_000)
  expect(last(world, ann)).toMatchObject({ state: 'waiting', mailed: [idOf(bob)], missing: [] })
  const mail = observer.sent.filter(({ path }) => path === 'mail')
  expect(mail.map(inside)).toEqual(['said', 'said', 'said'])
  world.close(ann)
  await world.pass(1_000)
  const at = observer.sent.length
  const awake = await world.resume(bob)
  await world.pass(65_000)
  expect(texts(awake)).toEqual(['one', 'two', 'three'])
  const receipts = observer.sent.slice(at).filter((one) => one.path === 'mail' && inside(one) === 'receipt')
  expect(receipts.map(({ facts }) => facts.inside?.fields)).toEqual([{ messages: 3 }])
  world.close(awake)
  const back = await world.resume(ann)
  await world.pass(5_000)
  expect(world.view(back).delivery.outgoing.filter(({ state }) => state !== 'delivered')).toEqual([])
})

test('a mailbox that takes no more: the sender keeps it, says who misses it, and hands it over', async () => {
  const { world, members } = await room(8, ['Ann', 'Bob'], { stored: ['Ann', 'Bob'] })
  const [ann, bob] = members as [Member, Member]
  await world.pass(5_000)
  world.close(bob)
  await world.pass(70_000)
  world.full.add(bob.address)
  await world.say(ann, 'kept')
  await world.pass(30_000)
  expect(last(world, ann)).toMatchObject({ state: 'waiting', mailed: [], missing: [idOf(bob)] })
  const awake = await world.resume(bob)
  await world.pass(20_000)
  expect(texts(awake)).toEqual(['kept'])
  expect(last(world, ann)).toMatchObject({ state: 'delivered' })
})

test('one that is there and does not confirm: into its mailbox after 15 s', async () => {
  const { world, observer, members } = await room(9, ['Ann', 'Bob'], { stored: ['Ann', 'Bob'] })
  const [ann, bob] = members as [Member, Member]
  await world.pass(65_000)
  observer.drops = (from) => from === bob.address
  const start = world.network.now()
  const at = observer.sent.length
  await world.say(ann, 'frozen?')
  await world.pass(17_000)
  const sent = observer.sent.slice(at).filter(({ by }) => by === ann)
  const mailed = sent.filter(({ path }) => path === 'mail')
  expect(mailed.map((one) => [inside(one), Math.round((one.at - start) / 1_000)])).toEqual([['said', 15]])
  expect(texts(bob)).toEqual(['frozen?'])
})

test('a member that sleeps mutes nobody: the oldest is let go for the newest, and those here get all', async () => {
  const { world, members } = await room(10, ['Ann', 'Bob', 'Cleo'])
  const [ann, bob, cleo] = members as [Member, Member, Member]
  world.cut([cleo])
  await world.pass(200)
  for (let i = 1; i <= 300; i++) {
    await world.say(ann, `${i}`)
    if (i % 50 === 0) await world.pass(1_000)
  }
  await world.pass(5_000)
  expect(ann.rejects).not.toContain('message/backlog')
  expect(texts(bob)).toHaveLength(300)
  const kept = world.view(ann).delivery.outgoing
  expect(kept.map(({ number }) => number)).toEqual(Array.from({ length: 256 }, (_, i) => 45 + i))
  world.network.heal()
  await world.pass(120_000)
  expect(texts(cleo)).toEqual(Array.from({ length: 256 }, (_, i) => `${45 + i}`))
  expect(world.view(cleo).delivery.holes).toMatchObject([
    { sender: idOf(ann), from: 1, to: 44, state: 'lost' },
  ])
})

test('a message that was shown leaves no hole and is not shown again, however late it is replayed', async () => {
  const { world, members } = await room(11, ['Ann', 'Bob'])
  const [ann, bob] = members as [Member, Member]
  const at = ann.relayed.length
  await world.say(ann, 'once')
  await world.pass(500)
  const recorded = ann.relayed.slice(at).filter((bytes) => kindOf(bytes) === 'group')
  for (let i = 0; i < 80; i++) {
    await world.say(ann, `more ${i}`)
    await world.pass(500)
  }
  await world.pass(75 * 60_000)
  for (const bytes of recorded)
    await world.feed(bob, { kind: 'received', from: ann.address, path: 'relay', bytes })
  await world.pass(2_000)
  expect(recorded).toHaveLength(1)
  expect(texts(bob)).toHaveLength(81)
  expect(world.view(bob).delivery.holes).toEqual([])
})

test('what survives a restart: numbers, what is missed, what was shown', async () => {
  const { world, members } = await room(12, ['Ann', 'Bob'], { stored: ['Ann', 'Bob'] })
  const [ann, bob] = members as [Member, Member]
  await world.say(bob, 'from Bob')
  world.cut([bob])
  await world.say(ann, 'kept')
  await world.pass(2_000)
  const { delivery } = ann.runner.state()
  const bytes = encode(deliveryCodec, delivery)
  const again = decode(deliveryCodec, bytes)
  expect(encode(deliveryCodec, again)).toEqual(bytes)
  expect(again.lastNumber).toBe(1)
  expect(again.outbox.map(({ copies }) => [...copies.keys()])).toEqual([[idOf(bob)]])
  world.close(ann)
  world.network.heal()
  await world.pass(1_000)
  const awake = await world.resume(ann)
  await world.pass(60_000)
  expect(texts(bob)).toEqual(['kept'])
  expect([...texts(ann), ...texts(awake)]).toEqual(['from Bob'])
})
