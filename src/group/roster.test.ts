import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededCrypto } from '../crypto/testing/seeded.ts'
import type { Address, Identified, MemberId } from '../identity/index.ts'
import { learnEntry, learnRemoval } from './learning.ts'
import type { RemovalReason } from './removal.ts'
import {
  addEntry,
  addRemoval,
  emptyRoster,
  forgetOld,
  hasPlaceAt,
  maxKept,
  maxRemovals,
  type Roster,
  removalIn,
  rosterHash,
} from './roster.ts'
import type { GroupState, GroupStep, Surroundings } from './state.ts'
import { createMembers, minute } from './testing/world.ts'
import { createGroup } from './views.ts'

const { crypto } = await seededCrypto('roster', globalThis.crypto.subtle as never)
const groupId = crypto.random(16)
const people = await createMembers(crypto, groupId, 6)
const [self, ann, bob, cleo] = people as [Identified, Identified, Identified, Identified]
const idOf = (n: number) => n.toString(16).padStart(32, '0') as MemberId
/** Any number of entries that differ in their hashes and addresses only: no keys are needed here. */
const madeUp = (n: number, address = n.toString(16).padStart(64, '0') as Address): Identified => {
  const hash = (n + 1).toString(16).padStart(64, '0') as Identified['hash']
  return { entry: { ...self.entry, address }, hash, id: hash.slice(-32) as MemberId }
}
const placed = (who: Identified) => ({ ...who, by: self.id, teller: self.id, denied: [] })
const removalOf = (id: MemberId, reason: RemovalReason = 'evicted', at = 0) => ({
  id,
  by: self.id,
  reason,
  teller: self.id,
  denied: [],
  at,
  withInvited: false,
})
const here: Surroundings = { now: 1_000, online: true, reach: new Set(people.map(({ id }) => id)) }
const fresh = (): GroupState => ({
  ...createGroup(crypto, groupId, self),
  founded: true,
  expected: new Map(people.map(({ id }) => [id, new Set(people.map(({ hash }) => hash))])),
})

type Word =
  | { readonly kind: 'entry'; readonly who: Identified; readonly by: MemberId; readonly teller: MemberId }
  | { readonly kind: 'removal'; readonly who: Identified; readonly by: MemberId; readonly teller: MemberId }

const hear = (state: GroupState, { kind, who, by, teller }: Word): GroupStep =>
  kind === 'entry'
    ? learnEntry(crypto, state, { entry: who.entry, by }, teller, here)
    : learnRemoval(crypto, state, { id: who.id, by, reason: 'evicted', teller }, teller, here)

const others = people.slice(1)
const anyone = fc.constantFrom(...others.map(({ id }) => id))
const anyWord = fc.record({
  kind: fc.constantFrom('entry' as const, 'removal' as const),
  who: fc.constantFrom(...others),
  by: anyone,
  teller: anyone,
})

describe('merging', () => {
  test('ends alike in every order, once or twice, and a removal wins', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 12 }), (words) => {
        const all = (order: readonly Word[]) =>
          order.reduce((state, word) => hear(state, word).state, fresh())
        const merged = all(words)
        const summary = ({ roster, hash }: GroupState) => ({
          hash,
          by: [...roster.entries.values()].map((entry) => `${entry.id} ${entry.by}`).sort(),
          out: [...roster.removals.values(), ...roster.early.values()]
            .map((one) => `${one.id} ${one.by}`)
            .sort(),
        })
        expect(summary(all(words.toReversed()))).toEqual(summary(merged))
        expect(summary(all([...words, ...words]))).toEqual(summary(merged))
        for (const { kind, who } of words) {
          if (kind === 'removal') expect(merged.roster.entries.has(who.id)).toBe(false)
        }
        for (const entry of merged.roster.entries.values()) {
          const named = words.filter((word) => word.kind === 'entry' && word.who.id === entry.id)
          const smallest = named.map(({ by }) => by).sort()[0]
          if (entry.id !== self.id) expect(entry.by).toBe(smallest)
        }
      }),
    )
  })

  test('the hash covers live entries and the group, not removals', () => {
    const one = addEntry(emptyRoster, placed(ann))
    const two = addEntry(one, placed(bob))
    const hash = (roster: Roster, group = groupId) => rosterHash(crypto, group, roster)
    expect(hash(two)).not.toBe(hash(one))
    expect(hash(addRemoval(two, removalOf(bob.id)))).toBe(hash(one))
    expect(hash(addRemoval(one, removalOf(cleo.id)))).toBe(hash(one))
    expect(hash(one, new Uint8Array(16))).not.toBe(hash(one))
  })
})

describe('not by me', () => {
  const word = (kind: Word['kind'], who: Identified, by: Identified, teller: Identified): Word => ({
    kind,
    who,
    by: by.id,
    teller: teller.id,
  })
  test.each(['entry', 'removal'] as const)(
    'who is named for an %s that it did not make says so to all, once',
    (kind) => {
      const known = people.slice(0, 4).reduce((state, who) => {
        if (who === self) return state
        return hear(state, word('entry', who, ann, ann)).state
      }, fresh())
      const first = hear(known, word(kind, people[4]!, self, bob))
      const said = first.effects.filter((effect) => effect.kind === 'control')
      expect(new Set(said.map(({ message }) => message.kind))).toEqual(new Set(['not-by-me']))
      expect(said.map(({ to }) => to)).toEqual(expect.arrayContaining([ann.id, bob.id, cleo.id]))
      const named = kind === 'entry' ? first.state.roster.entries : first.state.roster.early
      expect(named.get(people[4]!.id)?.by).toBe(bob.id)
      const again = hear(first.state, word(kind, people[4]!, self, cleo))
      expect(again.effects.map((effect) => effect.kind === 'control' && effect.to)).toEqual([cleo.id])
    },
  )
})

