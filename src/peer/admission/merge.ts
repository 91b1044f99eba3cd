/**
 * Two parts of one group that were founded apart and share no member become one.
 *
 *   present 10 s, no knock for 2 min, not on the roster ──smallest id within reach, own address the greater──> run on the verifier
 *   present 60 s ──smallest id within reach, whichever address is the greater──> the same
 *       run ──right──> both rosters            ──no answer──> again after 1, 2, 4 … 60 min
 *           ──wrong──> "another room of this name", not again before a record changes or the user asks
 */
import type { Address } from '../../identity/index.ts'
import { membersAt } from '../members.ts'
import { withinReach } from '../reach.ts'
import type { PeerState } from '../state.ts'
import type { Transaction } from '../transaction.ts'
import { isDoorOpen } from './door-open.ts'
import { maxMerges, openRun } from './guest.ts'
import { levelAllowedAt } from './ledger.ts'
import { setAdmission } from './slice.ts'
import { putBounded } from './state.ts'

const strangeMs = 10_000
/** Where the other part lists this address, or counts it as expired, it does not open, and this one may as well. */
const eitherOpensMs = 60_000
/** Who knocked may still be a newcomer: those knock again within a minute. */
const knockedMs = 2 * 60_000
const firstPauseMs = 60_000
const lastPauseMs = 60 * 60_000

/** Of those within reach the smallest id opens, so that one does. */
const isOpener = (state: PeerState, now: number): boolean =>
  [...withinReach(state, now)].every((id) => id >= state.self.id)

const isMerging = ({ admission }: PeerState): boolean =>
  [...admission.guests.values()].some(({ proof, stage }) => proof === 'verifier' && stage.kind !== 'over')

const isStrange = (state: PeerState, address: Address): boolean =>
  membersAt(state, address).length === 0 &&
  ![...state.farewells.values()].some(({ who }) => who.entry.address === address)

/** When a merge with this address may be opened; `null`: not at all. */
const readyAt = (state: PeerState, address: Address, since: number): number | null => {
  const tried = state.admission.merges.get(address)
  if (tried?.failed || state.admission.guests.has(address) || !isStrange(state, address)) return null
  const knockedAt = state.admission.door.knocked.get(address)
  const strangeAt = since + (address < state.self.entry.address ? strangeMs : eitherOpensMs)
  const quietAt = knockedAt === undefined ? 0 : knockedAt + knockedMs
  return Math.max(strangeAt, quietAt, tried?.notBefore ?? 0)
}

/** Who is next, and when: the one that was tried least. */
const nextMerge = (
  state: PeerState,
  now: number,
): { readonly address: Address; readonly at: number } | null => {
  if (!state.room.online || state.admission.joining !== null || !isDoorOpen(state, now)) return null
  if (isMerging(state) || !isOpener(state, now)) return null
  let next: { readonly address: Address; readonly at: number } | null = null
  for (const [address, since] of state.room.present) {
    const at = readyAt(state, address, since)
    if (at !== null && (next === null || at < next.at)) next = { address, at }
  }
  return next === null ? null : { ...next, at: Math.max(next.at, levelAllowedAt(state, now)) }
}

export const tickMerging = async (tx: Transaction): Promise<void> => {
  const next = nextMerge(tx.state, tx.now)
  if (next !== null && next.at <= tx.now) await openRun(tx, next.address, 'verifier')
}

export const wakeAtMerging = (state: PeerState, now: number): number | null =>
  nextMerge(state, now)?.at ?? null

/** A run of a merge ended without an answer. */
export const leaveMerge = (tx: Transaction, address: Address): void => {
  const { merges } = tx.state.admission
  const { tries, failed } = merges.get(address) ?? { tries: 0, failed: false }
  const notBefore = tx.now + Math.min(firstPauseMs * 2 ** Math.min(tries, 10), lastPauseMs)
  setAdmission(tx, {
    merges: putBounded(merges, address, { tries: tries + 1, notBefore, failed }, maxMerges),
  })
}

/** A record changed, or the user asks. */
export const forgetMerges = (tx: Transaction): void => {
  if (tx.state.admission.merges.size > 0) setAdmission(tx, { merges: new Map() })
}
