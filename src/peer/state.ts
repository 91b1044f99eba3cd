import type { Bytes } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import {
  createGroup,
  type GroupNotice,
  type GroupReject,
  type GroupState,
  isGone,
  type MemberId,
  type MessageReject,
  membersOf,
} from '../group/index.ts'
import type { Recorder, Span } from '../metrics/index.ts'
import type { RunState, Suite } from '../pake/index.ts'
import type { Stock } from '../prekeys/index.ts'
import type { RatchetKeys, SafetyNumber, Session } from '../ratchet/index.ts'
import { type GuessBudget, noGuesses } from './guesses.ts'
import type { FrameLabel } from './label.ts'
import type { Text } from './wire.ts'

/** What a step needs of the world besides its event. */
export interface Ports {
  readonly crypto: Crypto
  readonly recorder: Recorder
}

/** As frames name it: CPaceOQUAKE proves the verifier, CPaceOQUAKE+ the password. */
export const protocols = { CPaceOQUAKE: 1, 'CPaceOQUAKE+': 2 } as const
export type Protocol = keyof typeof protocols

/** One PAKE run with one member. `state` is `null` once finished: kept to answer a repeated flow. */
export interface Run {
  readonly id: Bytes
  readonly role: 'initiator' | 'responder'
  readonly protocol: Protocol
  readonly state: RunState | null
  readonly keys: RatchetKeys
  /** Number of the flow sent last (0: none), and its frame. */
  readonly flow: number
  readonly sent: Bytes | null
  readonly startedAt: number
  /** On the recorder's clock, and what it records lies in. */
  readonly clock: number
  readonly span: Span | null
  readonly resendAt: number
}

/** Own messages on their way, and ids remembered of a member's messages. */
export const maxBacklog = 256
export const maxSeen = 256

/** `verified`: by a live run. `pre-keyed`: by a pre-key. */
export type Trust = 'verified' | 'pre-keyed'

export interface Pair {
  readonly session: Session
  /** The session before a new proof: what was sealed under it may still be on its way. Ends at `until`. */
  readonly former: { readonly session: Session; readonly until: number } | null
  readonly trust: Trust
  /** The pre-key that it came from, 16 bytes, until the other side was heard under it. */
  readonly unconfirmed: Bytes | null
  /** For two people to compare: the same on both screens. */
  readonly safety: SafetyNumber
  /** Ids of messages taken from this member, newest last: a resent one is confirmed again, not shown again. */
  readonly seen: readonly string[]
}

export interface Outgoing {
  readonly message: Text
  /** Who has yet to confirm; `null` until it could be sealed. */
  readonly waiting: ReadonlySet<MemberId> | null
  readonly confirmed: number
  readonly of: number
  readonly resendAt: number
  /** First 16 bytes of the hash of the sealed form, once there is one: by it a receiver asks for the message. */
  readonly digest: Bytes | null
  readonly recipients: ReadonlySet<MemberId>
}

/** A message that its sender's tag proved and that could not be read. */
export interface Gap {
  readonly from: MemberId
  readonly name: string
  /** `epoch`: sealed on one not held here. `jump`: too far ahead. `lost`: the sender has it no more. */
  readonly reason: 'epoch' | 'jump' | 'unreadable' | 'lost'
  readonly at: number
  readonly digest: Bytes
  readonly asked: number
  /** `null` when no longer asked for. */
  readonly askAt: number | null
}

/** What a member keeps of a password: 32 and 1,216 bytes. */
export interface NewPassword {
  readonly verifier: Secret
  readonly publicKey: Bytes
}

/** Which password the group has: the greatest (revision, by). The one it was founded with has revision 0. */
export interface PasswordChange {
  readonly revision: number
  readonly by: MemberId
  /** Who was evicted before the change: at most 96 ids. */
  readonly excludes: readonly MemberId[]
}

