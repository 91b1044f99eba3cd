/**
 * An epoch of my own on its way: sent to those within reach, again until they acknowledge it, for a minute at most.
 *
 *   authored ──> sent ──1, 2, 4, 8, 16 s──> sent again ──all acknowledged, or 60 s──> J wiped
 */
import type { Secret } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import type { GroupEffect, GroupState, GroupStep, PendingEpoch, Surroundings } from './state.ts'
import { control, unchanged } from './step.ts'

/** How long J is kept for those who have not acknowledged it. */
const pendingMs = 60_000
export const resendMs = 1_000

export const secretsOfPending = (pending: PendingEpoch | null): readonly Secret[] =>
  pending === null ? [] : [pending.joint]

const deliver = ({ header, joint }: PendingEpoch, to: MemberId): GroupEffect =>
  // A copy: the code that takes the message may wipe it.
  control(to, { kind: 'epoch', header, joint: joint.expose().slice() })

/** @returns when something is due: the next resending, or the end */
export const pendingDue = (pending: PendingEpoch): number =>
  Math.min(pending.resendAt, pending.authoredAt + pendingMs)

/** Sends to those who came within reach, and again to those who have not acknowledged in time. */
export const sendPending = (state: GroupState, { now, reach }: Surroundings): GroupStep => {
  const { pending } = state
  if (pending === null) return unchanged(state)
  if (now >= pending.authoredAt + pendingMs) {
    return { state: { ...state, pending: null }, effects: [], stale: [pending.joint] } // FS
  }
  const again = now >= pending.resendAt
  const near = [...pending.waiting].filter((id) => reach.has(id))
  const targets = near.filter((id) => again || !pending.sentTo.has(id))
  if (targets.length === 0 && !again) return unchanged(state)
  const next: PendingEpoch = {
    ...pending,
    sentTo: new Set([...pending.sentTo, ...targets]),
    resendAt: again ? now + pending.pauseMs : pending.resendAt,
    pauseMs: again ? pending.pauseMs * 2 : pending.pauseMs,
  }
  return { state: { ...state, pending: next }, effects: targets.map((id) => deliver(pending, id)), stale: [] }
}

/** Sends again to one that shows that it has another epoch, unless it acknowledged mine. */
export const resendTo = (state: GroupState, member: MemberId): readonly GroupEffect[] =>
  state.pending?.waiting.has(member) ? [deliver(state.pending, member)] : []

/** `member` has acknowledged it. */
export const settlePending = (state: GroupState, member: MemberId): GroupStep => {
  const { pending } = state
  if (!pending?.waiting.has(member)) return unchanged(state)
  const waiting = new Set(pending.waiting)
  waiting.delete(member)
  if (waiting.size > 0) return unchanged({ ...state, pending: { ...pending, waiting } })
  return { state: { ...state, pending: null }, effects: [], stale: [pending.joint] } // FS
}
