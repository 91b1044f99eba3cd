/**
 * One member as a pure machine: `step(ports, state, event) → { state, effects, wakeAt }`.
 *
 *   event ──> its module ──> what is due by now ──> persist · send, notify · wipe
 *
 * A refused event leaves the state as it was and comes out as one `reject`. An exception inside a step is a defect of
 * ours: it costs that event or that one chore, never the member.
 */
import { noteUndelivered, retryAdmission, tickAdmission, wakeAtAdmission } from './admission/admission.ts'
import { foundRoom } from './admission/found.ts'
import {
  noteMailRead,
  notePublished,
  releaseLetters,
  takePreKey,
  tickAsleep,
  wakeAtAsleep,
} from './asleep.ts'
import { maxSignalBytes } from './controls.ts'
import { noteMailed, noteUndeliveredLetters } from './delivery/mail.ts'
import { noteMembers, say, tickDelivery, wakeAtDelivery } from './delivery/outbox.ts'
import { tickFarewells, wakeAtFarewells } from './farewell.ts'
import { tickLinks } from './links.ts'
import { tickMeetings, wakeAtMeetings } from './meeting.ts'
import { isMember, membersAt } from './members.ts'
import { evict, leave, retire, tickGroup, wakeAtGroup } from './membership.ts'
import { tickPairs, wakeAtPairs } from './pairs.ts'
import { sendControl, sendControls } from './pairs-sealing.ts'
import { changePassword, tickPassword, wakeAtPassword } from './password.ts'
import { dueHeartbeats, wakeAtReach } from './reach.ts'
import { receive } from './receiving.ts'
import { tickReturning, wakeAtReturning } from './returning.ts'
import { closeRoom, noteLink, noteOwners, notePresence, openRoom, tickRoom, wakeAtRoom } from './room.ts'
import type { PeerEvent, PeerState, PeerStep, Ports } from './state.ts'
import { begin, earliest, notice, orReject, Rejection, type Transaction } from './transaction.ts'
import { noteVerified } from './verification.ts'

/** After a defect the member rests this long, lest it meet the same one at once. */
const restMs = 1_000

/** One event at a time: the host awaits a step before the next. Never throws. */
export const step = async (ports: Ports, given: PeerState, event: PeerEvent): Promise<PeerStep> => {
  if (given.phase.kind === 'ended') return { state: given, effects: [], wakeAt: null }
  // Clocks may be finer than a millisecond; what is sent and stored is not.
  const tx = begin(ports, given, Math.max(0, Math.floor(event.now)))
  const fate = await attempt(tx, () => handle(tx, event))
  if (fate === 'refused') {
    const code = tx.effects[0]
    return { state: given, effects: code === undefined ? [] : [code], wakeAt: wakeAt(given, tx.now) }
  }
  let isDefect = fate === 'defect'
  for (const chore of chores) if ((await attempt(tx, () => chore(tx))) === 'defect') isDefect = true
  if (tx.state.phase.kind === 'ended') retire(tx)
  return finish(tx, isDefect)
}

/** What may be due after any event, in this order. */
const chores: readonly ((tx: Transaction) => Promise<void> | void)[] = [
  tickRoom,
  tickAdmission,
  tickPassword,
  tickPairs,
  tickFarewells,
  tickReturning,
  tickMeetings,
  tickGroup,
  tickLinks,
  noteMembers,
  tickAsleep,
  async (tx) => {
    for (const { from, bytes } of releaseLetters(tx))
      await orReject(tx, () => receive(tx, { path: 'mail', from, bytes }))
    // A letter may have brought members.
    noteMembers(tx)
  },
  tickDelivery,
  async (tx) => sendControls(tx, dueHeartbeats(tx)),
]

