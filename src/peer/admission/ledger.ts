/**
 * The guess ledger: what it has to be asked before a flow leaves that tests a guess, and when it is charged.
 *
 *   door strict   level < 5, or the wait since the last charge is over
 *   door open     10 runs a second, no charge: nobody guesses 60 bits
 */
import type { PeerState } from '../state.ts'
import type { Transaction } from '../transaction.ts'
import { allowedAt, charge, clamp, confirm, countedNow, freeLevel, isAllowed } from './level.ts'
import { setAdmission } from './slice.ts'

/** Runs that the ledger says nothing about are taken this often at most. */
const maxRunsPerSecond = 10
const secondMs = 1_000

const isOpen = ({ password }: PeerState): boolean => password.door === 'open'

const takenLately = ({ admission }: PeerState, now: number): readonly number[] =>
  admission.door.taken.filter((at) => at > now - secondMs && at <= now)

/** When a guess may be tested here next: `now`, or later. */
export const levelAllowedAt = (state: PeerState, now: number): number => {
  if (!isOpen(state)) return allowedAt(state.admission.level, now)
  const lately = takenLately(state, now)
  return lately.length < maxRunsPerSecond ? now : lately[0]! + secondMs
}

export const levelAllows = (state: PeerState, now: number): boolean => levelAllowedAt(state, now) <= now

/** Before the flow leaves. True where a confirmation is to take the charge back. */
export const chargeLevel = (tx: Transaction): boolean => {
  const { door, level } = tx.state.admission
  if (isOpen(tx.state)) {
    setAdmission(tx, { door: { ...door, taken: [...takenLately(tx.state, tx.now), tx.now] } })
    return false
  }
  setAdmission(tx, { level: charge(level, tx.now) })
  return true
}

/** The run was confirmed: it was no guess. */
export const confirmLevel = (tx: Transaction): void =>
  setAdmission(tx, { level: confirm(tx.state.admission.level) })

/** Charges of runs that may yet be confirmed. */
const pending = ({ admission }: PeerState): number =>
  [...admission.door.runs.values()].filter(({ stage, charged }) => charged && stage.kind === 'confirming')
    .length

/** Whether wrong tries alone keep the door shut: a crowd of slow honest newcomers does not. */
export const isShut = (state: PeerState, now: number): boolean =>
  !isOpen(state) &&
  !levelAllows(state, now) &&
  countedNow(state.admission.level, now) - pending(state) >= freeLevel

/** A newcomer's own level: flows 4 that did not verify, and answers to pre-keys. */
export const ownLevelAllows = ({ admission }: PeerState, now: number): boolean =>
  isAllowed(admission.ownLevel, now)

export const ownLevelAllowedAt = ({ admission }: PeerState, now: number): number =>
  allowedAt(admission.ownLevel, now)

/** Whether the next proof that fails costs a newcomer a wait. */
export const isOwnLevelScarce = ({ admission }: PeerState, now: number): boolean =>
  countedNow(admission.ownLevel, now) >= freeLevel

export const chargeOwnLevel = (tx: Transaction): void =>
  setAdmission(tx, { ownLevel: charge(tx.state.admission.ownLevel, tx.now) })

/** After the clock was set back. */
export const clampLevels = (tx: Transaction): void => {
  const { level, ownLevel } = tx.state.admission
  const [own, other] = [clamp(ownLevel, tx.now), clamp(level, tx.now)]
  if (own !== ownLevel || other !== level) setAdmission(tx, { level: other, ownLevel: own })
}
