/**
 * An insider that may send anything: every control and every standing, well formed, with extremes at each bound, in
 * any order and at any time. No step throws, no state grows beyond its bounds, whatever was decoded can be encoded and
 * fits a frame, nothing asks to be woken in the past again and again, and a refused event changes nothing.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../codec/index.ts'
import { type EntryHash, type MemberEntry, type MemberId, maxLease, minLease } from '../identity/index.ts'
import {
  type GroupControl,
  groupControl,
  maxControlBytes,
  maxRemovalsPerControl,
  type RosterHash,
} from './control.ts'
import { authorEpoch, type EpochId, maxMembers } from './epoch.ts'
import type { GroupEvent } from './event.ts'
import { groupStep } from './group.ts'
import type { GroupState } from './state.ts'
import { decodeGroup, encodeGroup } from './state-codec.ts'
import { createWorld } from './testing/world.ts'
import { currentEpoch, splitFrom, standing } from './views.ts'
import { wakeAt } from './waking.ts'

const group = await createWorld('hostile', 5, maxLease)
const { crypto } = group
const ids = (await group.found(4)) as [MemberId, MemberId, MemberId, MemberId]
const [ann, , , mallory] = ids
const start = group.at(ann)
const own = currentEpoch(start)

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((raw) => Buffer.from(raw).toString('hex'))
const anyId = fc.oneof(
  fc.constantFrom(...ids, group.people[4]!.id, '0'.repeat(32) as MemberId, 'f'.repeat(32) as MemberId),
  hex(16).map((id) => id as MemberId),
)
const anyHash = fc.oneof(
  fc.constantFrom(...group.people.map(({ hash }) => hash)),
  hex(32).map((hash) => hash as EntryHash),
)
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((raw) => new Uint8Array(raw))
const counter = fc.oneof(
  fc.constantFrom(0, 1, 65_536, 65_537, 2 ** 30, 2 ** 30 + 1, 2 ** 47 - 1, 2 ** 47, 2 ** 47 + 1, 2 ** 48 - 1),
  fc.nat(200_000),
)
const anyEntry = fc
  .record({
    base: fc.constantFrom(...group.people.map(({ entry }) => entry)),
    name: fc.constantFrom('x', 'n'.repeat(64), 'Ann'),
    lease: fc.constantFrom(minLease, maxLease),
    nonce: fc.oneof(bytes(16), fc.constant(group.people[4]!.entry.nonce)),
    address: hex(32),
  })
  .map(({ base, name, lease, nonce, address }) => ({ ...base, name, lease, nonce, address }) as MemberEntry)
const reason = fc.constantFrom('left' as const, 'evicted' as const, 'expired' as const)
const hashes = fc.oneof(
  fc.array(anyHash, { maxLength: 6 }),
  fc.array(anyHash, { minLength: maxMembers, maxLength: maxMembers }),
)

const anyControl: fc.Arbitrary<GroupControl> = fc.oneof(
  fc.record({
    kind: fc.constant('roster' as const),
    hash: hex(32).map((hash) => hash as RosterHash),
    by: anyId,
    live: hashes,
  }),
  fc.record({ kind: fc.constant('ids' as const), live: hashes }),
  fc.record({ kind: fc.constant('ask' as const), wanted: hashes }),
  fc.record({
    kind: fc.constant('entries' as const),
    entries: fc.array(fc.record({ entry: anyEntry, by: anyId }), { maxLength: 9 }),
  }),
  fc.record({
    kind: fc.constant('removals' as const),
    removals: fc.array(
      fc.record({ id: anyId.filter((id) => id !== ann), by: anyId, reason, teller: anyId }),
      {
        maxLength: 8,
      },
    ),
  }),
  fc.record({
    kind: fc.constant('not-by-me' as const),
    subject: fc.constantFrom('entry' as const, 'removal' as const),
    member: anyId,
  }),
  fc.record({ kind: fc.constant('expiring' as const), member: anyId }),
  fc.record({ kind: fc.constant('heard' as const), member: anyId, agoMs: counter }),
  fc.record({
    kind: fc.constant('epoch' as const),
    header: fc.record({
      version: fc.constantFrom(1, 2, 3),
      group: fc.oneof(fc.constant(group.groupId), bytes(16)),
      counter,
      author: anyId,
      members: fc.oneof(fc.constant([...ids].sort()), fc.array(anyId, { maxLength: 5 })),
      commitment: bytes(32),
    }),
    joint: bytes(32),
  }),
  fc.record({
    kind: fc.constant('ack' as const),
    epoch: fc.oneof(
      fc.constant(own!.id),
      hex(32).map((id) => id as EpochId),
    ),
    mac: bytes(32),
    contribution: bytes(32),
  }),
)
const anyStanding = fc.record({
  current: fc.option(
    fc.record({
      id: fc.oneof(
        fc.constant(own!.id),
        hex(32).map((id) => id as EpochId),
      ),
      counter,
    }),
  ),
  rosterHash: fc.oneof(fc.constant(start.hash as string), hex(32)),
})
/** A real epoch of the insider: any members and counter that a header can carry. */
const realEpoch = fc.record({
  kind: fc.constant('real' as const),
  counter,
  others: fc.subarray([...ids, group.people[4]!.id]),
})
const anyWord = fc.oneof(
  { weight: 6, arbitrary: anyControl.map((message) => ({ kind: 'control' as const, message })) },
  { weight: 2, arbitrary: anyStanding.map((said) => ({ kind: 'standing' as const, said })) },
  { weight: 3, arbitrary: realEpoch },
  { weight: 1, arbitrary: fc.constant({ kind: 'tick' as const }) },
)
const anyPause = fc.constantFrom(0, 1, 400, 3_000, 61_000, 200_000, 2 * maxLease, -5_000)

