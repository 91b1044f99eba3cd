import { describe, expect, test } from 'vitest'
import type { MemberId } from '../identity/index.ts'
import type { GroupControl } from './control.ts'
import { advanceTo, newCounter } from './counter.ts'
import { authorEpoch, headerId, messagesOf } from './epoch.ts'
import { openMessage, sealMessage } from './message.ts'
import { createWorld, minute, type World } from './testing/world.ts'
import { currentEpoch, sendableEpoch, splitFrom } from './views.ts'

/** An epoch as its author could have made it, with any header. */
const epochBy = async (
  group: World,
  author: MemberId,
  change: { counter?: number; members?: readonly MemberId[] } = {},
): Promise<Extract<GroupControl, { kind: 'epoch' }>> => {
  const current = currentEpoch(group.at(author))
  const { header, joint } = await authorEpoch(group.crypto, {
    group: group.groupId,
    counter: (current?.counter ?? 0) + 1,
    author,
    members: current?.members ?? [author],
    contributions: new Map(),
    now: 0,
    ...change,
  })
  return { kind: 'epoch', header, joint: joint.expose().slice() }
}
const acks = (group: World, from: MemberId) =>
  group.letters.filter((letter) => letter.from === from && letter.message.kind === 'ack').length
const says = async (group: World, from: MemberId, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) {
    const sealed = await sealMessage(group.crypto, group.at(from), new Uint8Array(8))
    if (sealed === null) throw new Error('nothing to seal by')
    group.set(from, sealed.state)
    for (const [id, { state }] of group.members) {
      if (id === from) continue
      const opened = await openMessage(group.crypto, state, from, sealed.bytes)
      if (opened.kind === 'opened') group.set(id, opened.state)
    }
  }
}

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

describe('renewal', () => {
  test('after 64 messages of the room, at most one a minute for this', async () => {
    const group = await createWorld('messages', 3)
    const [ann, bob, cleo] = (await group.found()) as [MemberId, MemberId, MemberId]
    const first = currentEpoch(group.at(ann))!
    await group.pass(minute)
    await says(group, ann, 32)
    await says(group, bob, 31)
    await group.pass(2_000)
    expect(currentEpoch(group.at(ann))!.id).toBe(first.id)
    await says(group, cleo, 1)
    expect(messagesOf(currentEpoch(group.at(ann))!)).toBe(64)
    await group.pass(2_000)
    const second = currentEpoch(group.at(ann))!
    expect(second.id).not.toBe(first.id)
    await says(group, ann, 64)
    await group.pass(50_000)
    expect(currentEpoch(group.at(ann))!.id).toBe(second.id)
    await group.pass(12_000)
    expect(currentEpoch(group.at(ann))!.id).not.toBe(second.id)
    expect(group.epochs(ann, bob, cleo).size).toBe(1)
  })

  test('after 10 minutes of talk, hourly when silent', async () => {
    const group = await createWorld('talk', 2)
    const [ann, bob] = (await group.found()) as [MemberId, MemberId]
    const first = currentEpoch(group.at(ann))!
    await group.pass(50 * minute)
    expect(currentEpoch(group.at(ann))!.id).toBe(first.id)
    await says(group, bob, 1)
    await group.pass(2_000)
    expect(currentEpoch(group.at(ann))!.id).not.toBe(first.id)
  })

  test('contributions of those that acknowledged enter the author’s next epoch, once', async () => {
    const group = await createWorld('contributions', 3)
    const [ann] = (await group.found()) as [MemberId]
    const author = currentEpoch(group.at(ann))!.author
    expect(group.at(author).contributions.size).toBe(2)
    const given = [...group.at(author).contributions.values()]
    await group.pass(61 * minute)
    expect([...group.at(author).contributions.values()]).not.toEqual(given)
  })
})

describe('authors', () => {
  test('the first join makes an epoch at once, later ones share one made 300 ms after the first unserved', async () => {
    const group = await createWorld('joins', 6)
    const ann = group.open(0)
    await group.run(ann, { kind: 'found' })
    await group.pass(5_000)
    const alone = currentEpoch(group.at(ann))!.counter
    await group.join(1, ann)
    expect(currentEpoch(group.at(ann))!.counter).toBe(alone + 1)
    for (let i = 2; i < 6; i++) {
      await group.pass(60)
      await group.join(i, ann)
    }
    expect(currentEpoch(group.at(ann))).toBeNull()
    await group.pass(119)
    expect(currentEpoch(group.at(ann))).toBeNull()
    await group.pass(1)
    expect(currentEpoch(group.at(ann))!.counter).toBe(alone + 2)
    expect(currentEpoch(group.at(ann))!.members).toHaveLength(6)
  })

  test('who evicts makes an epoch at once, whatever its rank', async () => {
    const group = await createWorld('evict', 5)
    const ids = await group.found()
    const last = [...ids].sort().at(-1)!
    const victim = ids.find((id) => id !== last)!
    await group.run(last, { kind: 'evict', member: victim, withInvited: false })
    expect(currentEpoch(group.at(last))?.author).toBe(last)
  })

  test('otherwise the first in rank does, and the others wait 150 ms for each before them, 1.3 s at most', async () => {
    const group = await createWorld('ranks', 12)
    const ids = [...(await group.found())].sort()
    group.lost.push(({ message }) => message.kind === 'epoch')
    const authored = new Map<MemberId, number>()
    for (const id of ids) {
      const { current, epochs } = group.at(id)
      const old = epochs.map((epoch) => (epoch.id === current ? { ...epoch, since: -4_000_000 } : epoch))
      group.set(id, { ...group.at(id), epochs: old })
    }
    const start = group.world.now
    for (let ms = 0; ms < 1_500; ms += 10) {
      await group.pass(10)
      for (const id of ids) {
        if (
          !authored.has(id) &&
          currentEpoch(group.at(id))!.author === id &&
          group.at(id).authoredAt! >= start
        ) {
          authored.set(id, group.at(id).authoredAt! - start)
        }
      }
    }
    for (const [rank, id] of ids.entries()) {
      expect(authored.get(id)).toBeGreaterThanOrEqual(Math.min(rank * 150, 1_300))
      expect(authored.get(id)).toBeLessThan(Math.min(rank * 150, 1_300) + 70)
    }
  })

  test('one that slept listens for 2 s first', async () => {
    const group = await createWorld('sleep', 2)
    const [ann] = (await group.found()) as [MemberId]
    const counter = currentEpoch(group.at(ann))!.counter
    group.set(ann, { ...group.at(ann), steppedAt: group.world.now - 4_000_000 })
    await group.run(ann, { kind: 'tick' })
    const { epochs } = group.at(ann)
    group.set(ann, { ...group.at(ann), epochs: epochs.map((epoch) => ({ ...epoch, since: -4_000_000 })) })
    await group.run(ann, { kind: 'tick' })
    await group.pass(1_990)
    expect(group.at(ann).counter.greatest).toBe(counter)
    await group.pass(100)
    expect(group.at(ann).counter.greatest).toBe(counter + 1)
  })
})

