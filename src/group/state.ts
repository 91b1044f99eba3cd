/**
 * What one member knows of its group, and what a step may answer.
 *
 * Every field has one module that writes it; the module is named beside it.
 */
import type { Bytes } from '../codec/index.ts'
import type { Secret } from '../crypto/index.ts'
import type { EntryHash, Identified, MemberId } from '../identity/index.ts'
import type { Bucket } from './bucket.ts'
import type { GroupControl, RosterHash } from './control.ts'
import type { EpochHeader, EpochId, HeldEpoch } from './epoch.ts'
import type { Penalty } from './penalty.ts'
import type { RemovalReason, ToldRemoval } from './removal.ts'
import type { Roster } from './roster.ts'

/** Where a member says it stands: the group's part of a heartbeat. */
export interface Standing {
  readonly current: { readonly id: EpochId; readonly counter: number } | null
  readonly rosterHash: string
}

/** What is known of where another member stands. */
export interface KnownStanding extends Standing {
  /** When it said so. */
  readonly shownAt: number
  /**
   * Since when it has shown another epoch than mine although mine could have arrived; `null` while it does not. It
   * is evidence about the author of mine, so another epoch of the same author does not end it.
   */
  readonly differsSince: number | null
}

/** An epoch of my own that some have not acknowledged. Its J lives as long as this. */
export interface PendingEpoch {
  readonly header: EpochHeader
  readonly id: EpochId
  readonly joint: Secret
  readonly waiting: ReadonlySet<MemberId>
  /** Those of `waiting` that it was sent to. */
  readonly sentTo: ReadonlySet<MemberId>
  readonly authoredAt: number
  readonly resendAt: number
  /** The pause after the next resending: it doubles. */
  readonly pauseMs: number
}

/** An epoch whose counter is too far ahead to be taken yet. */
export interface HeldBack {
  readonly header: EpochHeader
  readonly joint: Secret
}

export interface Counter {
  /** Of the epochs that were taken; 0 for a newcomer. */
  readonly greatest: number
  /** Of the epochs that were dropped: nothing at or below it is taken again, so that no chain restarts. */
  readonly floor: number
  /** Nothing above it is taken yet. */
  readonly limit: number
  /** Since when it has been rising. */
  readonly risingSince: number | null
}

/** Whose controls count although it is not on the roster: the other side of a merge. */
export interface Guest {
  readonly identified: Identified
  readonly until: number
}

export interface Absence {
  /** How long it has been out of reach while I was connected. */
  readonly ms: number
  /** When I said that I would remove it. */
  readonly announcedAt: number | null
}

export interface GroupState {
  /** 16 bytes. */
  readonly groupId: Bytes
  readonly self: Identified
  /** Whether this member may author: it founded the group or was let in. */
  readonly founded: boolean
  /** Set once this member was removed or left: no step does anything any more. */
  readonly ended: ToldRemoval | null

  // roster, exchange
  readonly roster: Roster
  /** Of the live entries. */
  readonly hash: RosterHash
  readonly guests: ReadonlyMap<MemberId, Guest>
  /** Entries that a doorkeeper or a merge partner said it would send: they cost no tokens. */
  readonly expected: ReadonlyMap<MemberId, ReadonlySet<EntryHash>>
  /** New entries that each teller may still bring, and entries that each may still ask for. */
  readonly tellers: ReadonlyMap<MemberId, Bucket>
  readonly askers: ReadonlyMap<MemberId, Bucket>
  /** When each member may be sent my list again, and whether it is to be. */
  readonly listing: ReadonlyMap<MemberId, { readonly at: number; readonly due: boolean }>

  // keeping, taking
  /** Held epochs, least preferred first: at most four. */
  readonly epochs: readonly HeldEpoch[]
  /** The greatest of those that can be used now. */
  readonly current: EpochId | null
  /** When `current` last became another. */
  readonly currentSince: number
  readonly counter: Counter
  readonly heldBack: ReadonlyMap<MemberId, HeldBack>
  /** When each author's latest epochs arrived. */
  readonly arrivals: ReadonlyMap<MemberId, readonly number[]>

