/**
 * Members of one group on one clock: controls travel encoded, heartbeats come when a standing has changed, and nobody
 * is woken but when `wakeAt` says so. A pair session stands between any two that are not kept apart.
 */
import { decode, encode } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import { seededCrypto } from '../../crypto/testing/seeded.ts'
import { type Address, createSelf, type Identified, type MemberId } from '../../identity/index.ts'
import { type GroupControl, groupControl, maxControlBytes } from '../control.ts'
import type { GroupEvent } from '../event.ts'
import { groupStep } from '../group.ts'
import type { GroupEffect, GroupState, Surroundings } from '../state.ts'
import { createGroup, currentEpoch, standing } from '../views.ts'
import { wakeAt } from '../waking.ts'

export const minute = 60_000

interface Delivery {
  readonly at: number
  readonly run: () => Promise<void>
}

export interface Letter {
  readonly from: MemberId
  readonly to: MemberId
  readonly message: GroupControl
}

interface Member {
  state: GroupState
  online: boolean
  /** When it says where it stands, and how long after that again. */
  beatAt: number
  intervalMs: number
  shown: string
  effects: GroupEffect[]
}

/** `count` members with real entries, in the order of their ids. */
export const createMembers = async (
  crypto: Crypto,
  groupId: Uint8Array<ArrayBuffer>,
  count: number,
  lease = 5 * minute,
): Promise<readonly Identified[]> => {
  const members: Identified[] = []
  for (let i = 0; i < count; i++) {
    const address = (i + 1).toString(16).padStart(64, '0') as Address
    members.push(await createSelf(crypto, groupId, { name: `Member ${i + 1}`, lease, address }))
  }
  return members.map(({ entry, hash, id }) => ({ entry, hash, id })).sort((a, b) => (a.id < b.id ? -1 : 1))
}

