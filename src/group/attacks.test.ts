/**
 * Attacks that worked on version 1 of the protocol, each as it looks against this one. The insider may send anything
 * that is well formed; the honest members have to come to rest, hold one epoch, and say nothing out of proportion.
 */
import { describe, expect, test } from 'vitest'
import { toHex } from '../codec/index.ts'
import type { Address, Identified, MemberId } from '../identity/index.ts'
import type { GroupControl } from './control.ts'
import { authorEpoch, type HeldEpoch, headerId } from './epoch.ts'
import { decodeGroup, encodeGroup } from './state-codec.ts'
import { createMembers, createWorld, minute, type World } from './testing/world.ts'
import { currentEpoch, liveMembers, memberOf, waitingEntries } from './views.ts'

type Four = [MemberId, MemberId, MemberId, MemberId]

/** An insider is a member whose own program does nothing more. */
const silence = (group: World, insider: MemberId): void => {
  group.members.get(insider)!.beatAt = Number.POSITIVE_INFINITY
  group.lost.push(({ from }) => from === insider)
  group.set(insider, { ...group.at(insider), founded: false })
}
const made = async (group: World, insider: MemberId, counter: number) => {
  const { header, joint, epoch } = await authorEpoch(group.crypto, {
    group: group.groupId,
    counter,
    author: insider,
    members: liveMembers(group.at(insider)).map(({ id }) => id),
    contributions: new Map(),
    now: 0,
  })
  return { epoch, message: { kind: 'epoch' as const, header, joint: joint.expose().slice() } }
}
/** Entries with real keys, as one member can make as many as it likes. */
const invented = async (group: World, count: number): Promise<readonly Identified[]> => {
  const [one] = await createMembers(group.crypto, group.groupId, 1, 60 * minute)
  return Array.from({ length: count }, () => {
    const entry = {
      ...one!.entry,
      name: 'n'.repeat(64),
      nonce: group.crypto.random(16),
      address: toHex(group.crypto.random(32)) as Address,
    }
    return { ...one!, entry }
  })
}
const flood = async (group: World, from: MemberId, to: MemberId, count: number): Promise<void> => {
  const all = await invented(group, count)
  for (let i = 0; i < count; i += 9) {
    const entries = all.slice(i, i + 9).map(({ entry }) => ({ entry, by: from }))
    await group.say(from, to, { kind: 'entries', entries })
  }
}
const tombstones = (group: World, count: number, by: MemberId): GroupControl => ({
  kind: 'removals',
  removals: Array.from({ length: count }, () => {
    const id = toHex(group.crypto.random(16)) as MemberId
    return { id, by, reason: 'left' as const, teller: by }
  }),
})

describe('sec-03 roster overflow', () => {
  test('entries with long names and made-up removals break no step and no frame, and can be removed at once', async () => {
    const group = await createWorld('overflow', 3, 60 * minute)
    const [ann, bob, mallory] = (await group.found()) as [MemberId, MemberId, MemberId]
    silence(group, mallory)
    for (const to of [ann, bob]) {
      await flood(group, mallory, to, 120)
      await group.say(mallory, to, tombstones(group, 192, bob))
    }
    await group.pass(20_000)
    for (let i = 0; i < 12; i++) {
      for (const to of [ann, bob]) await flood(group, mallory, to, 18)
      await group.pass(minute)
    }
    expect(liveMembers(group.at(ann))).toHaveLength(256)
    expect(waitingEntries(group.at(ann)).length).toBeLessThanOrEqual(64)
    await group.run(ann, { kind: 'evict', member: mallory, withInvited: true })
    group.close(mallory)
    await group.pass(2 * minute)
    expect(liveMembers(group.at(ann)).map(({ id }) => id)).toEqual([ann, bob].sort())
    expect(group.hashes(ann, bob).size).toBe(1)
    expect(group.epochs(ann, bob).size).toBe(1)
  })

  test('a stored member that took such a roster works again after it is resumed', async () => {
    const group = await createWorld('resumed', 3, 60 * minute)
    const [ann, bob, mallory] = (await group.found()) as [MemberId, MemberId, MemberId]
    silence(group, mallory)
    await flood(group, mallory, bob, 120)
    await group.say(mallory, bob, tombstones(group, 192, mallory))
    group.set(bob, decodeGroup(group.crypto, encodeGroup(group.at(bob))))
    await group.pass(30_000)
    expect(group.hashes(ann, bob).size).toBe(1)
    expect(group.epochs(ann, bob).size).toBe(1)
    expect(currentEpoch(group.at(bob))).not.toBeNull()
  })
})

