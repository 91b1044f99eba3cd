/**
 * Getting in as the rest of the member sees it: what is due, when to wake, what to show.
 *
 *   newcomer   knock.ts ──> guest.ts ──> entering.ts ──> in            or found.ts
 *   member     door.ts ──> letting-in.ts                               merge.ts ──> guest.ts ──> entering.ts
 */
import type { Address } from '../../identity/index.ts'
import { sendControl } from '../pairs-sealing.ts'
import { withinReach } from '../reach.ts'
import type { PeerState } from '../state.ts'
import { earliest, type Transaction } from '../transaction.ts'
import { tickBursts, wakeAtBursts } from './bursts.ts'
import { tickDoor, wakeAtDoor } from './door.ts'
import { tickResuming, wakeAtResuming } from './door-open.ts'
import { tickEntering, wakeAtEntering } from './entering.ts'
import { foundsAt, stallsAt, tickFounding } from './found.ts'
import { expireGuests, lookAtKept, repeatGuests, resumeHeld, wakeAtGuests } from './guest.ts'
import {
  dropAbsent,
  isRefusedForGood,
  leaveAlone,
  soFar,
  stopWaiting,
  tickKnocking,
  wakeAtKnocking,
} from './knock.ts'
import { clampLevels, isShut, levelAllowedAt, ownLevelAllowedAt } from './ledger.ts'
import { tickLettingIn, wakeAtLettingIn } from './letting-in.ts'
import { levelAt } from './level.ts'
import { forgetMerges, leaveMerge, tickMerging, wakeAtMerging } from './merge.ts'
import { setAdmission, setGuest, setJoining } from './slice.ts'
import type { Joining, Refusal } from './state.ts'

/** Wrong tries are told to the others this often at most. */
const tellTriesMs = 60_000
const maxTold = 255

const endGuests = (tx: Transaction): void => {
  dropAbsent(tx)
  expireGuests(tx, (address, { proof, stage }) => {
    if (proof === 'verifier') leaveMerge(tx, address)
    else if (stage.kind !== 'over') leaveAlone(tx, address)
  })
}

/** "Somebody tried a wrong password here": shown by the others, never counted. */
const tellTries = async (tx: Transaction): Promise<void> => {
  const { count, toldAt } = tx.state.admission.untold
  if (count === 0 || (toldAt !== null && tx.now < toldAt + tellTriesMs)) return
  setAdmission(tx, { untold: { count: 0, toldAt: tx.now } })
  for (const member of withinReach(tx.state, tx.now))
    await sendControl(tx, member, { kind: 'failed-tries', count: Math.min(count, maxTold) })
}

export const tickAdmission = async (tx: Transaction): Promise<void> => {
  clampLevels(tx)
  tickResuming(tx)
  endGuests(tx)
  await lookAtKept(tx)
  await resumeHeld(tx)
  repeatGuests(tx)
  await tickEntering(tx)
  await tickFounding(tx)
  await tickKnocking(tx)
  tickLettingIn(tx)
  await tickDoor(tx)
  await tickMerging(tx)
  await tellTries(tx)
  tickBursts(tx)
}

const tellAt = ({ admission: { untold } }: PeerState): number | null =>
  untold.count === 0 || untold.toldAt === null ? null : untold.toldAt + tellTriesMs

export const wakeAtAdmission = (state: PeerState, now: number): number | null =>
  earliest(
    wakeAtResuming(state),
    wakeAtGuests(state, now),
    wakeAtEntering(state),
    foundsAt(state),
    wakeAtKnocking(state, now),
    wakeAtLettingIn(state),
    wakeAtDoor(state, now),
    wakeAtMerging(state, now),
    tellAt(state),
    wakeAtBursts(state.admission),
  )

/** The relay could not hand a frame to `to`. */
export const noteUndelivered = (tx: Transaction, to: Address): void => stopWaiting(tx, to)

/** The user asks again: refusals and failed merges are forgotten, charges and the order of asking are not. */
export const retryAdmission = (tx: Transaction): void => {
  forgetMerges(tx)
  const { joining, guests } = tx.state.admission
  if (joining === null || joining.inSince !== null) return
  for (const [address, { stage }] of guests) if (stage.kind === 'over') setGuest(tx, address, null)
  setJoining(tx, {
    refused: new Map(),
    asked: new Map(),
    former: soFar(joining),
    askingSince: null,
    openedAt: null,
  })
}

export interface AdmissionView {
  readonly phase: 'asking' | 'proving' | 'entering' | 'refused' | 'in'
  /** Addresses that gave a valid flow 2, and those that were asked. */
  readonly answered: number
  readonly asked: number
  readonly refusals: readonly { readonly address: Address; readonly refusal: Refusal }[]
  /** When a newcomer asks next: because of its own charges, or since a member said that its door is shut. */
  readonly retryAt: number | null
  /** When it opens a room of its own. */
  readonly foundsAt: number | null
  /** When waiting alone will not do: nobody who is here or asleep lets it in. */
  readonly stallsAt: number | null
  /** Own charges, for the host to keep. */
  readonly ownLevel: { readonly level: number; readonly at: number }
  /** Until when this member's own door is shut; `null`: it is not. */
  readonly shutUntil: number | null
  /** Addresses that wait here, and those that hold a slot without an answer. */
  readonly waiting: number
  readonly stalling: readonly Address[]
}

const phaseOf = (state: PeerState, joining: Joining | null, now: number): AdmissionView['phase'] => {
  if (joining === null || joining.inSince !== null) return 'in'
  const stages = [...state.admission.guests.values()].map(({ stage }) => stage.kind)
  if (stages.includes('entering') || stages.includes('shown')) return 'entering'
  if (isRefusedForGood(state, now)) return 'refused'
  return stages.includes('proving') ? 'proving' : 'asking'
}

const retryAtOf = (state: PeerState, joining: Joining | null, now: number): number | null => {
  if (joining === null || joining.inSince !== null) return null
  const busy = earliest(
    ...[...joining.asked.values()]
      .filter(({ busy: isBusy, notBefore }) => isBusy && notBefore > now)
      .map(({ notBefore }) => notBefore),
  )
  const own = ownLevelAllowedAt(state, now)
  return own > now ? Math.max(own, busy ?? own) : busy
}

/** What the screens show of joining, and of this member's door. */
export const admissionView = (state: PeerState, now: number): AdmissionView => {
  const { joining, door, ownLevel } = state.admission
  const asked = [...(joining?.asked.values() ?? [])]
  return {
    phase: phaseOf(state, joining, now),
    answered: asked.filter(({ answered }) => answered).length,
    asked: asked.length,
    refusals: [...(joining?.refused ?? [])].map(([address, refusal]) => ({ address, refusal })),
    retryAt: retryAtOf(state, joining, now),
    foundsAt: foundsAt(state),
    stallsAt: stallsAt(state),
    ownLevel: levelAt(ownLevel.level, ownLevel.at),
    shutUntil: isShut(state, now) ? levelAllowedAt(state, now) : null,
    waiting: door.waiting.size,
    stalling: [...door.runs]
      .filter(([, { stage, slotUntil }]) => stage.kind === 'confirming' && slotUntil <= now)
      .map(([address]) => address),
  }
}