describe('bounds', () => {
  test('256 live, the rest waits in the order of its hash, 64 at most, and moves up', () => {
    let roster: Roster = emptyRoster
    for (let i = 0; i < 256; i++) roster = addEntry(roster, placed(madeUp(i)))
    const late = Array.from({ length: 80 }, (_, i) => madeUp(1_000 - i))
    for (const entry of late) roster = addEntry(roster, placed(entry))
    expect(roster.entries.size).toBe(256)
    const sorted = late.map(({ hash }) => hash).sort()
    expect([...roster.waiting.values()].map(({ hash }) => hash)).toEqual(sorted.slice(0, 64))
    roster = addRemoval(roster, removalOf(madeUp(3).id))
    expect(roster.entries.size).toBe(256)
    expect([...roster.entries.values()].some(({ hash }) => hash === sorted[0])).toBe(true)
    expect(roster.waiting.size).toBe(63)
  })

  test('two live entries of one relay address, and no third before one goes', () => {
    const address = 'f'.repeat(64) as Address
    const same = [1, 2, 3].map((n) => madeUp(n, address))
    let roster = same.reduce((before, entry) => addEntry(before, placed(entry)), emptyRoster)
    expect(roster.entries.size).toBe(2)
    expect(hasPlaceAt(roster, same[2]!)).toBe(false)
    roster = addRemoval(roster, removalOf(same[0]!.id))
    expect([...roster.entries.keys()]).toEqual([same[1]!.id, same[2]!.id])
  })

  test('the newest 4,096 removals for 62 days, and 64 that came before their entry', () => {
    let roster: Roster = { ...emptyRoster }
    const removals = new Map(
      Array.from(
        { length: maxRemovals },
        (_, i) => [idOf(i + 1), removalOf(idOf(i + 1), 'left', i)] as const,
      ),
    )
    roster = addEntry({ ...roster, removals }, placed(ann))
    roster = addRemoval(roster, removalOf(ann.id, 'left', 9_000))
    expect(roster.removals.size).toBe(maxRemovals)
    expect(roster.removals.has(idOf(1))).toBe(false)
    const days = 86_400_000
    expect([...forgetOld(roster, 9_000 + 62 * days).removals.keys()]).toEqual([ann.id])
    expect(forgetOld(roster, 9_001 + 62 * days).removals.size).toBe(0)
    for (let i = 0; i < 100; i++) roster = addRemoval(roster, removalOf(idOf(100_000 + i)))
    expect([...roster.early.keys()]).toEqual(Array.from({ length: 64 }, (_, i) => idOf(100_036 + i)))
    expect(roster.removals.size).toBe(maxRemovals)
  })

  test('entries of removed members are kept: the newest 64 expired ones, and 64 others', () => {
    let roster: Roster = emptyRoster
    for (let i = 0; i < 200; i++) {
      roster = addEntry(roster, placed(madeUp(i)))
      roster = addRemoval(roster, removalOf(madeUp(i).id, i < 80 ? 'expired' : 'evicted'))
    }
    expect(roster.kept.size).toBe(2 * maxKept)
    expect([...roster.kept.keys()]).toEqual(
      [...Array.from({ length: 64 }, (_, i) => i + 16), ...Array.from({ length: 64 }, (_, i) => i + 136)].map(
        (n) => madeUp(n).id,
      ),
    )
  })

  test('an entry whose removal came first never gets in, and its teller is told', () => {
    const removed = hear(fresh(), { kind: 'removal', who: bob, by: ann.id, teller: ann.id })
    expect(removed.effects).toEqual([])
    const told = hear(removed.state, { kind: 'entry', who: bob, by: ann.id, teller: cleo.id })
    expect(told.state.roster.entries.has(bob.id)).toBe(false)
    expect(told.state.roster.removals.has(bob.id)).toBe(true)
    expect(told.effects).toMatchObject([{ kind: 'control', to: cleo.id, message: { kind: 'removals' } }])
  })
})

test('two entries under one id: both are removed, and all are told', () => {
  const colliding = {
    ...crypto,
    hash: (...parts: readonly Uint8Array[]) => {
      const digest = crypto.hash(...parts)
      return parts.length === 3 && parts[2]!.length > 1_000 ? digest.fill(7, 0, 16) : digest
    },
  }
  const at = createGroup(colliding, groupId, self)
  const state = { ...at, expected: new Map() }
  const one = learnEntry(colliding, state, { entry: ann.entry, by: ann.id }, cleo.id, here)
  const id = '07'.repeat(16) as MemberId
  expect(one.state.roster.entries.has(id)).toBe(true)
  const reached = { ...here, reach: new Set([cleo.id, id]), now: here.now + minute }
  const two = learnEntry(colliding, one.state, { entry: bob.entry, by: ann.id }, cleo.id, reached)
  expect(two.state.roster.entries.has(id)).toBe(false)
  expect(removalIn(two.state.roster, id)).toMatchObject({ by: self.id, reason: 'evicted' })
  const three = learnEntry(colliding, two.state, { entry: ann.entry, by: ann.id }, cleo.id, reached)
  expect(three.state.roster.entries.has(id)).toBe(false)
})
