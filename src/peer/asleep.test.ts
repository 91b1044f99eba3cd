import { describe, expect, test } from 'vitest'
import { type Bytes, decode, encode } from '../codec/index.ts'
import { asleepCodec } from './asleep-codec.ts'
import { frame } from './frames.ts'
import { encodePeer } from './state-codec.ts'
import { createWorld, idOf, type Member, type World } from './testing/world.ts'

const month = 30 * 86_400_000
const kept = { lease: month } as const

const texts = (member: Member): readonly string[] => member.heard.map(({ text }) => text)
const codes = (member: Member): readonly string[] => member.notices.map(({ code }) => code)
const kindOf = (bytes: Bytes): string => decode(frame, bytes).kind
const asleepOf = (member: Member) => member.runner.state().asleep
const names = (world: World, member: Member): readonly string[] =>
  world
    .view(member)
    .members.map(({ name, digits }) => name || `asleep ${digits}`)
    .sort()

/** Closes a tab and lets the others see it. */
const sleep = async (world: World, member: Member): Promise<void> => {
  world.close(member)
  await world.pass(1_000)
}

const sleeperRoom = async (seed: number) => {
  const world = await createWorld({ seed, fast: true, relayOnly: true })
  const ann = await world.open('Ann', kept)
  await world.pass(3_000)
  expect(world.preKeys.get(ann.address)).toHaveLength(100)
  await sleep(world, ann)
  return { world, ann }
}

describe('a newcomer among sleepers', () => {
  test('is in at once, is heard when its sleeper wakes, and the two then share one room', async () => {
    const { world, ann } = await sleeperRoom(21)
    const nia = await world.open('Nia', kept)
    await world.pass(5_000)
    expect(nia.runner.state().phase.kind).toBe('joined')
    expect(names(world, nia)).toEqual(['Nia', `asleep ${ann.address.slice(0, 4)}`])
    await world.say(nia, 'anybody?')
    await world.pass(2_000)
    expect(world.view(nia).delivery.outgoing).toMatchObject([{ state: 'waiting', mailed: [ann.address] }])
    const awake = await world.resume(ann)
    await world.pass(60_000)
    expect(texts(awake)).toEqual(['anybody?'])
    expect(names(world, awake)).toEqual(['Ann', 'Nia'])
    expect(names(world, nia)).toEqual(['Ann', 'Nia'])
    expect(world.standing()).toHaveLength(1)
    expect(world.view(nia).delivery.outgoing).toMatchObject([{ state: 'delivered', audience: 1 }])
    expect(asleepOf(nia).preKeyed.size + asleepOf(awake).preKeyed.size).toBe(0)
    expect(asleepOf(awake).stock).toHaveLength(99)
    await world.say(awake, 'yes')
    await world.pass(1_000)
    expect(texts(nia)).toEqual(['yes'])
  })

  test('answers two pre-keys at most, and its own level is charged for each', async () => {
    const world = await createWorld({ seed: 22, fast: true, relayOnly: true })
    const sleepers: Member[] = []
    for (const name of ['Ann', 'Bob', 'Cleo']) {
      sleepers.push(await world.open(name, kept))
      await world.pass(6_000)
    }
    for (const member of sleepers) world.close(member)
    await world.pass(1_000)
    const before = sleepers.map(({ address }) => world.preKeys.get(address)?.length ?? 0)
    const nia = await world.open('Nia', kept)
    await world.pass(20_000)
    const after = sleepers.map(({ address }) => world.preKeys.get(address)?.length ?? 0)
    expect(before.reduce((sum, left, i) => sum + left - (after[i] ?? 0), 0)).toBe(2)
    expect(nia.runner.state().admission.ownLevel.level).toBeCloseTo(2, 1)
    expect(asleepOf(nia).preKeyed.size).toBe(2)
  })

  test('with another password is let in by nobody: the pre-key is burnt, and it counts as a guess', async () => {
    const { world, ann } = await sleeperRoom(23)
    const eve = await world.open('Eve', { ...kept, password: 'wrong' })
    await world.pass(5_000)
    await world.say(eve, 'let me in')
    await sleep(world, eve)
    const awake = await world.resume(ann)
    await world.pass(30_000)
    expect(texts(awake)).toEqual([])
    expect(names(world, awake)).toEqual(['Ann'])
    expect(awake.rejects).toContain('prekey/failed')
    expect(codes(awake)).toContain('wrong-password')
    expect(asleepOf(awake).stock).toHaveLength(99)
    expect(awake.runner.state().admission.level.level).toBeCloseTo(1, 1)
  })

  test('while the ledger is shut, answers wait; each opened one is a guess', async () => {
    const { world, ann } = await sleeperRoom(24)
    for (let i = 0; i < 8; i++) {
      const eve = await world.open(`Eve ${i}`, { password: `guess ${i}` })
      await world.pass(5_000)
      await sleep(world, eve)
    }
    const awake = await world.resume(ann)
    await world.pass(20_000)
    const { level } = awake.runner.state().admission.level
    expect(level).toBeLessThanOrEqual(5.1)
    expect(asleepOf(awake).held.length).toBeGreaterThan(0)
    await world.pass(130_000)
    expect(awake.runner.state().admission.level.level).toBeGreaterThan(level)
  })

  test('a pre-key that the relay hands out twice opens once; the second is told so, once', async () => {
    const { world, ann } = await sleeperRoom(25)
    const [first] = world.preKeys.get(ann.address) ?? []
    const nia = await world.open('Nia', kept)
    await world.pass(5_000)
    world.preKeys.set(ann.address, [first!])
    await sleep(world, nia)
    const oto = await world.open('Oto', kept)
    await world.pass(30_000)
    const awake = await world.resume(ann)
    await world.pass(60_000)
    expect(names(world, awake)).toContain('Nia')
    expect(awake.rejects).toContain('prekey/unknown')
    expect(codes(oto).filter((code) => code === 'prekey-used')).toHaveLength(1)
  })
})

