/**
 * What getting in keeps: as a guest (a newcomer, or the side that opens a merge), and as a doorkeeper.
 *
 *   guest         flow 1 ──> flow 3 ──> flow 5, A1 ──> A3 ──> A4: in
 *   doorkeeper             flow 2 (no state)   flow 4 ──> A2 ──> A4
 *
 * Of all this only the guess ledger is stored; runs, waits and timers begin empty.
 */
import { type Bytes, type Codec, struct, u48 } from '../../codec/index.ts'
import type { Secret } from '../../crypto/index.ts'
import type { Address, EntryHash, Identified, InitiatorState, MemberId } from '../../identity/index.ts'
import type { AdmissionKeys, RunState } from '../../pake/index.ts'
import type { Proof } from '../frames.ts'
import type { Newcomer, PeerNotice } from '../state.ts'
import { type Level, levelAt } from './level.ts'

/** Whom to ask first, and whose entry to expect there. */
export interface Invitation {
  readonly address: Address
  readonly entryHash: EntryHash
}

/** The newest flow of one side of a run: sent again with the same bytes. */
export interface Sent {
  readonly bytes: Bytes
  /** When it goes again; `null`: not by itself. */
  readonly again: number | null
  readonly times: number
}

/** How far a run has come that this member opened. */
export type GuestStage =
  /** Flow 1 is out. */
  | { readonly kind: 'opened'; readonly state: RunState }
  /** Flow 2 is here, and another run is to end before its flow 3 goes. */
  | { readonly kind: 'held'; readonly state: RunState; readonly flow2: Bytes }
  /** Flow 3 is out. `flow4`: here, and not looked at before the own level allows it. */
  | { readonly kind: 'proving'; readonly state: RunState; readonly flow4: Bytes | null }
  /** Flow 5 and A1 are out; the doorkeeper's entry is to come. */
  | { readonly kind: 'shown'; readonly keys: AdmissionKeys }
  /** A3 is out; the roster is to come. */
  | { readonly kind: 'entering'; readonly doorkeeper: Identified }
  /** Flow 4 was wrong: kept to answer it with the same bytes. */
  | { readonly kind: 'over' }

export interface GuestRun {
  readonly proof: Proof
  /** 16 bytes. */
  readonly run: Bytes
  readonly flow1: Bytes
  readonly startedAt: number
  /** When the stage began. */
  readonly since: number
  readonly stage: GuestStage
  readonly sent: Sent
  /** The flow 4 or A2 that `sent` answers. */
  readonly answers: Bytes | null
}

/** Why an address is not asked again under this password. */
export type Refusal =
  /** Another password there. */
  | 'proof'
  /** It shows another entry than the link names. */
  | 'not-inviter'
  /** It let the entry be proved and refused it. */
  | 'entry'

/** What a newcomer knows of one address. */
export interface Asked {
  /** When a run was last opened there, and how often. */
  readonly at: number
  readonly tries: number
  /** Not before this: "busy", or no answer. */
  readonly notBefore: number
  /** It answered with a valid flow 2 once. */
  readonly answered: boolean
}

/** A newcomer, until the password is no longer needed. */
export interface Joining {
  /** Proves the password; wiped once in. */
  readonly seed: Secret
  readonly invitation: Invitation | null
  /** When the first address was asked since the last round began: patience counts from here. */
  readonly askingSince: number | null
  /** When the last run was opened. */
  readonly openedAt: number | null
  readonly asked: ReadonlyMap<Address, Asked>
  readonly refused: ReadonlyMap<Address, Refusal>
  /** Whether somebody older was ever seen here. */
  readonly sawOlder: boolean
  /** Whose roster is taken. */
  readonly doorkeeper: Identified | null
  /** When the roster was taken. */
  readonly inSince: number | null
}

/** A flow 3 that waits for a slot. */
export interface Waiting {
  readonly proof: Proof
  readonly run: Bytes
  readonly flow1: Bytes
  readonly flow2: Bytes
  readonly flow3: Bytes
  readonly since: number
  /** Drawn: order among those served as often. */
  readonly tie: number
}

export type DoorStage =
  /** Flow 4 is out. */
  | { readonly kind: 'confirming'; readonly state: RunState }
  /** A2 is out. */
  | {
      readonly kind: 'meeting'
      readonly guest: Identified
      readonly handshake: InitiatorState
      readonly noted: boolean
    }
  /** A4 is out: the session repeats it. */
  | { readonly kind: 'admitted' }
  | { readonly kind: 'over' }