  // authoring
  /** 32 bytes of each member that acknowledged an epoch of mine, for my next one. */
  readonly contributions: ReadonlyMap<MemberId, Bytes>
  readonly pending: PendingEpoch | null
  /** Since when an epoch has been needed, and this member's part of chance in when it makes one. */
  readonly needed: { readonly since: number; readonly jitterMs: number } | null
  readonly authoredAt: number | null
  /** Since when some live member has not been in the newest epoch. */
  readonly unservedSince: number | null
  /** Whether this member came back from storage and has not stepped yet. */
  readonly returned: boolean
  /** Until when this member, which returned or woke, listens before it authors. */
  readonly quietUntil: number | null
  /** Whether I removed somebody since my newest epoch: then I author at once. */
  readonly evicted: boolean

  // mending
  readonly standings: ReadonlyMap<MemberId, KnownStanding>
  /** Authors whose epochs had to be mended. */
  readonly authors: ReadonlyMap<MemberId, Penalty>
  /** Members for whose sake epochs were made. */
  readonly showers: ReadonlyMap<MemberId, Penalty>

  // expiry
  readonly absences: ReadonlyMap<MemberId, Absence>

  // waking
  /** When the last step was; `null` before the first one. */
  readonly steppedAt: number | null
  /** Whether this member was connected at its last step. */
  readonly wasOnline: boolean
}

/** What a step may know of the world. */
export interface Surroundings {
  /** Milliseconds; the same clock at every step. */
  readonly now: number
  /** Members of which a frame was opened within 2.5 of the heartbeat intervals that they announced. */
  readonly reach: ReadonlySet<MemberId>
  /** Whether this member is itself connected: only then is an absence the other's. */
  readonly online: boolean
}

export type GroupNotice = 'member-joined' | 'member-left' | 'member-evicted' | 'member-expired'

export type GroupEffect =
  /**
   * "Seal this for that member", which is on the roster or was until now. `turn` says whether a turn of the ratchet
   * that is due is made before it, or at most one in a minute.
   */
  | {
      readonly kind: 'control'
      readonly to: MemberId
      readonly message: GroupControl
      readonly turn: 'due' | 'minute'
    }
  /** An entry or a removal of this member's own making: for members out of reach that have a mailbox. */
  | { readonly kind: 'post'; readonly to: readonly MemberId[]; readonly message: GroupControl }
  /** "Show these members at once where I stand": they have seen me elsewhere. */
  | { readonly kind: 'show'; readonly to: readonly MemberId[] }
  /** `by` let it in, removed it, or is the member itself. */
  | {
      readonly kind: 'notice'
      readonly code: GroupNotice
      readonly member: MemberId
      readonly name: string
      readonly by: MemberId
    }
  /** The membership is over. `by` is named for it, and `teller` told it. */
  | {
      readonly kind: 'removed'
      readonly by: MemberId
      readonly teller: MemberId
      readonly reason: RemovalReason
    }
  | { readonly kind: 'reject'; readonly code: GroupReject }

export type GroupReject =
  /** Of a member that is not on the roster, or was removed. */
  | 'group/not-a-member'
  /** The group has as many members as it lets in. */
  | 'group/full'
  /** Two live entries have this relay address. */
  | 'group/address-taken'
  /** This entry was removed, or another live one has its keys. */
  | 'group/entry-refused'
  /** A roster that does not list its doorkeeper. */
  | 'group/bad-roster'
  /** Another group, version or author. */
  | 'group/foreign-epoch'
  | 'group/bad-header'
  | 'group/bad-commitment'
  /** A counter that nobody can have reached. */
  | 'group/counter'
  | 'group/bad-ack'
  /** One author, too many epochs. */
  | 'group/flood'
  /** This member has left or was removed. */
  | 'group/ended'

export interface GroupStep {
  readonly state: GroupState
  readonly effects: readonly GroupEffect[]
  /** To wipe once the new state is safe. // FS */
  readonly stale: readonly Secret[]
}