describe('sec-04 counter wedge', () => {
  test.each([0, 2])(
    'after an insider that led one member far ahead is evicted by member %i, the others agree again',
    async (who) => {
      const group = await createWorld('wedge', 4)
      const [ann, bob, cleo, mallory] = (await group.found()) as Four
      silence(group, mallory)
      let counter = group.at(cleo).counter.greatest
      for (let i = 0; i < 4; i++) {
        counter += 65_536
        await group.say(mallory, cleo, (await made(group, mallory, counter)).message)
      }
      expect(group.at(cleo).counter.greatest).toBe(counter)
      await group.run([ann, bob, cleo][who]!, { kind: 'evict', member: mallory, withInvited: false })
      group.close(mallory)
      await group.pass(20_000)
      expect(group.epochs(ann, bob, cleo).size).toBe(1)
      expect(currentEpoch(group.at(ann))).not.toBeNull()
    },
  )

  test('a lead that grew for half a minute is caught up in about as long, with the insider in place', async () => {
    const group = await createWorld('long lead', 4)
    const [ann, bob, cleo, mallory] = (await group.found()) as Four
    silence(group, mallory)
    const shown = { id: 'ab'.repeat(32) as HeldEpoch['id'], counter: 2 ** 47 }
    for (let i = 0; i < 30; i++) {
      const standing = { current: shown, rosterHash: group.at(cleo).hash }
      await group.run(cleo, { kind: 'standing', from: mallory, standing })
      await group.say(mallory, cleo, (await made(group, mallory, group.at(cleo).counter.limit)).message)
      await group.pass(1_000)
    }
    expect(group.at(cleo).counter.greatest).toBeGreaterThan(2 ** 26)
    await group.pass(2 * minute)
    expect(group.epochs(ann, bob, cleo).size).toBe(1)
  })
})

describe('sec-07 an insider and the roster', () => {
  test('removals that it makes up are not passed on: gossip does not amplify', async () => {
    const group = await createWorld('tombstones', 3)
    const [ann, bob, mallory] = (await group.found()) as [MemberId, MemberId, MemberId]
    silence(group, mallory)
    for (let i = 0; i < 12; i++) await group.say(mallory, ann, tombstones(group, 192, mallory))
    group.letters.length = 0
    await group.pass(15_000)
    expect(group.letters.filter(({ from }) => from === ann || from === bob).length).toBeLessThan(5)
    expect(group.at(ann).roster.early.size).toBe(64)
  })

  test('nor do removals in the name of the one that hears them, or entries: one answer for each', async () => {
    const group = await createWorld('amplify', 5)
    const ids = await group.found()
    const [ann, mallory] = [ids[0]!, ids[4]!]
    silence(group, mallory)
    const claim = tombstones(group, 1, ann)
    const [entry] = await invented(group, 1)
    await group.say(mallory, ann, claim)
    await group.say(mallory, ann, { kind: 'entries', entries: [{ entry: entry!.entry, by: ann }] })
    group.letters.length = 0
    for (let i = 0; i < 50; i++) await group.say(mallory, ann, claim)
    const said = group.letters.filter(({ from, message }) => from === ann && message.kind === 'not-by-me')
    expect(said.length).toBe(50)
    expect(new Set(said.map(({ to }) => to))).toEqual(new Set([mallory]))
  })

  test('nobody renames another, nor changes its lease or its keys: an id is its entry', async () => {
    const group = await createWorld('rename', 3)
    const [ann, bob, mallory] = (await group.found()) as [MemberId, MemberId, MemberId]
    const before = memberOf(group.at(bob), ann)!
    const entry = { ...before.entry, name: 'Mallory', lease: 5 * minute }
    await group.say(mallory, bob, { kind: 'entries', entries: [{ entry, by: mallory }] })
    expect(memberOf(group.at(bob), ann)?.entry).toEqual(before.entry)
    expect(memberOf(group.at(bob), ann)?.hash).toBe(before.hash)
    expect(liveMembers(group.at(bob)).filter(({ entry: { name } }) => name === 'Mallory')).toHaveLength(1)
  })

  test('who is named for an entry that another brought has itself struck off everywhere', async () => {
    const group = await createWorld('named', 4)
    const [ann, bob, cleo, mallory] = (await group.found()) as Four
    const [ghost] = await invented(group, 1)
    for (const to of [ann, bob, cleo]) {
      await group.say(mallory, to, { kind: 'entries', entries: [{ entry: ghost!.entry, by: ann }] })
    }
    await group.pass(2_000)
    for (const at of [ann, bob, cleo]) {
      expect(liveMembers(group.at(at)).find(({ entry }) => entry.name === ghost!.entry.name)?.by).toBe(
        mallory,
      )
    }
  })
})