export interface PeerState {
  readonly suite: Suite
  readonly self: MemberId
  /** 32 bytes; the password itself never gets here. */
  readonly verifier: Secret
  /** What members keep beside it, to check a newcomer's proof: 1,216 bytes. */
  readonly publicKey: Bytes
  readonly change: PasswordChange
  /** Members known to hold the password of now, and when to tell the others. */
  readonly informed: ReadonlySet<MemberId>
  readonly tellAt: number
  /** The newcomer's proof, 32 bytes: `null` once it is in. */
  readonly seed: Secret | null
  readonly group: GroupState
  readonly ended: 'no' | 'refused' | 'throttled' | 'other-suite' | 'left' | 'removed'
  readonly joined: boolean
  /** When refused: earliest useful next try, by the members' word. */
  readonly retryAt: number | null
  /** The suite that somebody in the room named instead of this one. */
  readonly neededSuite: number | null
  /** When the relay told who is there; `null` before. */
  readonly enteredAt: number | null
  readonly online: boolean
  readonly present: ReadonlySet<MemberId>
  readonly direct: ReadonlySet<MemberId>
  readonly runs: ReadonlyMap<MemberId, Run>
  readonly pairs: ReadonlyMap<MemberId, Pair>
  /** Who was here when this member entered, as long as it has not turned to them. */
  readonly greet: ReadonlySet<MemberId>
  /** Whom nothing came of, and why: a failed proof on either side, or a hint not to try. */
  readonly refused: ReadonlyMap<MemberId, Refusal>
  /** Whose sessions come from an earlier life of this member: proved anew at the first common moment. */
  readonly renew: ReadonlySet<MemberId>
  /** When something of a member within reach last opened, and how long silence is borne. */
  readonly heard: ReadonlyMap<MemberId, { readonly at: number; readonly patience: number }>
  /** Since when a present member has had neither pair session nor run. */
  readonly idle: ReadonlyMap<MemberId, number>
  readonly guesses: GuessBudget
  readonly outbox: readonly Outgoing[]
  /** Private halves of the pre-keys at the relay. */
  readonly stock: Stock
  /** The last messages that are no longer on their way: for whoever could not read them. */
  readonly recent: readonly Outgoing[]
  readonly gaps: ReadonlyMap<string, Gap>
}

export type Refusal = 'proof' | 'busy' | 'suite'

export type PeerEvent = { readonly now: number } & (
  | { readonly kind: 'relay-open'; readonly members: readonly MemberId[] }
  | { readonly kind: 'relay-closed' }
  | { readonly kind: 'presence'; readonly member: MemberId; readonly present: boolean }
  | {
      readonly kind: 'received'
      readonly from: MemberId
      readonly via: 'relay' | 'direct' | 'mail'
      readonly bytes: Bytes
    }
  | { readonly kind: 'link'; readonly member: MemberId; readonly direct: boolean }
  /** SDP or ICE of this side, for `member`. */
  | { readonly kind: 'signal'; readonly member: MemberId; readonly data: Bytes }
  /** Make so many more pre-keys for the relay: at most 100. */
  | { readonly kind: 'restock'; readonly count: number }
  /** Who has a mailbox at the relay, and is not there. */
  | { readonly kind: 'asleep'; readonly members: readonly MemberId[] }
  /** What the relay gave for a `take-prekey`; `null` where there is none left. */
  | { readonly kind: 'prekey'; readonly member: MemberId; readonly published: Bytes | null }
  | { readonly kind: 'say'; readonly text: string }
  /** Evicts a member. `password`: what takes the place of the one it knows; `null` leaves it. */
  | { readonly kind: 'remove'; readonly member: MemberId; readonly password: NewPassword | null }
  | { readonly kind: 'change-password'; readonly password: NewPassword }
  | { readonly kind: 'leave' }
  | { readonly kind: 'tick' }
)

export type PeerReject =
  | GroupReject
  | MessageReject
  | 'frame/malformed'
  | 'pake/failed'
  | 'pake/unknown-suite'
  | 'pake/unexpected'
  | 'pair/none'
  | 'prekey/unexpected'
  | 'prekey/malformed'
  | 'prekey/unknown'
  | 'prekey/failed'
  | 'prekey/later'
  /** The one who answers left for good or was evicted. */
  | 'prekey/gone'
  | 'pair/malformed'
  | 'pair/bad-tag'
  | 'message/empty'
  | 'message/long'
  | 'message/backlog'
  | `ratchet/${string}`

export type PeerNotice =
  | GroupNotice
  | 'guess-failed'
  | 'password-changed'
  /** Somebody is asleep and has no pre-key left: nothing but their return helps. */
  | 'prekeys-exhausted'
  /** The pre-key that was answered had been used before: the pair waits for both to be online. */
  | 'prekey-used'

