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
import {
  type Address,
  type EntryHash,
  type Identified,
  type InitiatorState,
  type MemberId,
  secretsOfInitiator,
} from '../../identity/index.ts'
import { type AdmissionKeys, type RunState, secretsOf } from '../../pake/index.ts'
import type { Proof } from '../frames.ts'
import type { Newcomer, PeerNotice } from '../state.ts'
import { type Level, levelAt } from './level.ts'
import type { RunSpan } from './run-span.ts'

/** Whom to ask first, and whose entry to expect there. */
export interface Invitation {
  readonly address: Address
  readonly entryHash: EntryHash
}

/** The newest flow of one side of a run: sent again with the same bytes. */
export interface Sent {
  readonly bytes: Bytes
  /** First sent. */
  readonly at: number
  /** Last sent, by itself or as an answer. */
  readonly last: number
  /** How often it went again by itself. */
  readonly times: number
}

/** How far a run has come that this member opened. */
export type GuestStage =
  /** Flow 1 is out. */
  | { readonly kind: 'opened'; readonly state: RunState }
  /** Flow 2 is here, and another run is to end before flow 3 goes. */
  | { readonly kind: 'held'; readonly state: RunState; readonly flow2: Bytes }
  /** Flow 3 is out. `flow4`: here, and not looked at before the level allows it. */
  | { readonly kind: 'proving'; readonly state: RunState; readonly flow4: Bytes | null }
  /** Flow 5 and A1 are out; the doorkeeper's entry is to come. */
  | { readonly kind: 'shown'; readonly keys: Pick<AdmissionKeys, 'a2' | 'psk'>; readonly flow4: Bytes }
  /** A3 is out; the roster is to come. */
  | { readonly kind: 'entering'; readonly doorkeeper: Identified; readonly flow1: Bytes }
  /** Flow 4 was wrong: kept to answer it with the same bytes. */
  | { readonly kind: 'over'; readonly flow4: Bytes }

export interface GuestRun {
  readonly proof: Proof
  /** 16 bytes. */
  readonly run: Bytes
  readonly flow1: Bytes
  readonly startedAt: number
  /** When the stage began. */
  readonly since: number
  /** When the run ends, whatever comes. */
  readonly until: number
  /** Whether others are not asked for its sake. */
  readonly blocks: boolean
  readonly span: RunSpan
  readonly stage: GuestStage
  readonly sent: Sent
}

/** Whether the flow 4 that decides it was not looked at. */
export const isUndecided = ({ stage: { kind } }: GuestRun): boolean =>
  kind === 'opened' || kind === 'held' || kind === 'proving'

/** Why an address is not asked again under this password. */
export type Refusal =
  /** Another password there. */
  | 'proof'
  /** It shows another entry than the link names. */
  | 'not-inviter'
  /** It knows the password, and lets this entry not in. */
  | 'entry'

/** What a newcomer knows of one address. */
export interface Asked {
  readonly firstAt: number
  readonly tries: number
  /** Not before this: "busy", or no answer. */
  readonly notBefore: number
  /** Whether that is because its ledger is shut. */
  readonly busy: boolean
  /** It answered with a valid flow 2 once. */
  readonly answered: boolean
}

/** A newcomer, until the password is no longer needed. */
export interface Joining {
  /** Proves the password; wiped once in. */
  readonly seed: Secret
  readonly invitation: Invitation | null
  /** When the first address was asked: patience counts from here. */
  readonly askingSince: number | null
  /** When the last run was opened. */
  readonly openedAt: number | null
  readonly asked: ReadonlyMap<Address, Asked>
  /** How often each refused and was asked before the user asked again. */
  readonly former: ReadonlyMap<Address, { readonly refusals: number; readonly tries: number }>
  readonly refused: ReadonlyMap<Address, Refusal>
  /** Whether somebody older is here, and when the last of them went. */
  readonly older: { readonly here: boolean; readonly goneAt: number | null }
  /** When the roster was taken, and whose. */
  readonly inSince: number | null
  readonly doorkeeper: MemberId | null
}

/** A flow 3 that waits for a slot. */
export interface Waiting {
  readonly proof: Proof
  readonly run: Bytes
  readonly flow1: Bytes
  readonly flow2: Bytes
  readonly flow3: Bytes
  readonly since: number
  /** Drawn: the order among those that were served as often. */
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
      /** Whether the user was told that somebody looked at an entry. */
      readonly noted: boolean
    }
  /** A4 is out, for the member `listed`; `null`: a refusal in its place. */
  | { readonly kind: 'admitted'; readonly listed: MemberId | null }
  | { readonly kind: 'over' }

export interface DoorRun {
  readonly proof: Proof
  readonly run: Bytes
  readonly flow3: Bytes
  readonly startedAt: number
  /** When the stage began. */
  readonly since: number
  readonly slotUntil: number
  /** Whether the ledger holds a charge for it that a confirmation takes back. */
  readonly charged: boolean
  readonly span: RunSpan
  readonly stage: DoorStage
  readonly sent: Sent
}