export interface DoorRun {
  readonly proof: Proof
  readonly run: Bytes
  readonly flow3: Bytes
  readonly startedAt: number
  /** When the stage began. */
  readonly since: number
  readonly slotUntil: number
  readonly charged: boolean
  readonly stage: DoorStage
  readonly sent: Sent
}

/** Key of the PRF that draws flow 2: a minute in use, a minute known. */
export interface DoorKeys {
  readonly current: Secret
  readonly since: number
  readonly previous: Secret | null
  /** Whether `current` answered anybody. */
  readonly used: boolean
}

export interface DoorState {
  readonly keys: DoorKeys | null
  readonly waiting: ReadonlyMap<Address, Waiting>
  readonly runs: ReadonlyMap<Address, DoorRun>
  /** How often an address was given a slot, in the order of the last time. */
  readonly served: ReadonlyMap<Address, number>
  /** Times at which runs were taken within the last second. */
  readonly taken: readonly number[]
  /** Addresses that knocked here, with the last time. */
  readonly knocked: ReadonlyMap<Address, number>
  /** After a resume: since when it is online, and whether its letters were read. `null`: open. */
  readonly resuming: {
    readonly since: number | null
    readonly mailRead: boolean
    readonly readAt: number | null
  } | null
}

/** An attempt to merge with an address. */
export interface MergeTry {
  readonly tries: number
  readonly notBefore: number
  /** Its password is another: not again before a record changes or the user asks. */
  readonly failed: boolean
}

/** Notices that are counted, and said once a burst. */
export type BurstCode = Extract<
  PeerNotice,
  'wrong-password' | 'wrong-password-elsewhere' | 'disturbed' | 'door-shut' | 'looked-at-entry'
>

export interface Burst {
  readonly saidAt: number
  /** Since then. */
  readonly count: number
}

export interface AdmissionState {
  readonly joining: Joining | null
  /** Runs that this member opened, one an address. */
  readonly guests: ReadonlyMap<Address, GuestRun>
  readonly door: DoorState
  /** Charges of the guess ledger. Stored. */
  readonly level: Level
  /** A newcomer's own charges, for this room: kept by the host. */
  readonly ownLevel: Level
  readonly merges: ReadonlyMap<Address, MergeTry>
  readonly bursts: ReadonlyMap<BurstCode, Burst>
  /** Wrong tries not yet told to the other members. */
  readonly untold: { readonly count: number; readonly toldAt: number | null }
}

const closedDoor: DoorState = {
  keys: null,
  waiting: new Map(),
  runs: new Map(),
  served: new Map(),
  taken: [],
  knocked: new Map(),
  resuming: null,
}

const startJoining = ({ seed, invitation }: Newcomer): Joining => ({
  seed,
  invitation,
  askingSince: null,
  openedAt: null,
  asked: new Map(),
  refused: new Map(),
  sawOlder: false,
  doorkeeper: null,
  inSince: null,
})

const nothing: Omit<AdmissionState, 'joining'> = {
  guests: new Map(),
  door: closedDoor,
  level: levelAt(0, 0),
  ownLevel: levelAt(0, 0),
  merges: new Map(),
  bursts: new Map(),
  untold: { count: 0, toldAt: null },
}

export const startAdmission = (newcomer: Newcomer): AdmissionState => ({
  ...nothing,
  joining: startJoining(newcomer),
  ownLevel: newcomer.level ?? nothing.ownLevel,
})

const millionths = 1_000_000

const stored = struct<{ level: number; at: number }>({ level: u48, at: u48 })

/** The stored part: the level in millionths, rounded up, and its time. Whoever resumes first hears the others out. */
export const admissionCodec: Codec<AdmissionState> = {
  write: (out, { level }) =>
    stored.write(out, { level: Math.ceil(level.level * millionths), at: Math.max(0, Math.trunc(level.at)) }),
  read: (input) => {
    const { level, at } = stored.read(input)
    return {
      ...nothing,
      joining: null,
      level: levelAt(level / millionths, at),
      door: { ...closedDoor, resuming: { since: null, mailRead: false, readAt: null } },
    }
  },
}

/** The member whose roster this newcomer takes, before that roster names it. */
export const doorkeeperOf = ({ joining }: AdmissionState): Identified | null => joining?.doorkeeper ?? null

export const isDoorkeeper = (state: AdmissionState, member: MemberId): boolean =>
  [...state.guests.values()].some(({ stage }) => stage.kind === 'entering' && stage.doorkeeper.id === member)
