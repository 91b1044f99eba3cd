/**
 * One member of one group: what it holds, what happens to it, and what it asks of the host.
 *
 *   joining ──> joined ──> ended        joining ──> ended
 *
 * The state is one record of slices. Each slice has one module that writes it, named beside it below; all others read.
 */
import type { Bytes } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import type { FileControl } from '../files/index.ts'
import {
  createGroup,
  type GroupNotice,
  type GroupReject,
  type GroupState,
  type MessageReject,
} from '../group/index.ts'
import type { Address, MemberId, Self } from '../identity/index.ts'
import type { Recorder } from '../metrics/index.ts'
import { type AdmissionState, type Invitation, startAdmission } from './admission/state.ts'
import { type AsleepState, nobodyAsleep } from './asleep.ts'
import type { Text } from './controls.ts'
import { type DeliveryState, nothingSaid } from './delivery/state.ts'
import { type FarewellState, noFarewells } from './farewell.ts'
import type { FrameFacts } from './frame-facts.ts'
import { noPairs, type PairsState } from './pairs-state.ts'
import { type PasswordState, startPassword } from './password-state.ts'
import { nobodyInReach, type ReachState } from './reach.ts'
import { nobodyReturns, type ReturningState } from './returning-state.ts'
import { outsideRoom, type RoomState } from './room.ts'

/** What a step needs of the world besides its event. */
export interface Ports {
  readonly crypto: Crypto
  readonly recorder: Recorder
}

/** Why a membership ended, as a person would say it. */
export type Ending =
  /** No member let this one in: wrong password, or nobody is left to ask. */
  'refused' | 'left' | 'removed'

export type Phase =
  | { readonly kind: 'joining' }
  | { readonly kind: 'joined' }
  | {
      readonly kind: 'ended'
      readonly ending: Ending
      /** Of a removal: who decided it, by name where it is known, and why. */
      readonly by: string | null
      readonly reason: 'left' | 'evicted' | 'expired' | null
    }

export interface PeerState {
  readonly groupId: Bytes
  readonly self: Self
  /** Written by `peer.ts` and `membership.ts`. */
  readonly phase: Phase
  /** Who is at the relay and linked directly: `room.ts`. */
  readonly room: RoomState
  /** Knocking, doors, guesses, merging, founding: `admission/`. */
  readonly admission: AdmissionState
  /** The password record in force: `password.ts`. */
  readonly password: PasswordState
  /** Roster and epochs: `membership.ts`, which alone calls `groupStep`. */
  readonly group: GroupState
  /** Sessions and handshakes: `pairs.ts` and `meeting.ts`. */
  readonly pairs: PairsState
  /** Who was removed, and has yet to hear so: `farewell.ts`. */
  readonly farewells: FarewellState
  /** This member's return from an expiry, and those that it lets in again: `returning.ts`. */
  readonly returning: ReturningState
  /** Who was heard when: `reach.ts`. */
  readonly reach: ReachState
  /** Whom this user compared numbers with: `verification.ts`. */
  readonly verified: ReadonlySet<MemberId>
  /** Messages said and heard: `delivery/`. */
  readonly delivery: DeliveryState
  /** Pre-keys, letters and mailboxes: `asleep.ts`. */
  readonly asleep: AsleepState
}

export type Path = 'direct' | 'relay' | 'mail'

export type PeerEvent = {
  readonly now: number
} /** The relay let this address into the room. `present`: oldest first, without the own. */ & (
  | { readonly kind: 'relay-open'; readonly present: readonly Address[] }
  | { readonly kind: 'relay-closed' }
  | { readonly kind: 'presence'; readonly address: Address; readonly present: boolean }
  | {
      readonly kind: 'received'
      readonly from: Address
      readonly path: Path
      readonly bytes: Bytes
    }
  /** The relay could not hand a frame to `to`: it is not there now. */
  | { readonly kind: 'undelivered'; readonly to: Address }
  | { readonly kind: 'link'; readonly address: Address; readonly direct: boolean }
  /** SDP of this side, for `address`. */
  | { readonly kind: 'signal'; readonly address: Address; readonly data: Bytes }
  /** Who has a mailbox in this room, with the stock of pre-keys at the relay: the answer to `list-owners`. */
  | { readonly kind: 'owners'; readonly owners: ReadonlyMap<Address, number> }
  /** The answer to `take-prekey`; `null` where there is none left. */
  | { readonly kind: 'prekey'; readonly address: Address; readonly published: Bytes | null }
  /** What became of a letter, by the `letter` of its `send` effect. */
  | { readonly kind: 'mailed'; readonly letter: number; readonly outcome: 'stored' | 'full' | 'failed' }
  /** All letters that waited in the own mailbox have been handed in. */
  | { readonly kind: 'mail-read' }
  /** How many pre-keys of this member the relay holds. */
  | { readonly kind: 'published'; readonly stock: number }
  | { readonly kind: 'say'; readonly text: string }
  /** Something about a file, for `member` alone. */
  | { readonly kind: 'file'; readonly member: MemberId; readonly control: FileControl }
  /** Evicts a member, and with `withInvited` all whom it let in. `password`: what replaces the one they know. */
  | {
      readonly kind: 'remove'
      readonly member: MemberId
      readonly withInvited: boolean
      readonly password: NewPassword | null
    }
  | { readonly kind: 'change-password'; readonly password: NewPassword }
  /** The user compared numbers with this member, or (`null`) the room number with everybody. */
  | { readonly kind: 'verify'; readonly member: MemberId | null; readonly same: boolean }
  /** The user asks to knock, or to merge, again. */
  | { readonly kind: 'retry' }
  /** The user founds a room of its own here, although others are in it. */
  | { readonly kind: 'found' }
  /** `closing`: the page goes, and its direct links with it. */
  | { readonly kind: 'leave'; readonly closing: boolean }
  /** The time that the step before asked for has come. */
  | { readonly kind: 'wake' }
)