export const createWorld = async (seed: string, count: number, lease = 5 * minute) => {
  const { crypto } = await seededCrypto(seed, globalThis.crypto.subtle as never)
  const groupId = crypto.random(16)
  const people = await createMembers(crypto, groupId, count, lease)
  const members = new Map<MemberId, Member>()
  const queue: Delivery[] = []
  const letters: Letter[] = []
  const rejects: string[] = []
  /** Pairs that do not reach each other, as `smaller greater`. */
  const apart = new Set<string>()
  const lost: ((letter: Letter) => boolean)[] = []
  const world = { now: 1_000_000, delayMs: 20, wakes: 0 }
  const pair = (a: MemberId, b: MemberId): string => [a, b].sort().join(' ')

  const surroundingsOf = (id: MemberId): Surroundings => {
    const online = members.get(id)?.online ?? false
    const near = [...members].filter(
      ([other, member]) => other !== id && online && member.online && !apart.has(pair(id, other)),
    )
    return { now: world.now, online, reach: new Set(near.map(([other]) => other)) }
  }
  const later = (ms: number, run: () => Promise<void>): void => {
    queue.push({ at: world.now + ms, run })
  }
  const receive = async ({ from, to, message }: Letter): Promise<void> => {
    const member = members.get(to)
    if (member === undefined || apart.has(pair(from, to))) return
    const doorkeeper = people.find(({ id }) => id === from)
    if (message.kind === 'roster' && !member.state.founded && doorkeeper !== undefined) {
      await run(to, { kind: 'welcomed', doorkeeper, message })
    } else await run(to, { kind: 'control', from, message })
  }
  const send = (letter: Letter): void => {
    const bytes = encode(groupControl, letter.message)
    if (bytes.length > maxControlBytes) throw new Error(`${letter.message.kind} of ${bytes.length} bytes`)
    letters.push(letter)
    if (lost.some((isLost) => isLost(letter))) return
    const message = decode(groupControl, bytes)
    later(world.delayMs, () => receive({ ...letter, message }))
  }
  const beat = (id: MemberId): void => {
    const member = members.get(id)
    if (member === undefined) return
    const said = standing(member.state)
    for (const other of surroundingsOf(id).reach) {
      later(world.delayMs, async () => {
        const target = members.get(other)
        if (target?.state.roster.entries.has(id) && !apart.has(pair(id, other))) {
          await run(other, { kind: 'standing', from: id, standing: said })
        }
      })
    }
    member.beatAt = world.now + member.intervalMs
    member.intervalMs = Math.min(minute, member.intervalMs * 2)
  }
  const run = async (id: MemberId, event: GroupEvent): Promise<readonly GroupEffect[]> => {
    const member = members.get(id)
    if (member === undefined) return []
    const { state, effects, stale } = await groupStep(crypto, member.state, event, surroundingsOf(id))
    member.state = state
    member.effects.push(...effects)
    for (const secret of stale) secret.wipe()
    const shown = JSON.stringify(standing(state))
    if (shown !== member.shown) {
      member.shown = shown
      member.intervalMs = 10_000
      member.beatAt = Math.min(member.beatAt, world.now + 5_000)
    }
    for (const effect of effects) {
      if (effect.kind === 'reject') rejects.push(effect.code)
      if (effect.kind === 'control') send({ from: id, to: effect.to, message: effect.message })
      if (effect.kind === 'show') beat(id)
    }
    return effects
  }
  const nextWake = (): { at: number; id: MemberId } | null => {
    let first: { at: number; id: MemberId } | null = null
    for (const [id, { state, online }] of members) {
      const at = online ? wakeAt(state, surroundingsOf(id)) : null
      if (at !== null && (first === null || at < first.at)) first = { at, id }
    }
    return first
  }
  const pass = async (ms: number): Promise<void> => {
    const end = world.now + ms
    for (let steps = 0; ; steps++) {
      if (steps > 200_000) throw new Error('the members never come to rest')
      queue.sort((a, b) => a.at - b.at)
      const wake = nextWake()
      const beats = [...members]
        .filter(([, { online }]) => online)
        .map(([id, { beatAt }]) => ({ at: beatAt, id }))
      const beating = beats.sort((a, b) => a.at - b.at)[0]
      const times = [queue[0]?.at, wake?.at, beating?.at].filter((at) => at !== undefined)
      const at = Math.min(...times)
      if (times.length === 0 || at > end) break
      world.now = Math.max(world.now, at)
      if (queue[0]?.at === at) await queue.shift()?.run()
      else if (wake?.at === at) {
        world.wakes += 1
        await run(wake.id, { kind: 'tick' })
      } else if (beating !== undefined) beat(beating.id)
    }
    world.now = end
  }
  const open = (index: number): MemberId => {
    const self = people[index]
    if (self === undefined) throw new Error('nobody')
    members.set(self.id, {
      state: createGroup(crypto, groupId, self),
      online: true,
      beatAt: world.now + 5_000,
      intervalMs: 10_000,
      shown: '',
      effects: [],
    })
    return self.id
  }
  const join = async (index: number, doorkeeper: MemberId): Promise<MemberId> => {
    const id = open(index)
    const member = people[index]
    if (member !== undefined) await run(doorkeeper, { kind: 'admitted', member })
    return id
  }
  /** The first founds, the others are let in by it, and all come to rest. */
  const found = async (size = count): Promise<readonly MemberId[]> => {
    const first = open(0)
    await run(first, { kind: 'found' })
    const ids = [first]
    for (let i = 1; i < size; i++) {
      ids.push(await join(i, first))
      await pass(2_000)
    }
    await pass(10_000)
    return ids
  }
  const at = (id: MemberId): GroupState => {
    const member = members.get(id)
    if (member === undefined) throw new Error('not open')
    return member.state
  }
  const set = (id: MemberId, state: GroupState): void => {
    const member = members.get(id)
    if (member !== undefined) member.state = state
  }
  const reachChanged = async (): Promise<void> => {
    for (const id of [...members.keys()]) await run(id, { kind: 'reach-changed' })
  }
  return {
    world,
    crypto,
    groupId,
    people,
    members,
    letters,
    rejects,
    lost,
    apart,
    pair,
    open,
    join,
    found,
    run,
    pass,
    at,
    set,
    reachChanged,
    surroundingsOf,
    close: (id: MemberId) => void members.delete(id),
    /** As if `from` had sealed it. */
    say: (from: MemberId, to: MemberId, message: GroupControl) => run(to, { kind: 'control', from, message }),
    effectsOf: (id: MemberId) => members.get(id)?.effects ?? [],
    epochs: (...ids: readonly MemberId[]) => new Set(ids.map((id) => currentEpoch(at(id))?.id ?? null)),
    hashes: (...ids: readonly MemberId[]) => new Set(ids.map((id) => at(id).hash)),
  }
}

export type World = Awaited<ReturnType<typeof createWorld>>
