/**
 * Pre-keys, letters and those who are met through them. Slice of `asleep.ts`.
 */
import type { Bytes } from '../codec/index.ts'
import type { Secret } from '../crypto/index.ts'
import { type Address, type InitiatorState, type MemberId, secretsOfInitiator } from '../identity/index.ts'
import { type Stock, stockSecrets } from '../prekeys/index.ts'
import { type Session, secretsOf } from '../ratchet/index.ts'
import { type Transaction, write } from './transaction.ts'

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
  /** Of the answer, 32 bytes each: what seals the sleeper's entry, and what enters the handshake. */
  readonly a2: Secret
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
  readonly startedAt: number
  readonly tries: number
  readonly resendAt: number | null
  /** A3 came: its secrets are used up, and a repeat of A3 says nothing new. */
  readonly answered: boolean
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
  /** Of messages shown on its word. */
  readonly numbers: readonly number[]
}

/** An answered flow 1 of a mailbox: its writer has yet to speak in it. */
export interface LongCandidate {
  readonly session: Session
  /** 16 bytes. */
  readonly run: Bytes
  readonly until: number
}

/**
 * A frame that waits: an answer until the door may open, a letter until its writer's entry is known, and what either
 * sealed after it.
 */
export interface HeldFrame {
  readonly from: Address
  readonly bytes: Bytes
  readonly at: number
}

/** An ordinary flow 1 that waits in a mailbox. */
export interface LongRun {
  /** Without the own identity keys, which are stored once. */
  readonly state: Omit<InitiatorState, 'identity'>
  readonly until: number
}

export interface AsleepState {
  /** Whether this member keeps a profile, pre-keys and a mailbox. */
  readonly stored: boolean
  readonly stock: Stock
  /** Names the verifier that the stock was made under; empty before the first. */
  readonly stockFor: string
  /** Pre-keys left at the relay, as far as is known; `null` while it is being handed more. */
  readonly left: number | null
  /** The last two roots over the own stock, oldest first, and who knows the newest. */
  readonly ownRoots: readonly Bytes[]
  readonly told: ReadonlySet<MemberId>
  /** The last two of each owner, oldest first. */
  readonly roots: ReadonlyMap<MemberId, readonly KnownRoot[]>
  readonly preKeyed: ReadonlyMap<Address, PreKeyed>
  readonly welcomes: ReadonlyMap<Address, Welcome>
  /** Members that a newcomer's sleepers turned out to be. */
  readonly sleepers: ReadonlyMap<Address, MemberId>
  /** Whose pre-key was asked for, and when. */
  readonly asked: ReadonlyMap<Address, number>
  /** Whose pre-key a newcomer waits for. */
  readonly asking: { readonly address: Address; readonly at: number } | null
  /** Answers by password that this newcomer made. */
  readonly answers: number
  readonly written: ReadonlyMap<MemberId, readonly WrittenLetter[]>
  readonly read: ReadonlyMap<MemberId, readonly ReadLetter[]>
  /** Runs of letters that were opened, newest last: each opens once. */
  readonly openedRuns: readonly string[]
  readonly longRuns: ReadonlyMap<MemberId, LongRun>
  readonly candidates: ReadonlyMap<MemberId, LongCandidate>
  /** Members whose session here rests on a letter, and not yet on a handshake of both. */
  readonly unproved: ReadonlySet<MemberId>
  /** Members that are being told which letters are this one's: since when, and how often. */
  readonly naming: ReadonlyMap<MemberId, { readonly since: number; readonly times: number }>
  readonly held: readonly HeldFrame[]
  /** Whether all letters have been read since this member woke. */
  readonly mailRead: boolean
  /** When hints that a pre-key was used were answered last, by address. */
  readonly hints: ReadonlyMap<Address, number>
}

export const nobodyAsleep = (stored: boolean): AsleepState => ({
  stored,
  stock: [],
  stockFor: '',
  left: 0,
  ownRoots: [],
  told: new Set(),
  roots: new Map(),
  preKeyed: new Map(),
  welcomes: new Map(),
  sleepers: new Map(),
  asked: new Map(),
  asking: null,
  answers: 0,
  written: new Map(),
  read: new Map(),
  openedRuns: [],
  longRuns: new Map(),
  candidates: new Map(),
  unproved: new Set(),
  naming: new Map(),
  held: [],
  mailRead: !stored,
  hints: new Map(),
})

/** To be wiped when the two have met, or never will. */
export const secretsOfPreKeyed = ({ a2, psk, session }: PreKeyed): readonly Secret[] => [
  a2,
  psk,
  ...secretsOf(session),
]

/** To be wiped when the run ends. */
export const secretsOfLongRun = ({ state: { ephemeral, k1, psk } }: LongRun): readonly Secret[] => [
  ephemeral.dh.privateKey,
  ephemeral.kem.privateKey,
  k1,
  ...(psk === null ? [] : [psk]),
]

/** To be wiped when the member ends. */
export const secretsOfAsleep = ({
  stock,
  preKeyed,
  welcomes,
  longRuns,
  candidates,
}: AsleepState): readonly Secret[] => [
  ...stockSecrets(stock),
  ...[...preKeyed.values()].flatMap(secretsOfPreKeyed),
  ...[...welcomes.values()].flatMap(({ state }) => secretsOfInitiator(state)),
  ...[...longRuns.values()].flatMap(secretsOfLongRun),
  ...[...candidates.values()].flatMap(({ session }) => secretsOf(session)),
]

export const setAsleep = (tx: Transaction, change: Partial<AsleepState>): void =>
  write(tx, 'asleep', { ...tx.state.asleep, ...change })

/** Whether what is shared with `member` rests on a letter or an answer, and not yet on a handshake of both. */
export const noteUnproved = (tx: Transaction, member: MemberId, isUnproved: boolean): void => {
  const { unproved } = tx.state.asleep
  if (unproved.has(member) === isUnproved) return
  const next = new Set(unproved)
  if (isUnproved) next.add(member)
  else next.delete(member)
  setAsleep(tx, { unproved: next })
}
