/**
 * Pre-keys, letters and those who are met through them. Slice of `asleep.ts`.
 */
import type { Bytes } from '../codec/index.ts'
import type { Secret } from '../crypto/index.ts'
import type { Address, InitiatorState, MemberId } from '../identity/index.ts'
import type { Stock } from '../prekeys/index.ts'
import type { Session } from '../ratchet/index.ts'

/** A root over somebody's stock of pre-keys. */
export interface KnownRoot {
  /** 32 bytes. */
  readonly root: Bytes
  /** Whether its owner itself announced it; one that was handed on gives no forward secrecy. */
  readonly own: boolean
}

/**
 * Somebody met by an answer to a pre-key: two who have no entry in common yet. Ends when the handshake of the one who
 * slept was finished, under `psk`.
 */
export interface PreKeyed {
  readonly role: 'newcomer' | 'sleeper'
  /** Of the newcomer; `null` at the newcomer, for whom the sleeper has no entry yet. */
  readonly member: MemberId | null
  readonly session: Session
  /** The root of the answer, 32 bytes. */
  readonly psk: Secret
  /** 16 bytes: the pre-key's id. Also the run of the admission that follows. */
  readonly id: Bytes
  readonly at: number
  /** Whether a frame of the other side opened in it. */
  readonly heard: boolean
}

/** The handshake that a sleeper begins once awake, with a newcomer that answered. */
export interface Welcome {
  readonly state: InitiatorState
  /** A2, whole. */
  readonly frame: Bytes
  readonly tries: number
  readonly resendAt: number | null
}

/** A letter of this member, to be named in a live session. */
export interface WrittenLetter {
  readonly hash: Bytes
  readonly at: number
}

/** A letter that was read and that its writer has not named yet. */
export interface ReadLetter {
  readonly hash: Bytes
  readonly at: number
  /** When its writer was first heard in a live session without naming it. */
  readonly liveAt: number | null
}

/** An ordinary flow 1 that waits in a mailbox. */
export interface LongRun {
  readonly state: InitiatorState
  readonly until: number
}

export interface AsleepState {
  /** Whether this member keeps a profile, pre-keys and a mailbox. */
  readonly stored: boolean
  readonly stock: Stock
  /** Pre-keys left at the relay, as it said last, and when it is asked to take more. */
  readonly left: number | null
  /** The last two roots over the own stock, oldest first, and who knows the newest. */
  readonly ownRoots: readonly Bytes[]
  readonly told: ReadonlySet<MemberId>
  /** The last two of each owner, oldest first. */
  readonly roots: ReadonlyMap<MemberId, readonly KnownRoot[]>
  readonly preKeyed: ReadonlyMap<Address, PreKeyed>
  readonly welcomes: ReadonlyMap<Address, Welcome>
  /** Whose pre-key was asked for, and when; the answer names the address alone. */
  readonly asked: ReadonlyMap<Address, number>
  /** Answers by password that this newcomer made. */
  readonly answers: number
  readonly written: ReadonlyMap<MemberId, readonly WrittenLetter[]>
  readonly read: ReadonlyMap<MemberId, readonly ReadLetter[]>
  /** Runs of letters that were opened, newest last: each opens once. */
  readonly openedRuns: readonly string[]
  readonly longRuns: ReadonlyMap<MemberId, LongRun>
  /** Whether all letters have been read since this member came online. */
  readonly mailRead: boolean
  /** When hints that a pre-key was used were answered last, by address. */
  readonly hints: ReadonlyMap<Address, number>
}

export const nobodyAsleep = (stored: boolean): AsleepState => ({
  stored,
  stock: [],
  left: null,
  ownRoots: [],
  told: new Set(),
  roots: new Map(),
  preKeyed: new Map(),
  welcomes: new Map(),
  asked: new Map(),
  answers: 0,
  written: new Map(),
  read: new Map(),
  openedRuns: [],
  longRuns: new Map(),
  mailRead: !stored,
  hints: new Map(),
})