/** Cleo is let in while Bob sleeps: she knows his entry, and has no session with him. Ann mails him hers. */
const strangersByName = async (seed: number, asleepMs = 200_000) => {
  const world = await createWorld({ seed, fast: true, relayOnly: true })
  const ann = await world.open('Ann', kept)
  await world.pass(3_000)
  const bob = await world.open('Bob', kept)
  await world.pass(20_000)
  await sleep(world, bob)
  await world.pass(asleepMs)
  const cleo = await world.open('Cleo', kept)
  await world.pass(70_000)
  return { world, ann, bob, cleo }
}

test('a sleeper whose mailbox has ended is shown no more, and nothing is said to it', async () => {
  const world = await createWorld({ seed: 47, fast: true, relayOnly: true })
  const ann = await world.open('Ann', kept)
  await world.pass(3_000)
  await sleep(world, ann)
  const bob = await world.open('Bob', kept)
  await world.pass(60_000)
  const shown = () => world.view(bob).members.filter(({ trust }) => trust === 'pre-keyed')
  expect(shown()).toHaveLength(1)
  world.letters.delete(ann.address)
  world.preKeys.delete(ann.address)
  await world.pass(10 * 60_000)
  expect(shown()).toHaveLength(0)
  await world.say(bob, 'to nobody')
  expect(world.view(bob).delivery.outgoing.at(-1)).toMatchObject({ audience: 0 })
})

