import type { Bytes } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import type { GroupControl } from './control.ts'
import { type EpochHeader, type EpochId, type HeldEpoch, precedes } from './epoch.ts'
import {
  type Add,
  emptyRoster,
  liveMembers,
  type MemberId,
  merge,
  type Roster,
  rosterHash,
} from './roster.ts'

/** An epoch that this member authored and that some have not acknowledged yet. */
export interface PendingEpoch {
  readonly header: EpochHeader
  readonly id: EpochId
  readonly joint: Secret
  readonly waiting: ReadonlySet<MemberId>
  readonly resendAt: number
  readonly until: number
}

export interface GroupState {
  readonly groupId: Bytes
  readonly self: MemberId
  readonly roster: Roster
  /** Of `roster`. */
  readonly hash: string
  /** Whether this member may author: it is alone, or was admitted, or nobody admits it. */
  readonly founded: boolean
  /** Held epochs, least preferred first: at most four. */
  readonly epochs: readonly HeldEpoch[]
  /** 32 bytes of each member that acknowledged an epoch of mine, for my next one. */
  readonly contributions: ReadonlyMap<MemberId, Bytes>
  readonly pending: PendingEpoch | null
  /** When to author, if nobody else does before. */
  readonly authorAt: number | null
  /** Since when a member's current epoch differs from mine on an equal roster. */
  readonly disagreeing: ReadonlyMap<MemberId, number>
  /** Since when a member has been out of reach. */
  readonly unreachable: ReadonlyMap<MemberId, number>
  readonly headsAt: number
}

export type GroupNotice = 'member-joined' | 'member-left' | 'member-expired' | 'member-evicted'

export type GroupEffect =
  /** "Seal this for that member": `peer` does, with the pair session. */
  | { readonly kind: 'control'; readonly to: MemberId; readonly message: GroupControl }
  | { readonly kind: 'notice'; readonly code: GroupNotice; readonly member: MemberId; readonly name: string }
  /** Somebody removed this member. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'reject'; readonly code: GroupReject }

export type GroupReject =
  | 'group/foreign-epoch'
  | 'group/not-a-member'
  | 'group/bad-header'
  | 'group/bad-commitment'
  | 'group/counter'
  | 'group/bad-ack'

export interface GroupStep {
  readonly state: GroupState
  readonly effects: readonly GroupEffect[]
  /** To wipe once the new state is safe. // FS */
  readonly stale: readonly Secret[]
}

/** A group of one, without an epoch. */
export const createGroup = (crypto: Crypto, groupId: Bytes, self: Omit<Add, 'sponsor'>): GroupState => {
  const roster = merge(emptyRoster, { adds: [{ ...self, sponsor: self.id }], removes: [] })
  return {
    groupId,
    self: self.id,
    roster,
    hash: rosterHash(crypto, roster),
    founded: false,
    epochs: [],
    contributions: new Map(),
    pending: null,
    authorAt: null,
    disagreeing: new Map(),
    unreachable: new Map(),
    headsAt: 0,
  }
}

/** The greatest (counter, id) among the epochs whose roster equals the merged roster. Sending uses no other. */
export const currentEpoch = ({ epochs, hash }: GroupState): HeldEpoch | null =>
  epochs.findLast((epoch) => epoch.rosterHash === hash && epoch.sending !== null) ?? null

export const membersOf = (state: GroupState): readonly Add[] => liveMembers(state.roster)

/** Held epochs that a new one can follow: no epoch that is or was held has them as a parent. */
export const headsOf = ({ epochs }: GroupState): readonly HeldEpoch[] =>
  epochs.filter(({ resume }) => resume !== null)

export const maxHeld = 4
const keepMs = 10 * 60_000

/**
 * Takes an epoch in. What precedes the preferred one keeps its receiving chains only; a parent also loses the
 * resumption secret; the fifth and all older than ten minutes go.
 */
export const holdEpoch = (
  state: GroupState,
  epoch: HeldEpoch,
  now: number,
): { readonly epochs: readonly HeldEpoch[]; readonly stale: readonly Secret[] } => {
  const stale: Secret[] = []
  const all = [...state.epochs, epoch].sort((a, b) => (precedes(a, b) ? -1 : 1))
  const preferred = all.findLast(({ rosterHash }) => rosterHash === state.hash)
  const parents = new Set(all.flatMap((held) => held.parents))
  const forget = (held: HeldEpoch) => {
    for (const { chain, skipped } of held.receiving.values()) stale.push(chain, ...skipped.values())
    for (const secret of [held.confirm, held.exporter, held.headerKey, held.resume, held.sending?.chain]) {
      if (secret) stale.push(secret)
    }
  }
  // The greatest always stays: it has no child, so the next epoch can follow it.
  const lasting = [epoch, preferred, all.at(-1)]
  const fresh = all.filter((held) => lasting.includes(held) || now - held.since < keepMs)
  const kept = fresh.slice(-maxHeld)
  if (!kept.includes(epoch)) kept.splice(0, 1, epoch)
  for (const held of all) if (!kept.includes(held)) forget(held)
  const epochs = kept.map((held) => {
    const superseded = preferred !== undefined && precedes(held, preferred)
    const sending = superseded ? null : held.sending
    const resume = parents.has(held.id) ? null : held.resume
    if (sending === null && held.sending !== null) stale.push(held.sending.chain)
    if (resume === null && held.resume !== null) stale.push(held.resume)
    return { ...held, sending, resume }
  })
  return { epochs, stale }
}
