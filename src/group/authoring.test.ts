import { describe, expect, test } from 'vitest'
import type { MemberId } from '../identity/index.ts'
import { messagesOf } from './epoch.ts'
import { epochBy, says } from './testing/epochs.ts'
import { createWorld, minute } from './testing/world.ts'
import { currentEpoch, splitFrom } from './views.ts'

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