/** What a password stretched to, as its chooser hands it in. */
export interface NewPassword {
  /** 32 bytes. */
  readonly verifier: Secret
  /** 1,216 bytes. */
  readonly publicKey: Bytes
  /** `open` for a generated one of at least 60 bits. */
  readonly door: 'strict' | 'open'
}

export type PeerReject =
  | GroupReject
  | MessageReject
  | `ratchet/${string}`
  | `handshake/${string}`
  /** An exception inside a step: a defect of ours. The event is dropped, the member goes on. */
  | 'peer/defect'
  | 'frame/malformed'
  | 'frame/unexpected'
  | 'frame/too-long'
  | 'pake/failed'
  | 'pake/unexpected'
  | 'pair/none'
  | 'pair/malformed'
  | 'pair/bad-tag'
  | 'password/foreign'
  | 'password/far-ahead'
  | 'prekey/unexpected'
  | 'prekey/malformed'
  | 'prekey/unknown'
  | 'prekey/failed'
  | 'message/empty'
  | 'message/long'
  | 'message/backlog'
  | 'message/not-joined'
  | 'message/foreign'
  | 'member/unknown'

export type PeerNotice =
  | GroupNotice
  /** Somebody tried a wrong password here; `count` of them since the last notice. */
  | 'wrong-password'
  /** A member reports tries of a wrong password. */
  | 'wrong-password-elsewhere'
  /** Somebody who knows the password looked at an entry and did not come in. */
  | 'looked-at-entry'
  | 'password-changed'
  /** Another record won over the password that this member chose. */
  | 'password-overruled'
  /** Frames of the old session were still opening. */
  | 'session-replaced'
  /** Another room of this name, with another password. */
  | 'other-room'
  | 'merged'
  /** A guess ledger is shut: newcomers wait. */
  | 'door-shut'
  /** Strangers disturb: they take slots or answer rubbish. */
  | 'disturbed'
  /** Two entries under one id: both were removed. */
  | 'prekeys-exhausted'
  | 'prekey-used'
  /** A letter that its live writer does not name was withdrawn. */
  | 'letter-withdrawn'
  | 'defect'

export type PeerEffect =
  /** Before anything else of this step: make the new state durable, or forget the step. */
  | { readonly kind: 'persist' }
  | {
      readonly kind: 'send'
      readonly to: Address
      readonly path: Path
      readonly bytes: Bytes
      /** What the frame is and holds, for this member's own eyes. */
      readonly facts: FrameFacts
      /** Of a letter: named in the `mailed` event to come. */
      readonly letter?: number
    }
  /** What the frame of this event was and held, for this member's own eyes. */
  | { readonly kind: 'opened'; readonly member: MemberId | null; readonly facts: FrameFacts }
  /** Leave these at the relay; `replace`: in place of all that are there. */
  | { readonly kind: 'publish'; readonly preKeys: readonly Bytes[]; readonly replace: boolean }
  | { readonly kind: 'take-prekey'; readonly address: Address }
  | { readonly kind: 'list-owners' }
  | { readonly kind: 'connect'; readonly address: Address; readonly initiator: boolean }
  | { readonly kind: 'disconnect'; readonly address: Address }
  /** SDP of the other side. */
  | { readonly kind: 'signal'; readonly address: Address; readonly data: Bytes }
  | {
      readonly kind: 'message'
      readonly from: MemberId
      readonly name: string
      readonly message: Text
    }
  /** A member says something about a file. */
  | { readonly kind: 'file'; readonly from: MemberId; readonly control: FileControl }
  | {
      readonly kind: 'notice'
      readonly code: PeerNotice
      readonly member: MemberId | null
      readonly name: string | null
      /** By whom: a removal's or an admission's. */
      readonly by: MemberId | null
      readonly count: number
    }
  /** Overwrite these: the new state does not need them. */
  | { readonly kind: 'wipe'; readonly secrets: readonly Secret[] }
  | { readonly kind: 'reject'; readonly code: PeerReject }

export interface PeerStep {
  readonly state: PeerState
  readonly effects: readonly PeerEffect[]
  /** When this member wants a `wake` event, milliseconds; `null`: not before something happens. */
  readonly wakeAt: number | null
}

/** What a newcomer brings. */
export interface Newcomer {
  readonly groupId: Bytes
  readonly self: Self
  /** Of the group's password: 32, 32 and 1,216 bytes. The seed proves the password and is wiped once in. */
  readonly verifier: Secret
  readonly seed: Secret
  readonly publicKey: Bytes
  readonly door: 'strict' | 'open'
  /** Whom to ask first, and whose entry to expect there. */
  readonly invitation: Invitation | null
  /** Whether it keeps a stored profile, with pre-keys and a mailbox. */
  readonly stored: boolean
  /** Own guess level for this room, kept outside of the state: see `admission/ledger.ts`. */
  readonly level?: { readonly level: number; readonly at: number }
}

export const createPeer = (crypto: Crypto, newcomer: Newcomer): PeerState => ({
  groupId: newcomer.groupId,
  self: newcomer.self,
  phase: { kind: 'joining' },
  room: outsideRoom,
  admission: startAdmission(newcomer),
  password: startPassword(crypto, newcomer),
  group: createGroup(crypto, newcomer.groupId, newcomer.self),
  pairs: noPairs,
  farewells: noFarewells,
  returning: nobodyReturns,
  reach: nobodyInReach,
  verified: new Set(),
  delivery: nothingSaid,
  asleep: nobodyAsleep(newcomer.stored),
})