describe("a member's letter", () => {
  test('reaches a sleeper by a pre-key that it announced, and is named when both are awake', async () => {
    const { world, ann, bob, cleo } = await strangersByName(31)
    await world.say(cleo, 'hello Bob')
    await world.pass(5_000)
    const mail = (world.letters.get(bob.address) ?? []).map(({ bytes }) => kindOf(bytes))
    expect(mail).toContain('letter')
    expect(world.view(cleo).delivery.outgoing.at(-1)).toMatchObject({ mailed: [idOf(bob)] })
    await sleep(world, ann)
    const awake = await world.resume(bob)
    await world.pass(50)
    expect(texts(awake)).toEqual(['hello Bob'])
    expect(asleepOf(awake).unproved.has(idOf(cleo))).toBe(true)
    await world.pass(90_000)
    expect(asleepOf(awake).unproved.size).toBe(0)
    expect(asleepOf(awake).read.size).toBe(0)
    expect(codes(awake)).not.toContain('letter-withdrawn')
    expect(texts(awake)).toEqual(['hello Bob'])
    expect(world.view(cleo).delivery.outgoing.at(-1)).toMatchObject({ state: 'delivered' })
  })

  test('waits for the entry of its writer, and is read when that comes', async () => {
    const { world, ann, bob, cleo } = await strangersByName(36, 0)
    await world.say(cleo, 'who am I?')
    await world.pass(5_000)
    const mail = world.letters.get(bob.address) ?? []
    world.letters.set(
      bob.address,
      mail.filter(({ from }) => from === cleo.address),
    )
    await sleep(world, cleo)
    await sleep(world, ann)
    const awake = await world.resume(bob)
    await world.pass(5_000)
    expect(texts(awake)).toEqual([])
    expect(asleepOf(awake).held).toHaveLength(2)
    await world.resume(ann)
    await world.pass(60_000)
    expect(texts(awake)).toEqual(['who am I?'])
    expect(asleepOf(awake).held).toHaveLength(0)
  })

  test('that its live writer does not name is withdrawn, visibly, and its numbers are open again', async () => {
    const { world, bob, cleo } = await strangersByName(32)
    await world.say(cleo, 'not mine')
    await world.pass(5_000)
    const state = cleo.runner.state()
    // As if somebody who broke X25519 had written it in Cleo's name.
    cleo.stored = encodePeer({ ...state, asleep: { ...state.asleep, written: new Map() } })
    world.close(cleo)
    const again = await world.resume(cleo)
    await world.pass(3_000)
    const awake = await world.resume(bob)
    await world.pass(90_000)
    expect(texts(awake)[0]).toBe('not mine')
    expect(codes(awake)).toContain('letter-withdrawn')
    expect(names(world, again)).toContain('Bob')
  })

  test('opens once, and a replayed one changes nothing', async () => {
    const { world, bob, cleo } = await strangersByName(33)
    await world.say(cleo, 'once')
    await world.pass(5_000)
    const mail = [...(world.letters.get(bob.address) ?? [])]
    const awake = await world.resume(bob)
    await world.pass(2_000)
    const { stock } = asleepOf(awake)
    for (const { from, bytes } of mail)
      await world.feed(awake, { kind: 'received', from, path: 'mail', bytes })
    await world.pass(1_000)
    expect(texts(awake)).toEqual(['once'])
    expect(awake.rejects).toContain('prekey/unexpected')
    expect(asleepOf(awake).stock).toEqual(stock)
  })

  test('a pre-key that nobody announced is not used: nothing is sealed for its maker', async () => {
    const { world, ann, bob, cleo } = await strangersByName(34)
    world.preKeys.set(bob.address, [...(world.preKeys.get(ann.address) ?? [])])
    await world.say(cleo, 'for Bob alone')
    await world.pass(5_000)
    expect(cleo.rejects).toContain('prekey/unknown')
    const mail = (world.letters.get(bob.address) ?? []).filter(({ from }) => from === cleo.address)
    expect(mail.map(({ bytes }) => kindOf(bytes))).toEqual(['handshake'])
    expect(world.view(cleo).delivery.outgoing.at(-1)).toMatchObject({ missing: [idOf(bob)] })
  })

  test('without a pre-key: flow 1 waits in one mailbox, flow 2 in the other, and what was said follows', async () => {
    const { world, ann, bob, cleo } = await strangersByName(35)
    world.preKeys.set(bob.address, [])
    await world.say(cleo, 'at last')
    await world.pass(5_000)
    expect(codes(cleo)).toContain('prekeys-exhausted')
    expect(world.view(cleo).delivery.outgoing.at(-1)).toMatchObject({ missing: [idOf(bob)] })
    await sleep(world, ann)
    await sleep(world, cleo)
    const bobAgain = await world.resume(bob)
    await world.pass(5_000)
    expect(texts(bobAgain)).toEqual([])
    await sleep(world, bobAgain)
    const cleoAgain = await world.resume(cleo)
    await world.pass(5_000)
    expect(world.view(cleoAgain).delivery.outgoing.at(-1)).toMatchObject({ mailed: [idOf(bob)] })
    await sleep(world, cleoAgain)
    const bobLast = await world.resume(bobAgain)
    await world.pass(5_000)
    expect(texts(bobLast)).toEqual(['at last'])
  })
})

