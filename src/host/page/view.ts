/**
 * What the page knows of the room: plain data without keys or passwords. The Worker produces it, `ui` draws it, and
 * every change replaces it as a whole.
 *
 *   idle ──> hardening ──> finding ──> proving ──> agreeing ──> joined ──> left | failed
 *                              any of these before joined ──> refused | failed | left
 */

import type { SafetyNumber } from '../../identity/index.ts'
import type { MemberView as PeerMember, PeerNotice, PeerView } from '../../peer/index.ts'

export type MemberView = PeerMember
export type Link = MemberView['link']
export type Trust = MemberView['trust']
export type { SafetyNumber }

/** How far an own message has come. */
export interface DeliveryView {
  /** `nobody`: there was nobody to hear it. `waiting`: some have it in a mailbox, or miss it until they return. */
  readonly state: PeerView['delivery']['outgoing'][number]['state']
  readonly confirmed: number
  /** Members that it was said to. */
  readonly of: number
  /** Names of those whose mailbox holds it. */
  readonly mailed: readonly string[]
  /** Names of those who miss it until they are here again. */
  readonly missing: readonly string[]
}

export interface MessageView {
  /** Unique in this view: the sender's id and the message's number. */
  readonly id: string
  readonly senderId: string
  readonly senderName: string
  readonly mine: boolean
  readonly text: string
  /** Milliseconds since 1970, by the receiver's clock. */
  readonly at: number
  readonly delivery: DeliveryView
}

/** Messages that a room keeps, on the screen and in a profile; the oldest go first. */
export const maxMessages = 10_000

/** A file on its way to, or from, one member. */
export interface FilePartView {
  readonly id: string
  readonly member: string
  readonly memberName: string
  readonly phase: 'offered' | 'sending' | 'receiving' | 'checking' | 'done' | 'declined' | 'cancelled'
  readonly heldBySelf: boolean
  readonly heldByOther: boolean
  /** `null`: the other end is away. */
  readonly path: 'direct' | 'relay' | null
  /** That the receiver has. */
  readonly bytes: number
  readonly bytesPerSecond: number | null
  readonly secondsLeft: number | null
  /** Why it was cancelled. */
  readonly reason: 'user' | 'unknown' | 'unreadable' | 'storage' | 'hash' | null
}

/** A file that was offered in the conversation. */
export interface FileView {
  readonly id: string
  readonly mine: boolean
  readonly senderId: string
  readonly senderName: string
  /** In the form of `neutralName`; so is the type, which is a hint only. */
  readonly name: string
  readonly type: string
  /** Bytes. */
  readonly size: number
  readonly audience: 'group' | 'member'
  readonly at: number
  /** Bytes read before it can be offered; `null` once it is. */
  readonly prepared: number | null
  /** One for each receiver; of a file of somebody else one. */
  readonly parts: readonly FilePartView[]
}

/** Messages of one sender that are known to exist and have not come. */
export interface GapView {
  readonly id: string
  readonly senderId: string
  readonly senderName: string
  readonly count: number
  /** `lost`: its sender no longer has them. */
  readonly state: 'asked' | 'lost'
}

/** Something that deserves a line of text. `ui` words it by `code`. */
export interface NoticeView {
  readonly id: string
  readonly code: PeerNotice | 'profile-in-use'
  /** Display name of the member concerned, if any. */
  readonly name: string | null
  /** Who did it: removed or let in. */
  readonly by: string | null
  /** Of a burst that is told once. */
  readonly count: number
  readonly at: number
}

/** How getting in goes, and how this member's own door stands. */
export interface AdmissionView {
  /** Members that answered, and those that were asked. */
  readonly answered: number
  readonly asked: number
  /** Members that said no. */
  readonly refusals: number
  /** Why: the worst that was heard, if any. */
  readonly refusal: 'join/not-inviter' | 'join/not-admitted' | 'pake/failed' | null
  /** When this tab asks again, milliseconds since 1970. */
  readonly retryAt: number | null
  /** When it opens a room of its own. */
  readonly foundsAt: number | null
  /** When waiting alone will not do: nobody who is here or asleep lets it in. */
  readonly stallsAt: number | null
  /** Until when newcomers wait at this member's door. */
  readonly shutUntil: number | null
}

export interface PasswordView {
  /** Who chose the password in force; `null` for the one that the room was founded with. */
  readonly by: string | null
  readonly isMine: boolean
  /** Removed members who know it. Each can come back as somebody new. */
  readonly knownToRemoved: number
}

/** How this membership ended by somebody else's doing. */
export interface RemovalView {
  readonly by: string | null
  readonly reason: 'left' | 'evicted' | 'expired' | null
}

export type Phase =
  | 'idle'
  /** Stretching the password. */
  | 'hardening'
  /** Connecting to the relay and learning who is present. */
  | 'finding'
  /** Running the PAKE with the members found. */
  | 'proving'
  /** Waiting for a group key that includes this member. */
  | 'agreeing'
  | 'joined'
  /** Ended: wrong password, or no member accepted the proof. */
  | 'refused'
  /** Ended: by the user. */
  | 'left'
  /** Ended: anything else; see `error`. */
  | 'failed'

/** Pre-keys of this member at the relay. */
export interface PreKeysView {
  readonly left: number
  /** A full stock. */
  readonly of: number
  /** With this many left, or fewer, the stock is filled up again. */
  readonly refillAt: number
}

