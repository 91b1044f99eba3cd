/**
 * What the page knows of the room: plain data without keys or passwords. The Worker produces it, `ui` draws it, and
 * every change replaces it as a whole.
 *
 *   idle ──> hardening ──> finding ──> proving ──> agreeing ──> joined ──> left | failed
 *                              any of these before joined ──> refused | failed | left
 */

import type { Link, PeerView } from '../../peer/index.ts'

export type Trust = PeerView['members'][number]['trust']

export interface MemberView {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly name: string
  readonly link: Link
  readonly trust: Trust
  /** Whether it has shown a different group key for longer than `splitAfterMs`. */
  readonly split: boolean
  /** The pair session's safety number, for two people to compare: 60 digits in groups of five, and eight words. */
  readonly safety: { readonly digits: string; readonly words: string } | null
}

export interface MessageView {
  /** Unique in this view. */
  readonly id: string
  readonly senderId: string
  readonly senderName: string
  readonly mine: boolean
  readonly text: string
  /** Milliseconds since 1970, by the receiver's clock. */
  readonly at: number
  /** Of own messages: how many of the members at the time of sending have confirmed it. */
  readonly delivery: {
    readonly state: 'sending' | 'delivered'
    readonly confirmed: number
    readonly of: number
  }
}

/** A message that is proved to come from its sender but could not be read. */
export interface GapView {
  readonly id: string
  readonly senderId: string
  readonly senderName: string
  /** `epoch`: sealed to a group key that this member does not hold. `lost`: nobody can resend it. */
  readonly reason: PeerView['gaps'][number]['reason']
  /** When it arrived, milliseconds since 1970. */
  readonly at: number
  /** Whether its sender has been requested to resend it. */
  readonly asking: boolean
}

/** An event in the room that deserves a line of text. `ui` words it by `code`. */
export interface NoticeView {
  readonly id: string
  readonly code:
    | 'member-joined'
    | 'member-left'
    | 'member-expired'
    /** Removed by another member. */
    | 'member-evicted'
    /** Back after an absence that was treated as leaving. */
    | 'member-returned'
    /** By the named member. Newcomers need the new password. */
    | 'password-changed'
    | 'guess-failed'
    | 'profile-in-use'
    | 'prekeys-exhausted'
    | 'prekey-used'
  /** Display name of the member concerned, if any. */
  readonly name: string | null
  readonly at: number
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
  /** Members that the password was proved to, of those found. */
  readonly progress: { readonly done: number; readonly of: number }
  readonly group: string | null
  readonly selfId: string | null
  readonly members: readonly MemberView[]
  readonly epoch: number | null
  /** Of the group key: eight groups of four hexadecimal digits, the same for every member of the epoch. */
  readonly fingerprint: string | null
  readonly messages: readonly MessageView[]
  readonly notices: readonly NoticeView[]
  /** `null` if this member keeps none. */
  readonly preKeys: PreKeysView | null
  /** Disagreement on the group key that lasts longer, in milliseconds, counts as a `split`. */
  readonly splitAfterMs: number
  /** Suite of the group: 1 `standard`, 2 `strong`; `null` outside a group. */
  readonly suite: number | null
  /** Whether the membership outlives the tab. */
  readonly stored: boolean
  /** Messages that could not be read, oldest first. A message that arrives later leaves this list. */
  readonly gaps: readonly GapView[]
  /** Removed members who know the current password. Each can come back under a new id. */
  readonly removedWhoKnow: number
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
  'join/empty-group',
  'join/long-group',
  'join/empty-password',
  'join/long-password',
  'join/bad-password',
  'join/unknown-suite',
  'join/other-suite-1',
  'join/other-suite-2',
  'login/empty-place',
  'login/long-place',
  'message/empty',
  'message/long',
  'message/not-joined',
  'message/backlog',
  'group/removed',
  'relay/unreachable',
  'relay/refused',
  'relay/limited',
  'relay/full',
  'storage/wrong-password',
  'storage/damaged',
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

/** From the page to the Worker. */
export type Command =
  | {
      readonly kind: 'join'
      readonly name: string
      readonly group: string
      readonly password: string
      /** The group's suite: 1 `standard`, 2 `strong`, which stretches the password longer and in 64 MiB. */
      readonly suite: 1 | 2
      /** Whether to store the membership, so that it outlives the tab. Suite 2 only. */
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
  | { readonly kind: 'remove'; readonly member: string; readonly newPassword: string | null }
  | { readonly kind: 'change-password'; readonly newPassword: string }
  | { readonly kind: 'leave' }
  | { readonly kind: 'dismiss-error' }

export const emptyView: View = {
  phase: 'idle',
  progress: { done: 0, of: 0 },
  group: null,
  selfId: null,
  members: [],
  epoch: null,
  fingerprint: null,
  messages: [],
  notices: [],
  preKeys: null,
  splitAfterMs: 0,
  suite: null,
  stored: false,
  gaps: [],
  removedWhoKnow: 0,
  connection: 'offline',
  error: null,
}