describe('mending', () => {
  /** Ann founded, and let in one that takes nothing and says nothing. */
  const withMute = async () => {
    const group = await createWorld('mute', 2)
    const ann = group.open(0)
    await group.run(ann, { kind: 'found' })
    await group.pass(5_000)
    const bob = await group.join(1, ann)
    group.members.get(bob)!.beatAt = Number.POSITIVE_INFINITY
    const times: number[] = []
    const start = group.world.now
    group.lost.push(({ message }) => message.kind === 'epoch' && times.push(group.world.now - start) > 0)
    group.lost.push(({ from }) => from === bob)
    return { group, ann, bob, times, joint: group.at(ann).pending!.joint }
  }

  test('an epoch that nobody acknowledges goes again after 1, 2, 4 s …, and its J after a minute', async () => {
    const { group, times, joint, bob } = await withMute()
    group.set(bob, { ...group.at(bob), founded: false })
    for (let i = 0; i < 590; i++) await group.pass(100)
    expect(times).toEqual([1_000, 3_000, 7_000, 15_000, 31_000])
    expect(joint.wiped).toBe(false)
    await group.pass(1_100)
    expect(joint.wiped).toBe(true)
  })

  test('J goes as soon as all have acknowledged', async () => {
    const { group, ann, joint } = await withMute()
    group.lost.length = 0
    await group.pass(3_500)
    expect(joint.wiped).toBe(true)
    expect(group.at(ann).pending).toBeNull()
  })

  test('who shows another epoch is sent mine again at once, and mended after 3 s', async () => {
    const group = await createWorld('differs', 3)
    const [ann, bob, cleo] = (await group.found()) as [MemberId, MemberId, MemberId]
    const { author, id } = currentEpoch(group.at(ann))!
    const other = [ann, bob, cleo].find((one) => one !== author)!
    group.set(other, { ...group.at(other), epochs: [], current: null, founded: false })
    group.members.get(other)!.beatAt = Number.POSITIVE_INFINITY
    const standing = { current: null, rosterHash: group.at(other).hash }
    for (const one of [ann, bob, cleo])
      if (one !== other) await group.run(one, { kind: 'standing', from: other, standing })
    await group.pass(2_900)
    expect(currentEpoch(group.at(author))!.id).toBe(id)
    await group.pass(1_000)
    expect(group.epochs(ann, bob, cleo).size).toBe(1)
    expect(currentEpoch(group.at(author))!.id).not.toBe(id)
  })

  test('what was sealed before mine could have arrived does not count', async () => {
    const group = await createWorld('crossed', 2)
    const [ann, bob] = (await group.found()) as [MemberId, MemberId]
    await group.say(bob, ann, await epochBy(group, bob))
    const { id } = currentEpoch(group.at(ann))!
    const standing = { current: null, rosterHash: group.at(ann).hash }
    await group.pass(900)
    await group.run(ann, { kind: 'standing', from: bob, standing })
    expect(group.at(ann).standings.get(bob)?.differsSince).toBeNull()
    await group.pass(200)
    await group.run(ann, { kind: 'standing', from: bob, standing })
    expect(group.at(ann).standings.get(bob)?.differsSince).toBe(group.world.now)
    expect(currentEpoch(group.at(ann))!.id).toBe(id)
    expect(splitFrom(group.at(ann), group.world.now + 10_001)).toEqual([bob])
  })

  test('too many epochs of one author are refused', async () => {
    const group = await createWorld('flood', 2)
    const [ann, bob] = (await group.found()) as [MemberId, MemberId]
    const { greatest } = group.at(bob).counter
    for (let i = 1; i <= 45; i++)
      await group.say(ann, bob, await epochBy(group, ann, { counter: greatest + i }))
    expect(group.rejects.filter((code) => code === 'group/flood')).toHaveLength(5)
    await group.pass(11_000)
    await group.say(ann, bob, await epochBy(group, ann, { counter: greatest + 46 }))
    expect(group.at(bob).counter.greatest).toBe(greatest + 46)
  })
})