describe('the stock', () => {
  test('is filled up at 25, under a new root that the others are told', async () => {
    const world = await createWorld({ seed: 41, fast: true, relayOnly: true })
    const ann = await world.open('Ann', kept)
    await world.pass(3_000)
    const bob = await world.open('Bob', {})
    await world.pass(20_000)
    const [before] = asleepOf(bob).roots.get(idOf(ann)) ?? []
    expect(before?.own).toBe(true)
    await world.feed(ann, { kind: 'published', stock: 26 })
    expect(asleepOf(ann).stock).toHaveLength(100)
    world.preKeys.get(ann.address)?.splice(0, 75)
    await world.feed(ann, { kind: 'published', stock: 25 })
    await world.pass(5_000)
    expect(asleepOf(ann).stock).toHaveLength(175)
    expect(world.preKeys.get(ann.address)).toHaveLength(100)
    expect(asleepOf(bob).roots.get(idOf(ann))).toHaveLength(2)
  })

  test('of another password takes the place of the one before', async () => {
    const world = await createWorld({ seed: 42, fast: true, relayOnly: true })
    const ann = await world.open('Ann', kept)
    await world.pass(3_000)
    const before = world.preKeys.get(ann.address)?.[0]
    await world.feed(ann, { kind: 'change-password', password: await world.passwordOf('another') })
    await world.pass(5_000)
    expect(world.preKeys.get(ann.address)).toHaveLength(100)
    expect(world.preKeys.get(ann.address)).not.toContainEqual(before)
  })

  test('and all that is known of sleepers survive a restart', async () => {
    const { world, cleo } = await strangersByName(43)
    await world.say(cleo, 'hello Bob')
    await world.pass(5_000)
    const bytes = encode(asleepCodec, asleepOf(cleo))
    const again = decode(asleepCodec, bytes)
    expect(encode(asleepCodec, again)).toEqual(bytes)
    expect(again.stock).toHaveLength(100)
    expect(again.written.size).toBe(1)
    expect(again.mailRead).toBe(false)
  })
})

test.each([101, 102, 103, 104])(
  'three that each joined while the others slept find together (%i)',
  async (seed) => {
    const world = await createWorld({ seed, fast: true, maxDelay: 20 + (seed % 4) * 90 })
    const sleeping: Member[] = []
    for (const name of ['Ann', 'Bob', 'Cleo']) {
      const member = await world.open(name, kept)
      await world.pass(5_000)
      await sleep(world, member)
      sleeping.push(member)
    }
    for (const [i, member] of sleeping.entries()) {
      await world.resume(member)
      await world.pass((seed * 7_919 * (i + 1)) % 6_000)
    }
    await world.pass(60_000)
    expect(world.standing()).toHaveLength(1)
    for (const member of world.living()) expect(names(world, member)).toEqual(['Ann', 'Bob', 'Cleo'])
  },
)

test.each([4, 11, 15, 18])(
  'one who wakes is heard by sleepers that no epoch names yet (%i)',
  async (seed) => {
    const world = await createWorld({ seed, fast: true, maxDelay: 5 + (seed % 4) * 40 })
    const sleeping: Member[] = []
    for (const name of ['Ann', 'Bob', 'Cleo']) {
      const member = await world.open(name, kept)
      await world.pass(6_500)
      await sleep(world, member)
      sleeping.push(member)
    }
    const ann = await world.resume(sleeping[0] as Member)
    for (let i = 0; i < 200 && world.view(ann).members.length < 3; i++) await world.pass(25)
    await world.say(ann, 'good morning')
    const woken: Member[] = []
    for (const member of sleeping.slice(1)) {
      woken.push(await world.resume(member))
      await world.pass(500)
    }
    await world.pass(60_000)
    for (const member of woken) expect(texts(member)).toContain('good morning')
  },
)
