import type { Crypto, Secret } from '../crypto/index.ts'
import type { GroupControl, Head } from './control.ts'
import type { HeldEpoch } from './epoch.ts'
import { dropOld } from './keeping.ts'
import { learn } from './learning.ts'
import { isGone, type MemberId } from './roster.ts'
import {
  control,
  currentEpoch,
  deliver,
  type GroupEffect,
  type GroupState,
  type GroupStep,
  membersOf,
  resendMs,
  type Standing,
  type Surroundings,
  sendRoster,
} from './state.ts'

const headsMs = 5_000
/** A member that shows another epoch for longer than this is shown as split off. */
export const splitMs = 10_000
/** Ticks come ten times a second; after a pause this long the machine slept. */
const sleepMs = 60_000

const headOf = (state: GroupState): Head | null => {
  const current = currentEpoch(state)
  return current === null ? null : { id: current.id, counter: current.counter }
}

/** A member tells where it stands: missing entries and splits show. */
export const takeHeads = (
  state: GroupState,
  from: MemberId,
  { hash, current }: Extract<GroupControl, { kind: 'heads' }>,
  { now }: Surroundings,
): GroupStep => {
  if (!state.roster.adds.has(from)) return { state, effects: sendRoster(state, from), stale: [] }
  const same = current !== null && current.id === currentEpoch(state)?.id
  const standing: Standing = {
    hash,
    current: current?.id ?? null,
    differsSince: same ? null : (state.heads.get(from)?.differsSince ?? now),
    told: true,
  }
  const heads = new Map(state.heads).set(from, standing)
  const effects = hash === state.hash ? [] : sendRoster(state, from)
  return { state: { ...state, heads }, effects, stale: [] }
}

/** `epoch` of `author` is current now: where the others stand is known once they tell again, since when they differ is kept. */
export const standingsAt = (
  heads: GroupState['heads'],
  { id: epoch, author }: HeldEpoch,
): GroupState['heads'] =>
  new Map(
    [...heads].map(([id, standing]): [MemberId, Standing] => {
      const holds = id === author || standing.current === epoch
      const told: Standing = { ...standing, current: epoch, differsSince: null, told: true }
      return [id, holds ? told : { ...standing, told: false }]
    }),
  )

/** Passes the time: repeats what was not acknowledged, tells where this member stands, lets the absent expire. */
export const tick = (
  crypto: Crypto,
  state: GroupState,
  { now, reachable, online }: Surroundings,
): GroupStep => {
  const effects: GroupEffect[] = []
  const stale: Secret[] = []
  const others = membersOf(state).filter(({ id }) => id !== state.self)
  const slept = state.tickAt !== null && now - state.tickAt > sleepMs
  // Whoever slept has seen nobody: absences count from now.
  const unreachable = new Map(
    others
      .filter(({ id }) => online && !reachable.has(id))
      .map(({ id }) => [id, slept ? now : (state.unreachable.get(id) ?? now)]),
  )
  const split = new Set(
    [...state.heads]
      .filter(
        ([id, { differsSince }]) =>
          reachable.has(id) && differsSince !== null && now - differsSince > splitMs,
      )
      .map(([id]) => id),
  )
  let next: GroupState = { ...state, unreachable, split, stale: state.stale || slept, tickAt: now }
  const { pending } = state
  if (pending !== null && now >= pending.until) {
    next = { ...next, pending: null }
    stale.push(pending.joint) // FS
  } else if (pending !== null && now >= pending.resendAt) {
    next = { ...next, pending: { ...pending, resendAt: now + resendMs } }
    for (const member of pending.waiting) if (reachable.has(member)) effects.push(deliver(pending, member))
  }
  if (now >= state.headsAt && state.founded) {
    next = { ...next, headsAt: now + headsMs }
    const message: GroupControl = { kind: 'heads', hash: state.hash, current: headOf(state) }
    // To those not in my roster, too: the first exchange with them may have been lost.
    for (const id of reachable) if (!isGone(state.roster, id)) effects.push(control(id, message))
  }
  const kept = dropOld(next, now, reachable)
  // One member notices for all: the first of those within reach of each other.
  const first = others.every(({ id }) => !reachable.has(id) || id > state.self)
  const expired = first
    ? others.filter(({ id, lease }) => unreachable.has(id) && now - unreachable.get(id)! > lease)
    : []
  const removes = expired.map(({ id, life }) => ({ id, by: state.self, reason: 'expired' as const, life }))
  const learned = learn(crypto, kept.state, { adds: [], removes })
  return {
    state: learned.state,
    effects: [...effects, ...learned.effects],
    stale: [...stale, ...kept.stale, ...learned.stale],
  }
}
