import type { Link, PeerView } from '../../peer/index.ts'

/**
 * What the page knows: plain data, replaced whole on every change, holding no key and no password.
 * The Worker produces it, `ui` draws it.
 */
export type Trust = PeerView['members'][number]['trust']

export interface MemberView {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly name: string
  readonly link: Link
  readonly trust: Trust
  /** It has shown another group key than ours for more than 10 s. */
  readonly split: boolean
  /** Of the pair session, for two people to compare: 60 digits in groups of five, and eight words. */
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
  /** Of my own messages: how many of those who were members have confirmed it. */
  readonly delivery: {
    readonly state: 'sending' | 'delivered'
    readonly confirmed: number
    readonly of: number
  }
}

/** A message that its sender is proved to have sent, and that could not be read. */
export interface GapView {
  readonly id: string
  readonly senderId: string
  readonly senderName: string
  /** `epoch`: sealed to a group key that this member does not hold. `lost`: nobody can say it again. */
  readonly reason: PeerView['gaps'][number]['reason']
  /** When it came, milliseconds since 1970. */
  readonly at: number
  /** Its sender is being asked to say it again. */
  readonly asking: boolean
}

/** Something that happened in the room and is worth a line of text; the wording is the ui's, keyed by `code`. */
export interface NoticeView {
  readonly id: string
  readonly code:
    | 'member-joined'
    | 'member-left'
    | 'member-expired'
    /** Removed by another member. */
    | 'member-evicted'
    /** Back from an absence that had counted as leaving. */
    | 'member-returned'
    /** By the member named: newcomers need the new one. */
    | 'password-changed'
    | 'guess-failed'
    | 'profile-in-use'
    | 'prekeys-exhausted'
    | 'prekey-used'
  /** Display name, where the notice is about somebody. */
  readonly name: string | null
  readonly at: number
}

export type Phase =
  | 'idle'
  /** Stretching the password. */
  | 'hardening'
  /** Reaching the relay and learning who is there. */
  | 'finding'
  /** Running the PAKE with the members found. */
  | 'proving'
  /** Waiting for a group key that includes this member. */
  | 'agreeing'
  | 'joined'
  /** Ended: wrong password, or nobody accepted the proof. */
  | 'refused'
  /** Ended: by the user. */
  | 'left'
  /** Ended: anything else; see `error`. */
  | 'failed'

export interface View {
  readonly phase: Phase
  /** Members proved to, of members found. */
  readonly progress: { readonly done: number; readonly of: number }
  readonly group: string | null
  readonly selfId: string | null
  readonly members: readonly MemberView[]
  readonly epoch: number | null
  /** Eight groups of four hexadecimal digits: the same on all screens of an epoch. */
  readonly fingerprint: string | null
  readonly messages: readonly MessageView[]
  readonly notices: readonly NoticeView[]
  /** Pre-keys of this member at the relay, of 100; `null` where it has none. */
  readonly preKeys: number | null
  /** Of the group: 1 `standard`, 2 `strong`; `null` outside of one. */
  readonly suite: number | null
  /** Whether the membership outlives the tab. */
  readonly stored: boolean
  /** Messages that could not be read, oldest first. One that comes after all leaves this list. */
  readonly gaps: readonly GapView[]
  /** How many were removed that know the password of now: each can come back under a new id. */
  readonly removedWhoKnow: number
  readonly connection: 'offline' | 'connecting' | 'online' | 'reconnecting'
  /** The last thing that went wrong, until the next command. `retryAt`: milliseconds since 1970. */
  readonly error: ErrorView | null
}

/** A stored membership, as the start page lists it. */
export interface StoredView {
  readonly id: string
  readonly group: string
  readonly name: string
  readonly createdAt: number
}

/** Error codes a View can hold; the wording of each is in `ui`. */
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
  /** When another try makes sense, milliseconds since 1970. */
  readonly retryAt: number | null
}

/** What the page may ask of the Worker. */
export type Command =
  | {
      readonly kind: 'join'
      readonly name: string
      readonly group: string
      readonly password: string
      /** The group's suite: 1 `standard`, 2 `strong`, whose stretching takes 64 MiB and longer. */
      readonly suite: 1 | 2
      /** Whether the member stays one when the tab closes. Suite 2 only. */
      readonly stored: boolean
      readonly relayUrl: string
      /** `relay` keeps WebRTC off. */
      readonly transport: 'any' | 'relay'
    }
  /** Takes a stored membership up again. */
  | {
      readonly kind: 'resume'
      readonly id: string
      readonly password: string
      readonly relayUrl: string
      readonly transport: 'any' | 'relay'
    }
  /** Deletes a stored membership. The others are not told. */
  | { readonly kind: 'forget'; readonly id: string }
  | { readonly kind: 'say'; readonly text: string }
  /** `newPassword` replaces the one that the removed member knows; `null` leaves it. */
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
  suite: null,
  stored: false,
  gaps: [],
  removedWhoKnow: 0,
  connection: 'offline',
  error: null,
}