describe('a quarrel over epochs', () => {
  test('an insider that always shows something else makes the others author a few times, not for ever', async () => {
    const group = await createWorld('false standings', 4)
    const [ann, bob, cleo, mallory] = (await group.found()) as Four
    silence(group, mallory)
    const counter = group.at(ann).counter.greatest
    for (let i = 0; i < 600; i++) {
      const current = { id: i.toString(16).padStart(64, '0') as HeldEpoch['id'], counter: 1 }
      for (const to of [ann, bob, cleo]) {
        const standing = { current, rosterHash: group.at(to).hash }
        await group.run(to, { kind: 'standing', from: mallory, standing })
      }
      await group.pass(1_000)
    }
    expect(group.at(ann).counter.greatest - counter).toBeLessThan(15)
    expect(group.epochs(ann, bob, cleo).size).toBe(1)
  })

  test('an author that gives its epochs to one member only does not keep it apart', async () => {
    const group = await createWorld('partial author', 4)
    const [ann, bob, cleo, mallory] = (await group.found()) as Four
    silence(group, mallory)
    let apart = 0
    for (let i = 0; i < 300; i++) {
      if (i % 2 === 0) {
        const { message } = await made(group, mallory, group.at(cleo).counter.greatest + 1)
        await group.say(mallory, cleo, message)
        const shown = { id: headerId(group.crypto, message.header), counter: message.header.counter }
        const standing = { current: shown, rosterHash: group.at(cleo).hash }
        await group.run(cleo, { kind: 'standing', from: mallory, standing })
      }
      await group.pass(1_000)
      if (i >= 60 && group.epochs(ann, bob, cleo).size > 1) apart += 1
    }
    expect(apart).toBeLessThan(60)
    await group.run(ann, { kind: 'evict', member: mallory, withInvited: false })
    group.close(mallory)
    await group.pass(20_000)
    expect(group.epochs(ann, bob, cleo).size).toBe(1)
  })

  test('an epoch with a removed member in it is neither current nor sendable', async () => {
    const group = await createWorld('outlive', 3)
    const [ann, bob, mallory] = (await group.found()) as [MemberId, MemberId, MemberId]
    group.lost.push(({ message }) => message.kind === 'removals')
    const { message } = await made(group, mallory, group.at(bob).counter.greatest + 50)
    await group.run(ann, { kind: 'evict', member: mallory, withInvited: false })
    await group.say(mallory, ann, message)
    expect(group.rejects.at(-1)).toBe('group/not-a-member')
    await group.say(mallory, bob, message)
    group.lost.length = 0
    group.close(mallory)
    await group.pass(30_000)
    expect(group.epochs(ann, bob).size).toBe(1)
    expect(currentEpoch(group.at(bob))?.members).toEqual([ann, bob].sort())
  })
})
