/**
 * Before a door opens after a resume: all letters are read, and everybody present was tried to be met. Else somebody
 * who was removed, or knows a password of before, comes in through a member that could have known.
 *
 *   resumed ──online──> letters read (60 s at most) ──everybody present met (10 s at most)──> open
 */
import { withinReach } from '../reach.ts'
import { isPresent } from '../room.ts'
import type { PeerState } from '../state.ts'
import type { Transaction } from '../transaction.ts'
import { setDoor } from './slice.ts'
import type { Resuming } from './state.ts'

const lettersMs = 60_000
const meetingMs = 10_000

const isEverybodyMet = (state: PeerState, now: number): boolean => {
  const near = withinReach(state, now)
  return [...state.group.roster.entries].every(
    ([id, { entry }]) => id === state.self.id || near.has(id) || !isPresent(state, entry.address),
  )
}

const isOver = (state: PeerState, { since, readAt }: Resuming, now: number): boolean => {
  if (since === null) return false
  if (readAt === null) return now >= since + lettersMs + meetingMs
  return isEverybodyMet(state, now) || now >= readAt + meetingMs
}

/** Whether this member answers newcomers who knock, and opens answers to its pre-keys. */
export const isDoorOpen = (state: PeerState, now: number): boolean => {
  const { joining, door } = state.admission
  if (state.phase.kind !== 'joined' || (joining !== null && joining.inSince === null)) return false
  return door.resuming === null || isOver(state, door.resuming, now)
}

/** The mailbox is empty: all letters that waited were handed in. */
export const noteLettersRead = (tx: Transaction): void => {
  const { resuming } = tx.state.admission.door
  if (resuming !== null && resuming.readAt === null)
    setDoor(tx, { resuming: { since: resuming.since ?? tx.now, readAt: tx.now } })
}

export const tickResuming = (tx: Transaction): void => {
  const { resuming } = tx.state.admission.door
  if (resuming === null || !tx.state.room.online) return
  const next = { ...resuming, since: resuming.since ?? tx.now }
  if (isOver(tx.state, next, tx.now)) setDoor(tx, { resuming: null })
  else if (next.since !== resuming.since) setDoor(tx, { resuming: next })
}

export const wakeAtResuming = ({ admission }: PeerState): number | null => {
  const { resuming } = admission.door
  if (resuming === null || resuming.since === null) return null
  return resuming.readAt === null ? resuming.since + lettersMs + meetingMs : resuming.readAt + meetingMs
}
