import type { Bytes } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import type { GroupControl } from './control.ts'
import type { EpochHeader, EpochId, HeldEpoch } from './epoch.ts'
import {
  type Add,
  difference,
  emptyRoster,
  liveMembers,
  type MemberId,
  merge,
  pieces,
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

/** What a member last said of itself. */
export interface Standing {
  readonly hash: string
  readonly current: EpochId | null
  /** Since when it has not shown my current epoch. */
  readonly differsSince: number | null
  /** Whether it was heard since I took the epoch that is current. */
  readonly told: boolean
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
  /** When this member authored last. */
  readonly authoredAt: number
  /** Whether a new epoch is due whatever else holds: this member woke from sleep. */
  readonly stale: boolean
  /** Where each member said it stands. */
  readonly heads: ReadonlyMap<MemberId, Standing>
  /** Members within reach that have shown another epoch than mine for more than 10 s. */
  readonly split: ReadonlySet<MemberId>
  /** When each author's latest epochs arrived. */
  readonly arrivals: ReadonlyMap<MemberId, readonly number[]>
  /** Epochs once held, newest last: one that comes again is not taken again, and its chains cannot restart. */
  readonly dropped: readonly EpochId[]
  /** Since when a member has been out of reach. */
  readonly unreachable: ReadonlyMap<MemberId, number>
  readonly headsAt: number
  /** When the last tick was: a long pause was a sleep. */
  readonly tickAt: number | null
}

export type GroupNotice =
  | 'member-joined'
  | 'member-returned'
  | 'member-left'
  | 'member-expired'
  | 'member-evicted'

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
  /** One author, too many epochs. */
  | 'group/flood'

export interface GroupStep {
  readonly state: GroupState
  readonly effects: readonly GroupEffect[]
  /** To wipe once the new state is safe. // FS */
  readonly stale: readonly Secret[]
}

/** A group of one, without an epoch. */
export const createGroup = (
  crypto: Crypto,
  groupId: Bytes,
  self: Omit<Add, 'sponsor' | 'life'>,
): GroupState => {
  const roster = merge(emptyRoster, { adds: [{ ...self, sponsor: self.id, life: 0 }], removes: [] })
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
    authoredAt: 0,
    stale: false,
    heads: new Map(),
    split: new Set(),
    arrivals: new Map(),
    dropped: [],
    unreachable: new Map(),
    headsAt: 0,
    tickAt: null,
  }
}

/** The greatest (counter, id) among the epochs whose roster equals the merged roster. Sending uses no other. */
export const currentEpoch = ({ epochs, hash }: GroupState): HeldEpoch | null =>
  epochs.findLast((epoch) => epoch.rosterHash === hash && epoch.sending !== null) ?? null

/** Who was removed by somebody else's decision, in the order of their ids. */
export const evictedOf = ({ roster }: GroupState): readonly MemberId[] =>
  [...roster.removes.values()]
    .filter(({ reason }) => reason === 'evicted')
    .map(({ id }) => id)
    .sort()

export const membersOf = (state: GroupState): readonly Add[] => liveMembers(state.roster)

/** Held epochs that a new one can follow: no epoch that is or was held has them as a parent. */
export const headsOf = ({ epochs }: GroupState): readonly HeldEpoch[] =>
  epochs.filter(({ resume }) => resume !== null)

/** What a step may know of the world: the clock, and who can be reached now. */
export interface Surroundings {
  readonly now: number
  readonly reachable: ReadonlySet<MemberId>
  /** Whether this member is itself connected: only then is an absence the other's. */
  readonly online: boolean
}

/** An epoch that was not acknowledged goes again after this long. */
export const resendMs = 1_000

export const control = (to: MemberId, message: GroupControl): GroupEffect => ({
  kind: 'control',
  to,
  message,
})

export const deliver = ({ header, joint }: PendingEpoch, to: MemberId): GroupEffect =>
  // A copy: whoever takes the message may wipe it.
  control(to, { kind: 'epoch', header, joint: joint.expose().slice() })

/** The whole roster, in as many messages as it takes. */
export const sendRoster = (state: GroupState, to: MemberId): readonly GroupEffect[] =>
  pieces(difference(state.roster, emptyRoster)).map((delta) =>
    control(to, { kind: 'roster', delta, hash: state.hash }),
  )