/** Key of the function that draws flow 2: a minute in use, a minute known. */
export interface DoorKeys {
  readonly current: Secret
  readonly since: number
  readonly previous: Secret | null
  /** Whether `current` answered anybody. */
  readonly used: boolean
}

/** After a resume the door opens when letters are read and the others were met. */
export interface Resuming {
  /** Since when this member is online; `null`: not yet. */
  readonly since: number | null
  /** Since when its letters are read. */
  readonly readAt: number | null
}

export interface DoorState {
  readonly keys: DoorKeys | null
  readonly waiting: ReadonlyMap<Address, Waiting>
  readonly runs: ReadonlyMap<Address, DoorRun>
  /** How often an address was given a slot; the last one last. */
  readonly served: ReadonlyMap<Address, number>
  /** When runs were taken within the last second. */
  readonly taken: readonly number[]
  /** Addresses that knocked here, with the last time. */
  readonly knocked: ReadonlyMap<Address, number>
  readonly resuming: Resuming | null
}

/** Attempts to merge with an address. */
export interface MergeTry {
  readonly tries: number
  readonly notBefore: number
  /** Its password is another: not again before a record changes or the user asks. */
  readonly failed: boolean
}

/** Notices that are counted, and said once a burst. */
export type BurstCode = Extract<
  PeerNotice,
  'wrong-password' | 'disturbed' | 'door-shut' | 'looked-at-entry' | 'other-room'
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
  /** Wrong tries that the other members have not heard of. */
  readonly untold: { readonly count: number; readonly toldAt: number | null }
}

const openDoor: DoorState = {
  keys: null,
  waiting: new Map(),
  runs: new Map(),
  served: new Map(),
  taken: [],
  knocked: new Map(),
  resuming: null,
}

const nothing: Omit<AdmissionState, 'joining'> = {
  guests: new Map(),
  door: openDoor,
  level: levelAt(0, 0),
  ownLevel: levelAt(0, 0),
  merges: new Map(),
  bursts: new Map(),
  untold: { count: 0, toldAt: null },
}

export const startAdmission = ({ seed, invitation, level }: Newcomer): AdmissionState => ({
  ...nothing,
  joining: {
    seed,
    invitation,
    askingSince: null,
    openedAt: null,
    asked: new Map(),
    former: new Map(),
    refused: new Map(),
    older: { here: false, goneAt: null },
    inSince: null,
    doorkeeper: null,
  },
  ownLevel: level ?? nothing.ownLevel,
})

const millionths = 1_000_000

const stored = struct<Level>({ level: u48, at: u48 })

/** The stored part: the level in millionths, rounded up, and its time. A member that resumes first hears the others out. */
export const admissionCodec: Codec<AdmissionState> = {
  write: (out, { level: { level, at } }) =>
    stored.write(out, { level: Math.ceil(level * millionths), at: Math.max(0, Math.trunc(at)) }),
  read: (input) => {
    const { level, at } = stored.read(input)
    return {
      ...nothing,
      joining: null,
      level: levelAt(level / millionths, at),
      door: { ...openDoor, resuming: { since: null, readAt: null } },
    }
  },
}

/** The doorkeeper that this newcomer is about to take a roster from. A partner of a merge is the group's guest. */
export const doorkeeperAt = (
  { guests }: AdmissionState,
  member: MemberId,
  by: Proof = 'password',
): Identified | null => {
  for (const { proof, stage } of guests.values())
    if (proof === by && stage.kind === 'entering' && stage.doorkeeper.id === member) return stage.doorkeeper
  return null
}

/** What a run of a guest keeps secret. */
export const secretsOfGuest = ({ stage }: GuestRun): readonly Secret[] => {
  switch (stage.kind) {
    case 'opened':
    case 'held':
    case 'proving':
      return secretsOf(stage.state)
    case 'shown':
      return [stage.keys.a2, stage.keys.psk]
    case 'entering':
    case 'over':
      return []
  }
}

export const secretsOfDoorRun = ({ stage }: DoorRun): readonly Secret[] => {
  if (stage.kind === 'confirming') return secretsOf(stage.state)
  return stage.kind === 'meeting' ? secretsOfInitiator(stage.handshake) : []
}

/** All that admission keeps secret: for the end of the member. */
export const secretsOfAdmission = ({ joining, guests, door }: AdmissionState): readonly Secret[] => [
  ...(joining === null ? [] : [joining.seed]),
  ...[...guests.values()].flatMap(secretsOfGuest),
  ...[...door.runs.values()].flatMap(secretsOfDoorRun),
  ...(door.keys === null ? [] : [door.keys.current]),
  ...(door.keys?.previous ? [door.keys.previous] : []),
]

/** More entries than this push the oldest out. */
export const putBounded = <K, V>(
  map: ReadonlyMap<K, V>,
  key: K,
  value: V,
  max: number,
): ReadonlyMap<K, V> => {
  const next = new Map(map)
  next.delete(key)
  next.set(key, value)
  for (const oldest of next.keys()) {
    if (next.size <= max) break
    next.delete(oldest)
  }
  return next
}
