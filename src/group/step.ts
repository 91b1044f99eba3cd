/**
 * How the parts of a step are put together.
 */
import type { Secret } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import type { GroupControl } from './control.ts'
import type { GroupEffect, GroupReject, GroupState, GroupStep, Surroundings } from './state.ts'

export const unchanged = (state: GroupState): GroupStep => ({ state, effects: [], stale: [] })

export const withEffects = (state: GroupState, ...effects: readonly GroupEffect[]): GroupStep => ({
  state,
  effects,
  stale: [],
})

/** The state is the one that was given. */
export const reject = (state: GroupState, code: GroupReject): GroupStep =>
  withEffects(state, { kind: 'reject', code })

/** One part after another. */
export const andThen = (first: GroupStep, next: (state: GroupState) => GroupStep): GroupStep =>
  merged(first, next(first.state))

/** The second part was computed from the state of the first. */
export const merged = (first: GroupStep, second: GroupStep): GroupStep => ({
  state: second.state,
  effects: [...first.effects, ...second.effects],
  stale: [...first.stale, ...second.stale],
})

/** Epochs and what acknowledges them carry turns that are due: they are what heals a conversation. */
export const control = (to: MemberId, message: GroupControl): GroupEffect => ({
  kind: 'control',
  to,
  message,
  turn: message.kind === 'epoch' || message.kind === 'ack' ? 'due' : 'minute',
})

/** The other live members that are within reach, in the order of their ids. */
export const withinReach = (
  { roster, self }: GroupState,
  { reach }: Pick<Surroundings, 'reach'>,
): readonly MemberId[] => [...roster.entries.keys()].filter((id) => id !== self.id && reach.has(id)).sort()

/** The other live members that are out of reach, in the order of their ids. */
const outOfReach = (
  { roster, self }: GroupState,
  { reach }: Pick<Surroundings, 'reach'>,
): readonly MemberId[] => [...roster.entries.keys()].filter((id) => id !== self.id && !reach.has(id)).sort()

/** Something of my own making: to all within reach, and for the mailboxes of the others. */
export const announce = (
  state: GroupState,
  surroundings: Surroundings,
  messages: readonly GroupControl[],
  except: ReadonlySet<MemberId> = new Set(),
): readonly GroupEffect[] => {
  const near = withinReach(state, surroundings).filter((id) => !except.has(id))
  const far = outOfReach(state, surroundings).filter((id) => !except.has(id))
  return messages.flatMap((message): readonly GroupEffect[] => [
    ...near.map((id) => control(id, message)),
    ...(far.length === 0 ? [] : [{ kind: 'post' as const, to: far, message }]),
  ])
}

/** `items` in pieces of at most `size`. */
export const piecesOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

/** All secrets among the values. */
export const secretsAmong = (...values: readonly (Secret | null | undefined)[]): readonly Secret[] =>
  values.filter((value) => value != null)
