/**
 * Removing others, and the end of one's own membership.
 *
 *   evict ──> the others are told all removals, each removed one its own and nothing else
 *   my own removal, heard ──> passed on with its teller ──> ended
 */
import type { Crypto } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import { type GroupControl, maxRemovalsPerControl } from './control.ts'
import { secretsOfEpoch } from './keeping.ts'
import { makeRemovals } from './learning.ts'
import { secretsOfPending } from './pending.ts'
import type { ToldRemoval } from './removal.ts'
import type { GroupState, GroupStep, Surroundings } from './state.ts'
import { andThen, announce, control, piecesOf, reject, withEffects, withinReach } from './step.ts'

/** This member removes another, and with it, if asked, everybody whom that one let in. */
export const evict = (
  crypto: Crypto,
  state: GroupState,
  member: MemberId,
  withInvited: boolean,
  surroundings: Surroundings,
): GroupStep => {
  const { self, roster } = state
  const held = [...roster.entries.values(), ...roster.waiting.values()]
  if (member === self.id || !held.some(({ id }) => id === member)) return reject(state, 'group/not-a-member')
  const targets = held.filter(({ id, by }) => id === member || (withInvited && by === member))
  const removals = targets
    .filter(({ id }) => id !== self.id)
    .map(({ id }): ToldRemoval => ({ id, by: self.id, reason: 'evicted', teller: self.id }))
  const messages = piecesOf(removals, maxRemovalsPerControl).map(
    (piece): GroupControl => ({ kind: 'removals', removals: piece }),
  )
  return andThen(makeRemovals(crypto, state, removals, surroundings, withInvited ? member : null), (next) =>
    withEffects(
      next,
      ...announce(next, surroundings, messages),
      ...removals.map((own) => control(own.id, { kind: 'removals', removals: [own] })),
    ),
  )
}

/** The membership is over: all secrets go. */
const end = (state: GroupState, told: ToldRemoval, effects: GroupStep['effects']): GroupStep => {
  const { by, teller, reason } = told
  return {
    state: {
      ...state,
      ended: told,
      epochs: [],
      current: null,
      pending: null,
      heldBack: new Map(),
      needed: null,
    },
    effects: [...effects, { kind: 'removed', by, teller, reason }],
    stale: [
      ...state.epochs.flatMap(secretsOfEpoch),
      ...secretsOfPending(state.pending),
      ...[...state.heldBack.values()].map(({ joint }) => joint),
    ], // FS
  }
}

/** Somebody says that I was removed. All within reach are to know who said it. */
export const takeOwnRemoval = (
  state: GroupState,
  told: ToldRemoval,
  from: MemberId,
  surroundings: Surroundings,
): GroupStep => {
  const own = { ...told, teller: from }
  const message: GroupControl = { kind: 'removals', removals: [own] }
  return end(
    state,
    own,
    withinReach(state, surroundings).map((to) => control(to, message)),
  )
}

/** This member goes. */
export const leave = (state: GroupState, surroundings: Surroundings): GroupStep => {
  const { id } = state.self
  const own: ToldRemoval = { id, by: id, reason: 'left', teller: id }
  return end(state, own, announce(state, surroundings, [{ kind: 'removals', removals: [own] }]))
}
