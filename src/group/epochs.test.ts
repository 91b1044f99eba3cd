import { describe, expect, test } from 'vitest'
import type { MemberId } from '../identity/index.ts'
import type { GroupControl } from './control.ts'
import { advanceTo, newCounter } from './counter.ts'
import { headerId } from './epoch.ts'
import { sealMessage } from './message.ts'
import { epochBy, says } from './testing/epochs.ts'
import { createWorld, minute, type World } from './testing/world.ts'
import { currentEpoch, sendableEpoch } from './views.ts'

const acks = (group: World, from: MemberId) =>
  group.letters.filter((letter) => letter.from === from && letter.message.kind === 'ack').length

describe('what is refused leaves the state object as it was', async () => {
  const group = await createWorld('refused', 3)
  const [ann, bob] = (await group.found(2)) as [MemberId, MemberId]
  const stranger = group.people[2]!.id
  const good = await epochBy(group, ann)
  const { header } = good
  const current = currentEpoch(group.at(bob))!
  const ack = {
    kind: 'ack' as const,
    epoch: current.id,
    mac: new Uint8Array(32),
    contribution: new Uint8Array(32),
  }
  const cases: [string, string, MemberId, GroupControl][] = [
    ['a stranger', 'group/not-a-member', stranger, good],
    ['oneself', 'group/not-a-member', bob, good],
    [
      'another group',
      'group/foreign-epoch',
      ann,
      { ...good, header: { ...header, group: new Uint8Array(16) } },
    ],
    ['another version', 'group/foreign-epoch', ann, { ...good, header: { ...header, version: 1 } }],
    ['another author', 'group/foreign-epoch', ann, { ...good, header: { ...header, author: bob } }],
    [
      'members twice',
      'group/bad-header',
      ann,
      { ...good, header: { ...header, members: [ann, ann, bob].sort() } },
    ],
    ['unsorted members', 'group/bad-header', ann, { ...good, header: { ...header, members: [bob, ann] } }],
    ['without me', 'group/bad-header', ann, { ...good, header: { ...header, members: [ann] } }],
    ['without its author', 'group/bad-header', ann, { ...good, header: { ...header, members: [bob] } }],
    ['counter 0', 'group/counter', ann, { ...good, header: { ...header, counter: 0 } }],
    ['above 2^47', 'group/counter', ann, { ...good, header: { ...header, counter: 2 ** 47 + 1 } }],
    ['a wrong J', 'group/bad-commitment', ann, { ...good, joint: new Uint8Array(32) }],
    ['an ack of nobody’s epoch', 'group/bad-ack', ann, ack],
  ]
  test.each(cases)('%s', async (_name, code, from, message) => {
    const state = group.at(bob)
    const effects = await group.run(bob, { kind: 'control', from, message })
    expect(effects).toEqual([{ kind: 'reject', code }])
    expect(group.at(bob)).toBe(state)
  })
  test('an acknowledgement with another member’s MAC', async () => {
    const [author, other] = current.author === ann ? [ann, bob] : [bob, ann]
    const state = group.at(author)
    await group.say(other, author, { ...ack, epoch: current.id })
    expect(group.rejects.at(-1)).toBe('group/bad-ack')
    expect(group.at(author)).toBe(state)
  })
})