type Word = typeof anyWord extends fc.Arbitrary<infer T> ? T : never

const eventOf = async (word: Word, state: GroupState): Promise<GroupEvent> => {
  if (word.kind === 'tick') return word
  if (word.kind === 'standing') return { kind: 'standing', from: mallory, standing: word.said }
  if (word.kind === 'control') {
    const encoded = encode(groupControl, word.message)
    expect(encoded.length).toBeLessThanOrEqual(maxControlBytes)
    return { kind: 'control', from: mallory, message: decode(groupControl, encoded) }
  }
  const members = [...new Set([...word.others, ann, mallory])].sort()
  const made = await authorEpoch(crypto, {
    group: state.groupId,
    counter: word.counter,
    author: mallory,
    members,
    contributions: new Map(),
    now: 0,
  })
  const joint = made.joint.expose().slice()
  return { kind: 'control', from: mallory, message: { kind: 'epoch', header: made.header, joint } }
}

const checkBounds = ({ roster, epochs, heldBack, standings, listing }: GroupState): void => {
  expect(roster.entries.size).toBeLessThanOrEqual(256)
  expect(roster.waiting.size).toBeLessThanOrEqual(64)
  expect(roster.early.size).toBeLessThanOrEqual(64)
  expect(roster.kept.size).toBeLessThanOrEqual(128)
  expect(epochs.length).toBeLessThanOrEqual(4)
  for (const map of [heldBack, standings, listing]) {
    for (const id of map.keys()) expect(roster.entries.has(id)).toBe(true)
  }
}

test('no step throws whatever an insider sends, and every bound holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyWord, anyPause), { maxLength: 25 }), async (words) => {
      let state = start
      let now = group.world.now
      for (const [word, pause] of words) {
        now += pause
        const surroundings = { now, online: true, reach: new Set(ids.filter((id) => id !== ann)) }
        const event = await eventOf(word, state)
        const step = await groupStep(crypto, state, event, surroundings)
        if (step.effects.some(({ kind }) => kind === 'reject')) {
          expect(step.state).toBe(state)
          expect(step.effects).toHaveLength(1)
          expect(step.stale).toEqual([])
        }
        state = step.state
        checkBounds(state)
        for (const effect of step.effects) {
          if (effect.kind !== 'control' && effect.kind !== 'post') continue
          expect(encode(groupControl, effect.message).length).toBeLessThanOrEqual(maxControlBytes)
        }
        splitFrom(state, now)
        standing(state)
        decodeGroup(crypto, encodeGroup(state))
        const ticked = await groupStep(crypto, state, { kind: 'tick' }, surroundings)
        expect(wakeAt(ticked.state, surroundings) ?? now + 1).toBeGreaterThan(now)
      }
    }),
    { numRuns: 150 },
  )
})

test('the longest control of each kind fits, and one item more is refused', () => {
  const people = group.people
  const longest = { ...people[0]!.entry, name: 'n'.repeat(64) }
  const removal = { id: ann, by: ann, reason: 'left' as const, teller: ann }
  const live = Array.from({ length: maxMembers }, () => people[0]!.hash)
  const header = {
    version: 2,
    group: group.groupId,
    counter: 2 ** 48 - 1,
    author: ann,
    commitment: new Uint8Array(32),
  }
  const sizes = (extra: number): Record<string, () => number> => {
    const control = (message: GroupControl) => () => encode(groupControl, message).length
    const members = Array.from({ length: maxMembers + extra }, () => ann)
    return {
      roster: control({
        kind: 'roster',
        hash: start.hash,
        by: ann,
        live: [...live, ...live.slice(0, extra)],
      }),
      ids: control({ kind: 'ids', live: [...live, ...live.slice(0, extra)] }),
      ask: control({ kind: 'ask', wanted: [...live, ...live.slice(0, extra)] }),
      entries: control({
        kind: 'entries',
        entries: Array.from({ length: 9 + extra }, () => ({ entry: longest, by: ann })),
      }),
      removals: control({
        kind: 'removals',
        removals: Array.from({ length: maxRemovalsPerControl + extra }, () => removal),
      }),
      epoch: control({ kind: 'epoch', header: { ...header, members }, joint: new Uint8Array(32) }),
    }
  }
  const measured = Object.fromEntries(Object.entries(sizes(0)).map(([kind, size]) => [kind, size()]))
  expect(measured).toEqual({
    roster: 8_243,
    ids: 8_195,
    ask: 8_195,
    entries: 12_171,
    removals: 9_411,
    epoch: 4_202,
  })
  expect(maxControlBytes).toBe(12_171)
  for (const size of Object.values(sizes(1))) expect(size).toThrow(RangeError)
})

test('what a stored state holds comes back, and any flipped byte gives a state or a DecodeError', () => {
  const bytes = encodeGroup(start)
  const back = decodeGroup(crypto, bytes)
  expect(encodeGroup(back)).toEqual(bytes)
  expect(back.hash).toBe(start.hash)
  expect(back.epochs.map(({ id }) => id)).toEqual(start.epochs.map(({ id }) => id))
  expect(back.epochs.every(({ sending }) => sending === null)).toBe(true)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = bytes.slice()
      other[at]! ^= change
      try {
        decodeGroup(crypto, other)
      } catch (error) {
        expect((error as Error).name).toBe('DecodeError')
      }
    }),
    { numRuns: 500 },
  )
})