/** Carries out a part; where it fails, nothing of it stays but the code. */
const attempt = async (
  tx: Transaction,
  part: () => Promise<void> | void,
): Promise<'done' | 'refused' | 'defect'> => {
  const { state } = tx
  const [effects, stale] = [tx.effects.length, tx.stale.length]
  try {
    await part()
    return 'done'
  } catch (error) {
    tx.state = state
    tx.effects.length = effects
    tx.stale.length = stale
    const isRefusal = error instanceof Rejection
    tx.effects.push({ kind: 'reject', code: isRefusal ? error.code : 'peer/defect' })
    if (!isRefusal) notice(tx, 'defect')
    return isRefusal ? 'refused' : 'defect'
  }
}

const finish = (tx: Transaction, isDefect: boolean): PeerStep => {
  const { effects, stale } = tx
  if (stale.length > 0) effects.push({ kind: 'wipe', secrets: [...stale] }) // FS
  // Nothing may be sent, shown or wiped that a restored state would not know of.
  if (effects.some(({ kind }) => kind !== 'reject')) effects.unshift({ kind: 'persist' })
  const due = wakeAt(tx.state, tx.now)
  const rested = isDefect ? Math.max(due ?? 0, tx.now + restMs) : due
  return { state: tx.state, effects, wakeAt: rested }
}

/** When this state wants to be woken: asked for once after it was restored, too. */
export const wakeAt = (state: PeerState, now: number): number | null => {
  if (state.phase.kind === 'ended') return null
  const due = earliest(
    wakeAtRoom(state),
    wakeAtAdmission(state, now),
    wakeAtPassword(state, now),
    wakeAtPairs(state),
    ...wakeAtFarewells(state, now),
    wakeAtReturning(state),
    wakeAtMeetings(state, now),
    wakeAtGroup(state, now),
    wakeAtDelivery(state, now),
    wakeAtAsleep(state, now),
    wakeAtReach(state),
  )
  return due === null ? null : Math.ceil(due)
}

const handle = async (tx: Transaction, event: PeerEvent): Promise<void> => {
  switch (event.kind) {
    case 'relay-open':
      return openRoom(tx, event.present)
    case 'relay-closed':
      return closeRoom(tx)
    case 'presence':
      return notePresence(tx, event.address, event.present)
    case 'received':
      return receive(tx, event)
    case 'undelivered':
      noteUndelivered(tx, event.to)
      return noteUndeliveredLetters(tx, event.to)
    case 'link':
      return noteLink(tx, event.address, event.direct)
    case 'signal':
      return sendSignal(tx, event)
    case 'owners':
      return noteOwners(tx, event.owners)
    case 'prekey':
      return takePreKey(tx, event)
    case 'mailed':
      return noteMailed(tx, event)
    case 'mail-read':
      return noteMailRead(tx)
    case 'published':
      return notePublished(tx, event.stock)
    case 'say':
      return say(tx, event.text)
    case 'file':
      return sayOfFile(tx, event)
    case 'remove':
      await evict(tx, event.member, event.withInvited)
      return changePassword(tx, event.password)
    case 'change-password':
      return changePassword(tx, event.password)
    case 'verify':
      return noteVerified(tx, event)
    case 'retry':
      return retryAdmission(tx)
    case 'found':
      return foundRoom(tx)
    case 'leave':
      return leave(tx, event.closing)
    case 'wake':
      return
  }
}

/** Lost where no session or no way leads to that member now: a transfer asks again. */
const sayOfFile = async (
  tx: Transaction,
  { member, control }: Extract<PeerEvent, { kind: 'file' }>,
): Promise<void> => {
  if (!isMember(tx.state, member)) throw new Rejection('member/unknown')
  await sendControl(tx, member, { kind: 'file', message: control })
}

/** An own description that is too long for a frame is refused: the link stays with the relay. */
const sendSignal = async (
  tx: Transaction,
  { address, data }: Extract<PeerEvent, { kind: 'signal' }>,
): Promise<void> => {
  if (data.length > maxSignalBytes) throw new Rejection('frame/too-long')
  const [member] = membersAt(tx.state, address)
  if (member === undefined) throw new Rejection('pair/none')
  await sendControl(tx, member, { kind: 'signal', data })
}
