/** One word of a member to a group, and its effect on a state: what the targets `group` and `roster` have in common. */

import {
  type Bytes,
  type Codec,
  encode,
  equal,
  hexId,
  list,
  optional,
  struct,
  u8,
  u32,
  u48,
  union,
} from '../src/codec/index.ts'
import type { Crypto } from '../src/crypto/index.ts'
import { type GroupControl, groupControl, maxControlBytes } from '../src/group/control.ts'
import { authorEpoch, epochId, maxMembers } from '../src/group/epoch.ts'
import {
  decodeGroup,
  encodeGroup,
  type GroupEvent,
  type GroupState,
  groupStep,
  standing,
  wakeAt,
} from '../src/group/index.ts'
import type { Standing } from '../src/group/state.ts'
import { createWorld, type World } from '../src/group/testing/world.ts'
import { type Identified, type MemberId, maxLease, memberId } from '../src/identity/index.ts'
import { decodeStrictly } from './strict.ts'
import { demand, type Input } from './target.ts'

/** `from`: by its place among the others. `waitMs` passes before it. */
interface Sent {
  readonly from: number
  readonly waitMs: number
}
export type Word =
  | (Sent & { readonly kind: 'control'; readonly message: GroupControl })
  | (Sent & { readonly kind: 'standing'; readonly standing: Standing })
  /** A real epoch of the sender, with any other members and counter; headers that lie come as controls. */
  | (Sent & { readonly kind: 'epoch'; readonly counter: number; readonly members: readonly MemberId[] })
  | (Sent & { readonly kind: 'welcomed' })
  | (Sent & { readonly kind: 'merged' })
  | (Sent & { readonly kind: 'tick' })

const sent = { from: u8, waitMs: u32 }
export const word: Codec<Word> = union<Word>({
  control: [1, struct({ ...sent, message: groupControl })],
  standing: [
    2,
    struct({
      ...sent,
      standing: struct<Standing>({
        current: optional(struct({ id: epochId, counter: u48 })),
        rosterHash: hexId<string>(32),
      }),
    }),
  ],
  epoch: [3, struct({ ...sent, counter: u48, members: list(memberId, maxMembers) })],
  welcomed: [4, struct(sent)],
  merged: [5, struct(sent)],
  tick: [6, struct(sent)],
})

/** A group of four that came together by the real code, a fifth that asks to be let in, and all that was said. */
export const createStart = async () => {
  const world = await createWorld('fuzz', 5, maxLease)
  const ids = await world.found(4)
  return { world, ids, people: world.people, words: wordsOf(world) }
}
export type Start = Awaited<ReturnType<typeof createStart>>

/** Every kind of control that was sent, and a few that this history had no need of. */
const wordsOf = (world: World): readonly Bytes[] => {
  const [ann, bob] = world.people as [Identified, Identified]
  const state = world.at(ann.id)
  const kept = new Map<string, GroupControl>()
  for (const { message } of world.letters) kept.set(message.kind, message)
  const others: readonly GroupControl[] = [
    { kind: 'ids', live: world.people.map(({ hash }) => hash) },
    { kind: 'ask', wanted: world.people.map(({ hash }) => hash) },
    { kind: 'entries', entries: world.people.map(({ entry }) => ({ entry, by: ann.id })) },
    {
      kind: 'removals',
      removals: world.people.slice(1).map(({ id }) => ({ id, by: id, reason: 'left', teller: bob.id })),
    },
    { kind: 'not-by-me', subject: 'entry', member: bob.id },
    { kind: 'expiring', member: bob.id },
    { kind: 'heard', member: bob.id, agoMs: 1_000 },
  ]
  for (const message of others) kept.set(`made ${message.kind}`, message)
  const words: Word[] = [...kept.values()].map((message) => ({
    kind: 'control',
    from: 1,
    waitMs: 400,
    message,
  }))
  const known = [...world.members.keys()]
  return [
    ...words,
    { kind: 'standing' as const, from: 1, waitMs: 1_000, standing: standing(state) },
    { kind: 'epoch' as const, from: 1, waitMs: 0, counter: state.counter.greatest + 1, members: known },
    { kind: 'welcomed' as const, from: 0, waitMs: 0 },
    { kind: 'merged' as const, from: 2, waitMs: 0 },
    { kind: 'tick' as const, from: 0, waitMs: 61_000 },
  ].map((one) => encode(word, one))
}

