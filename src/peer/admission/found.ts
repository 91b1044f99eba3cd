/**
 * When a newcomer opens the room itself.
 *
 *   nobody older, no mailboxes, never saw anybody older        at once
 *   as above, after a reconnection, or the older ones left     after 15 s
 *   older ones that gave no valid flow 2 for 15 s              then
 *   an older one that answered, or somebody refused            not by itself; the user may
 */
import type { Address } from '../../identity/index.ts'
import { found } from '../membership.ts'
import { makeFirstRecord } from '../password.ts'
import type { PeerState } from '../state.ts'
import { Rejection, type Transaction } from '../transaction.ts'
import { finishJoining } from './entering.ts'
import { setJoining } from './slice.ts'
import type { Joining } from './state.ts'

const patienceMs = 15_000

/** Addresses that were in the room when the relay let this one in. */
const older = ({ room }: PeerState): readonly Address[] => [...room.older]

const hasOwners = ({ room, self }: PeerState): boolean =>
  room.owners === null || [...room.owners.keys()].some((address) => address !== self.entry.address)

/** Runs that may still let this one in. */
const isHoping = ({ admission }: PeerState): boolean =>
  [...admission.guests.values()].some(({ stage }) => stage.kind !== 'opened' && stage.kind !== 'over')

/** With nobody older here: at once, or after a while where somebody was. */
const aloneSince = ({ room: { openedAt, returned } }: PeerState, { older: { goneAt } }: Joining): number => {
  const opened = openedAt ?? 0
  return Math.max(returned ? opened + patienceMs : opened, goneAt === null ? opened : goneAt + patienceMs)
}

/** When this newcomer founds, if nothing changes; `null`: not by itself. */
export const foundsAt = (state: PeerState): number | null => {
  const { joining } = state.admission
  if (joining === null || joining.inSince !== null || !state.room.online) return null
  if (hasOwners(state) || joining.refused.size > 0 || isHoping(state)) return null
  const present = older(state)
  if (present.length === 0) return aloneSince(state, joining)
  const asked = present.map((address) => joining.asked.get(address))
  if (asked.some((one) => one === undefined || one.answered)) return null
  return Math.max(...asked.map((one) => (one?.firstAt ?? 0) + patienceMs))
}

/** When the screen offers to open a room, where this newcomer will not by itself and nothing is under way. */
export const stallsAt = (state: PeerState): number | null => {
  const { joining } = state.admission
  const { openedAt, online } = state.room
  if (joining === null || joining.inSince !== null || !online || openedAt === null) return null
  if (foundsAt(state) !== null || joining.refused.size > 0 || isHoping(state)) return null
  return openedAt + patienceMs
}

const noteOlder = (tx: Transaction): void => {
  const { joining } = tx.state.admission
  if (joining === null || joining.inSince !== null || !tx.state.room.online) return
  const here = older(tx.state).length > 0
  if (here === joining.older.here) return
  setJoining(tx, { older: { here, goneAt: here ? null : tx.now } })
}

const beginRoom = async (tx: Transaction): Promise<void> => {
  await found(tx)
  makeFirstRecord(tx)
  finishJoining(tx)
}

export const tickFounding = async (tx: Transaction): Promise<void> => {
  noteOlder(tx)
  const at = foundsAt(tx.state)
  if (at !== null && tx.now >= at) return beginRoom(tx)
}

/** The user opens a room here, although others are in it. */
export const foundRoom = async (tx: Transaction): Promise<void> => {
  const { joining } = tx.state.admission
  if (joining === null || joining.inSince !== null) throw new Rejection('frame/unexpected')
  return beginRoom(tx)
}