export interface View {
  readonly phase: Phase
  readonly admission: AdmissionView
  readonly group: string | null
  readonly selfId: string | null
  /** This member as an invitation names it. */
  readonly invitation: { readonly address: string; readonly entryHash: string } | null
  readonly members: readonly MemberView[]
  readonly epoch: number | null
  /** Of the group key: eight groups of four hexadecimal digits, the same for every member of the epoch. */
  readonly fingerprint: string | null
  readonly messages: readonly MessageView[]
  readonly files: readonly FileView[]
  readonly notices: readonly NoticeView[]
  /** `null` if this member keeps none. */
  readonly preKeys: PreKeysView | null
  /** Disagreement on the group key that lasts longer, in milliseconds, counts as a `split`. */
  readonly splitAfterMs: number
  /** Compared by people, it verifies everybody at once; `null` while alone. */
  readonly roomNumber: SafetyNumber | null
  /** Entries for which the room has no place. */
  readonly waiting: number
  /** Whether the membership outlives the tab. */
  readonly stored: boolean
  /** Messages that have not come. One that arrives later leaves this list. */
  readonly gaps: readonly GapView[]
  readonly password: PasswordView
  readonly removal: RemovalView | null
  /** Defects of this program that cost an event, and nothing else. */
  readonly defects: number
  readonly connection: 'offline' | 'connecting' | 'online' | 'reconnecting'
  /** The last error, until the next command. */
  readonly error: ErrorView | null
}

/** A stored membership, as the start page lists it. */
export interface StoredView {
  readonly id: string
  readonly group: string
  readonly name: string
  readonly createdAt: number
}

/** Every error code that a view can hold. `ui` words them. */
export const errorCodes = [
  'pake/failed',
  'pake/throttled',
  'join/empty-name',
  'join/long-name',
  'join/bad-name',
  'join/empty-group',
  'join/long-group',
  'join/bad-group',
  'join/empty-password',
  'join/long-password',
  'join/bad-password',
  'join/not-inviter',
  'join/not-admitted',
  'login/empty-place',
  'login/long-place',
  'login/bad-place',
  'message/empty',
  'message/long',
  'message/not-joined',
  'message/backlog',
  'file/nobody',
  'file/too-large',
  'file/unreadable',
  'group/removed',
  'relay/unreachable',
  'relay/refused',
  'relay/limited',
  'relay/full',
  'storage/wrong-password',
  'storage/damaged',
  'storage/other-version',
  'storage/missing',
  'storage/full',
  'storage/failed',
  'host/failed',
] as const
export type ErrorCode = (typeof errorCodes)[number]

export interface ErrorView {
  readonly code: ErrorCode
  /** Earliest sensible retry, milliseconds since 1970. */
  readonly retryAt: number | null
}

export type FileCommand =
  /** `to`: a member, or (`null`) everybody. */
  | { readonly kind: 'offer-files'; readonly files: readonly File[]; readonly to: string | null }
  | {
      readonly kind: 'file'
      readonly file: string
      readonly action: 'accept' | 'decline' | 'pause' | 'resume' | 'cancel'
    }

/** From the page to the Worker. */
export type Command =
  | FileCommand
  | {
      readonly kind: 'join'
      readonly name: string
      readonly group: string
      readonly password: string
      /** `open` for a generated password of at least 60 bits: its guesses need not be counted. */
      readonly door: 'strict' | 'open'
      /** Whom to ask first, and whose entry to expect: from an invitation. */
      readonly inviter: { readonly address: string; readonly entryHash: string } | null
      /** Whether to store the membership, so that it outlives the tab. */
      readonly stored: boolean
      readonly relayUrl: string
      /** `relay` turns WebRTC off. */
      readonly transport: 'any' | 'relay'
    }
  /** Resumes a stored membership. */
  | {
      readonly kind: 'resume'
      readonly id: string
      readonly password: string
      readonly relayUrl: string
      readonly transport: 'any' | 'relay'
    }
  /** Deletes a stored membership without notifying the others. */
  | { readonly kind: 'forget'; readonly id: string }
  | { readonly kind: 'say'; readonly text: string }
  /** `newPassword` replaces the one that the removed member knows; `null` keeps it. */
  | {
      readonly kind: 'remove'
      readonly member: string
      /** Removes everybody whom this member let in, too. */
      readonly withInvited: boolean
      readonly newPassword: string | null
      readonly door: 'strict' | 'open'
    }
  | { readonly kind: 'change-password'; readonly newPassword: string; readonly door: 'strict' | 'open' }
  /** The user compared numbers with `member`, or (`null`) the room number with everybody. */
  | { readonly kind: 'verify'; readonly member: string | null; readonly same: boolean }
  /** Asks the others again, whatever was refused. */
  | { readonly kind: 'retry' }
  /** Opens a room here, although others are in it. */
  | { readonly kind: 'found' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'dismiss-error' }

const emptyAdmission: AdmissionView = {
  answered: 0,
  asked: 0,
  refusals: 0,
  refusal: null,
  retryAt: null,
  foundsAt: null,
  stallsAt: null,
  shutUntil: null,
}

export const emptyView: View = {
  phase: 'idle',
  admission: emptyAdmission,
  group: null,
  selfId: null,
  invitation: null,
  members: [],
  epoch: null,
  fingerprint: null,
  roomNumber: null,
  waiting: 0,
  messages: [],
  files: [],
  notices: [],
  preKeys: null,
  splitAfterMs: 0,
  stored: false,
  gaps: [],
  password: { by: null, isMine: false, knownToRemoved: 0 },
  removal: null,
  defects: 0,
  connection: 'offline',
  error: null,
}