export type PeerEffect =
  /** Before anything else of this step: make the new state durable, or forget the step. */
  | { readonly kind: 'persist' }
  /** `best`: the data channel where there is one, else the relay. */
  | {
      readonly kind: 'send'
      readonly to: MemberId
      readonly via: 'relay' | 'best'
      readonly bytes: Bytes
      /** Of a frame that is sealed: what is in it, for this member's own eyes. */
      readonly label?: FrameLabel
    }
  /** What the frame of this event held, for this member's own eyes. */
  | { readonly kind: 'opened'; readonly label: FrameLabel }
  /** Leave these at the relay. */
  | { readonly kind: 'publish'; readonly preKeys: readonly Bytes[] }
  | { readonly kind: 'take-prekey'; readonly member: MemberId }
  | { readonly kind: 'connect'; readonly member: MemberId; readonly initiator: boolean }
  | { readonly kind: 'disconnect'; readonly member: MemberId }
  /** SDP or ICE of the other side. */
  | { readonly kind: 'signal'; readonly member: MemberId; readonly data: Bytes }
  | { readonly kind: 'message'; readonly from: MemberId; readonly name: string; readonly message: Text }
  | {
      readonly kind: 'notice'
      readonly code: PeerNotice
      readonly member: MemberId
      readonly name: string | null
    }
  /** Overwrite these: the new state does not need them. */
  | { readonly kind: 'wipe'; readonly secrets: readonly Secret[] }
  | { readonly kind: 'reject'; readonly code: PeerReject }

export interface PeerStep {
  readonly state: PeerState
  readonly effects: readonly PeerEffect[]
}

export interface Identity {
  readonly suite: Suite
  readonly groupId: Bytes
  readonly self: MemberId
  readonly name: string
  /** Of the group's password: 32, 1,216 and 32 bytes. Without the seed: who has been in before. */
  readonly verifier: Secret
  readonly publicKey: Bytes
  readonly seed: Secret | null
  /** Milliseconds out of reach until the others remove this member. */
  readonly lease: number
}

export const createPeer = (crypto: Crypto, identity: Identity): PeerState => {
  const { suite, groupId, self, name, verifier, publicKey, seed, lease } = identity
  return {
    suite,
    self,
    verifier,
    publicKey,
    change: { revision: 0, by: self, excludes: [] },
    informed: new Set(),
    tellAt: 0,
    seed,
    group: createGroup(crypto, groupId, { id: self, name, lease }),
    ended: 'no',
    joined: false,
    retryAt: null,
    neededSuite: null,
    enteredAt: null,
    online: false,
    present: new Set(),
    direct: new Set(),
    runs: new Map(),
    pairs: new Map(),
    greet: new Set(),
    refused: new Map(),
    renew: new Set(),
    heard: new Map(),
    idle: new Map(),
    guesses: noGuesses,
    outbox: [],
    stock: [],
    recent: [],
    gaps: new Map(),
  }
}

/** Whether a live run with `member` would gain something: a session, or a better one. */
export const needsProof = ({ pairs, renew, group }: PeerState, member: MemberId): boolean =>
  !isGone(group.roster, member) && (renew.has(member) || pairs.get(member)?.trust !== 'verified')

/** Whom a message is for: the members, and those proved to whose place in the roster is still on its way. */
export const audienceOf = ({ group, pairs, self }: PeerState): ReadonlySet<MemberId> => {
  const ids = membersOf(group).map(({ id }) => id)
  const proved = [...pairs.keys()].filter((id) => !group.roster.removes.has(id))
  return new Set([...ids, ...proved].filter((id) => id !== self))
}

/** Members with a pair session and some way to them. */
export const reachable = ({ pairs, present, direct, online }: PeerState): ReadonlySet<MemberId> =>
  new Set([...pairs.keys()].filter((id) => direct.has(id) || (online && present.has(id))))

/** A step at work: handlers replace `state` and add effects; a rejection throws all of it away. */
export interface Work {
  readonly ports: Ports
  readonly now: number
  state: PeerState
  readonly effects: PeerEffect[]
  readonly stale: Secret[]
}

/** Ends the step: the state given stays, and only the code comes out. */
export class Rejection extends Error {
  override readonly name = 'Rejection'
  readonly code: PeerReject
  constructor(code: PeerReject) {
    super(code)
    this.code = code
  }
}