const eventOf = async (crypto: Crypto, start: Start, state: GroupState, said: Word): Promise<GroupEvent> => {
  const sender = start.people[said.from % start.people.length]!
  switch (said.kind) {
    case 'control':
      return { kind: 'control', from: sender.id, message: said.message }
    case 'standing':
      return { kind: 'standing', from: sender.id, standing: said.standing }
    case 'welcomed': {
      const { hash, roster } = start.world.at(start.ids[0]!)
      const live = [...roster.entries.values()].map((entry) => entry.hash)
      return { kind: 'welcomed', doorkeeper: sender, message: { kind: 'roster', hash, by: sender.id, live } }
    }
    case 'merged':
      return { kind: 'merged', partner: sender }
    case 'tick':
      return { kind: 'tick' }
    case 'epoch': {
      const { header, joint } = await authorEpoch(crypto, {
        group: state.groupId,
        counter: said.counter,
        author: sender.id,
        members: [...new Set([...said.members, state.self.id, sender.id])].sort(),
        contributions: new Map(),
        now: 0,
      })
      return {
        kind: 'control',
        from: sender.id,
        message: { kind: 'epoch', header, joint: joint.expose().slice() },
      }
    }
  }
}

const checkBounds = ({
  roster,
  epochs,
  heldBack,
  standings,
  listing,
  guests,
  authors,
  showers,
}: GroupState): void => {
  const bounds: readonly (readonly [size: number, most: number])[] = [
    [roster.entries.size, 256],
    [roster.waiting.size, 64],
    [roster.early.size, 64],
    [roster.kept.size, 128],
    [epochs.length, 4],
    ...[heldBack, standings, listing, authors, showers].map(({ size }) => [size, 256] as const),
    [guests.size, 64],
  ]
  for (const [size, most] of bounds) demand(size <= most, 'every part of a group has its bound')
}

/** Time and state of one member while it is told words. */
export interface Told {
  readonly state: GroupState
  readonly now: number
}

/** One word, and all that any step promises. */
const tell = async (crypto: Crypto, start: Start, { state, now: before }: Told, said: Word) => {
  const now = before + (said.waitMs % 2 ** 31)
  const surroundings = {
    now,
    online: true,
    reach: new Set(start.people.map(({ id }) => id).filter((id) => id !== state.self.id)),
  }
  const bytes = encodeGroup(state)
  const event = await eventOf(crypto, start, state, said)
  const step = await groupStep(crypto, state, event, surroundings)
  demand(equal(encodeGroup(state), bytes), 'a step leaves the state before it as it was')
  const codes = step.effects.flatMap((effect) => (effect.kind === 'reject' ? [effect.code] : []))
  if (codes.length > 0) {
    demand(step.state === state && step.effects.length === 1, 'a refused event changes nothing')
    demand(step.stale.length === 0, 'a refused event wipes nothing')
  }
  for (const effect of step.effects)
    if (effect.kind === 'control' || effect.kind === 'post')
      demand(encode(groupControl, effect.message).length <= maxControlBytes, 'what is sent fits a control')
  demand(step.effects.length <= 600, 'one event has a bounded number of effects')
  checkBounds(step.state)
  const stored = encodeGroup(step.state)
  demand(equal(encodeGroup(decodeGroup(crypto, stored)), stored), 'a state comes back from storage')
  const ticked = await groupStep(crypto, step.state, { kind: 'tick' }, surroundings)
  demand((wakeAt(ticked.state, surroundings) ?? now + 1) > now, 'a member that was woken rests')
  return {
    told: { state: step.state, now },
    outcome: codes[0] ?? step.effects.map(({ kind }) => kind)[0] ?? 'taken',
  }
}

/** All words that can be read, one after another. */
export const tellAll = async (
  crypto: Crypto,
  start: Start,
  state: GroupState,
  input: Input,
): Promise<{ readonly state: GroupState; readonly outcomes: readonly string[] }> => {
  let told: Told = { state, now: start.world.world.now }
  const outcomes: string[] = []
  for (const bytes of input) {
    const read = decodeStrictly(word, bytes)
    if ('refusal' in read) {
      outcomes.push(read.refusal)
      continue
    }
    const next = await tell(crypto, start, told, read.value)
    told = next.told
    const kind = read.value.kind === 'control' ? read.value.message.kind : read.value.kind
    outcomes.push(`${kind}: ${next.outcome}`)
  }
  return { state: told.state, outcomes }
}
