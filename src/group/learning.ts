import type { Crypto } from '../crypto/index.ts'
import { finalLife, merge, type Remove, type RosterDelta, rosterHash } from './roster.ts'
import type { GroupEffect, GroupNotice, GroupState, GroupStep } from './state.ts'

const noticeOf: Record<Remove['reason'], GroupNotice> = {
  left: 'member-left',
  evicted: 'member-evicted',
  expired: 'member-expired',
}

/**
 * Merges `delta` and says what changed. A member that learns of its own expiry comes back under its next life;
 * one that was evicted has nothing more to do here.
 */
export const learn = (crypto: Crypto, state: GroupState, delta: RosterDelta): GroupStep => {
  const merged = merge(state.roster, delta)
  if (merged === state.roster) return { state, effects: [], stale: [] }
  const own = state.roster.adds.get(state.self)
  const ended = merged.removes.get(state.self)
  const reborn = own !== undefined && ended !== undefined && ended.life < finalLife && ended.life >= own.life
  const roster = reborn ? merge(merged, { adds: [{ ...own, life: ended.life + 1 }], removes: [] }) : merged
  const effects: GroupEffect[] = []
  for (const { id, name, life } of roster.adds.values()) {
    const code = life === 0 ? 'member-joined' : 'member-returned'
    if (!state.roster.adds.has(id)) effects.push({ kind: 'notice', code, member: id, name })
  }
  for (const before of state.roster.adds.values()) {
    if (roster.adds.has(before.id)) continue
    const { reason } = roster.removes.get(before.id)!
    if (before.id === state.self) effects.push({ kind: 'removed' })
    else effects.push({ kind: 'notice', code: noticeOf[reason], member: before.id, name: before.name })
  }
  const contributions = new Map([...state.contributions].filter(([id]) => roster.adds.has(id)))
  const heads = new Map([...state.heads].filter(([id]) => roster.adds.has(id)))
  const waiting = new Set([...(state.pending?.waiting ?? [])].filter((id) => roster.adds.has(id)))
  const done = state.pending !== null && waiting.size === 0
  const pending = state.pending === null || done ? null : { ...state.pending, waiting }
  return {
    state: { ...state, roster, hash: rosterHash(crypto, roster), contributions, pending, heads },
    effects,
    stale: done && state.pending !== null ? [state.pending.joint] : [], // FS
  }
}