describe('counters', () => {
  test('an epoch 65,536 ahead is taken, a further one held back, one an author, and taken once the limit has risen', async () => {
    const group = await createWorld('ahead', 2)
    const [ann, bob] = (await group.found()) as [MemberId, MemberId]
    const { greatest } = group.at(bob).counter
    await group.say(ann, bob, await epochBy(group, ann, { counter: greatest + 65_536 }))
    expect(currentEpoch(group.at(bob))!.counter).toBe(greatest + 65_536)
    const limit = greatest + 2 * 65_536
    const before = acks(group, bob)
    await group.say(ann, bob, await epochBy(group, ann, { counter: limit + 2 ** 22 + 5 }))
    await group.say(ann, bob, await epochBy(group, ann, { counter: limit + 2 ** 23 }))
    expect(group.at(bob).heldBack.size).toBe(1)
    expect(acks(group, bob)).toBe(before)
    group.lost.push(() => true)
    await group.pass(1_900)
    expect(currentEpoch(group.at(bob))!.counter).toBe(greatest + 65_536)
    await group.pass(200)
    expect(currentEpoch(group.at(bob))!.counter).toBe(limit + 2 ** 23)
    expect(acks(group, bob)).toBe(before + 1)
    expect(group.at(bob).heldBack.size).toBe(0)
  })

  test('a limit that nobody shows does not rise', async () => {
    const group = await createWorld('still', 2)
    const [, bob] = (await group.found()) as [MemberId, MemberId]
    const { limit } = group.at(bob).counter
    await group.pass(10 * minute)
    expect(group.at(bob).counter.limit).toBe(limit)
  })

  test('nothing at or below the greatest counter that was dropped is held again, only acknowledged', async () => {
    const group = await createWorld('floor', 2)
    const [ann, bob] = (await group.found()) as [MemberId, MemberId]
    const { greatest } = group.at(bob).counter
    const old = await epochBy(group, ann, { counter: greatest + 1 })
    const never = await epochBy(group, ann, { counter: greatest + 1 })
    await group.say(ann, bob, old)
    for (let i = 2; i < 8; i++)
      await group.say(ann, bob, await epochBy(group, ann, { counter: greatest + i }))
    const held = group.at(bob).epochs.map(({ id }) => id)
    expect(held).toHaveLength(4)
    const before = acks(group, bob)
    await group.say(ann, bob, old)
    await group.say(ann, bob, never)
    expect(group.at(bob).epochs.map(({ id }) => id)).toEqual(held)
    expect(acks(group, bob)).toBe(before + 2)
  })

  test('a newcomer takes a far counter once a second member shows it, or when only its author is there', async () => {
    const far = 2 ** 29
    const scene = async (others: 0 | 1) => {
      const group = await createWorld('newcomer', 3)
      const [ann, bob] = (await group.found(2)) as [MemberId, MemberId]
      if (others === 0) group.close(bob)
      const cleo = group.open(2)
      const live = group.people.map(({ hash }) => hash)
      const message = { kind: 'roster' as const, hash: group.at(ann).hash, by: ann, live }
      await group.run(cleo, { kind: 'welcomed', doorkeeper: group.people[0]!, message })
      const entries = group.people.slice(0, 2).map(({ entry }) => ({ entry, by: ann }))
      await group.say(ann, cleo, { kind: 'entries', entries })
      const members = group.people.map(({ id }) => id)
      const epoch = await epochBy(group, ann, { counter: far, members })
      await group.say(ann, cleo, epoch)
      return { group, ann, bob, cleo, epoch }
    }
    const crowd = await scene(1)
    expect(crowd.group.at(crowd.cleo).epochs).toHaveLength(0)
    const shown = { id: headerId(crowd.group.crypto, crowd.epoch.header), counter: far }
    const standing = { current: shown, rosterHash: crowd.group.at(crowd.cleo).hash }
    await crowd.group.run(crowd.cleo, { kind: 'standing', from: crowd.ann, standing })
    expect(crowd.group.at(crowd.cleo).epochs).toHaveLength(0)
    await crowd.group.run(crowd.cleo, { kind: 'standing', from: crowd.bob, standing })
    expect(currentEpoch(crowd.group.at(crowd.cleo))?.counter).toBe(far)
    const alone = await scene(0)
    expect(currentEpoch(alone.group.at(alone.cleo))?.counter).toBe(far)
  })

  test('above 2^47 nobody makes an epoch, and nobody breaks', async () => {
    const group = await createWorld('end', 2)
    const [ann] = (await group.found()) as [MemberId]
    const counter = advanceTo(newCounter, 2 ** 47)
    expect(counter.limit).toBe(2 ** 47)
    group.set(ann, { ...group.at(ann), counter, epochs: [], current: null })
    group.lost.push(() => true)
    await group.pass(5 * minute)
    expect(group.at(ann).epochs).toHaveLength(0)
  })
})

describe('usable, current and sendable', () => {
  test('one that was usable stays sendable while entries are added, not once one is removed', async () => {
    const group = await createWorld('sendable', 4)
    const [ann, bob, cleo] = (await group.found(3)) as [MemberId, MemberId, MemberId]
    const before = currentEpoch(group.at(bob))!
    group.lost.push(({ to, message }) => to === bob && message.kind === 'epoch')
    await group.join(3, ann)
    await group.pass(100)
    expect(currentEpoch(group.at(bob))).toBeNull()
    expect(sendableEpoch(group.at(bob))?.id).toBe(before.id)
    const sealed = await sealMessage(group.crypto, group.at(bob), new Uint8Array(8))
    expect(sealed?.epoch.members).toEqual([...[ann, bob, cleo]].sort())
    await group.run(ann, { kind: 'evict', member: cleo, withInvited: false })
    await group.pass(100)
    expect(sendableEpoch(group.at(bob))).toBeNull()
    expect(await sealMessage(group.crypto, group.at(bob), new Uint8Array(8))).toBeNull()
  })

  test('the superseded epoch loses its sending chain at once, and goes when all within reach have moved on', async () => {
    const group = await createWorld('superseded', 2)
    const [ann, bob] = (await group.found()) as [MemberId, MemberId]
    await says(group, ann, 1)
    const { sending } = currentEpoch(group.at(ann))!
    await group.pass(11 * minute)
    expect(sending?.chain.wiped).toBe(true)
    expect(group.at(ann).epochs).toHaveLength(1)
    expect(group.epochs(ann, bob).size).toBe(1)
  })
})
