/**
 * The group inside this member: the only caller of `groupStep`. What the group answers is carried out here, and what
 * changes with the roster is told to the other modules.
 *
 *   event ──> groupStep ──> controls to seal, letters, notices, removals
 *                  └── roster changed ──> entry known · member gone
 */
import type { Secret } from '../crypto/index.ts'
import {
  type EpochId,
  type GroupControl,
  type GroupEffect,
  type GroupEvent,
  type GroupState,
  groupStep,
  liveMembers,
  memberOf,
  removalOf,
  wakeAt,
} from '../group/index.ts'
import { type Identified, type MemberId, secretsOfSelf } from '../identity/index.ts'
import { within } from '../metrics/index.ts'
import { secretsOf } from '../ratchet/index.ts'
import { secretsOfAdmission } from './admission/state.ts'
import { secretsOfAsleep } from './asleep-state.ts'
import type { Control } from './controls.ts'
import { postControl } from './delivery/mail.ts'
import { memberGone } from './delivery/outbox.ts'
import { keepFarewell } from './farewell.ts'
import { endMeeting, entryKnown } from './meeting.ts'
import { isMember, membersAt, nameOf, otherMembers } from './members.ts'
import { adoptInitiated, endPair } from './pairs.ts'
import { type Letter, sendControls } from './pairs-sealing.ts'
import { forgetReach, owe, surroundingsOf } from './reach.ts'
import { secretsOfReturning } from './returning-state.ts'
import { noteClosing } from './room.ts'
import type { Ending, PeerState } from './state.ts'
import { notice, Rejection, type Transaction, write } from './transaction.ts'
import { forgetVerified } from './verification.ts'

/** What a group step is called in the records: making or opening an epoch stands out. */
const operationOf = (before: EpochId | undefined, state: GroupState, isRefused: boolean): string => {
  const newest = state.epochs.at(-1)
  if (isRefused || newest === undefined || newest.id === before) return 'group_step'
  return newest.author === state.self.id ? 'epoch_author' : 'epoch_open'
}

/** A handshake that this member finished: its session begins with the first control for that member. */
export type Finished = Parameters<typeof adoptInitiated>[1]

/**
 * Hands an event to the group and carries out what it answers.
 *
 * @param finished a session that begins with the first control of this answer to its member
 */
export const inGroup = async (
  tx: Transaction,
  event: GroupEvent,
  finished: Finished | null = null,
): Promise<void> => {
  const { crypto, recorder } = tx.ports
  const start = recorder.now()
  const span = recorder.spans?.open(false) ?? null
  const before = tx.state.group
  const { state, effects, stale } = await within(recorder, span, () =>
    groupStep(crypto, before, event, surroundingsOf(tx.state, tx.now)),
  )
  const rejection = effects.find((effect) => effect.kind === 'reject')
  const operation = operationOf(before.epochs.at(-1)?.id, state, rejection !== undefined)
  // Most steps are idle.
  if (operation === 'group_step' && effects.length === 0) {
    if (span !== null) recorder.spans?.drop(span)
  } else {
    const entry = { operation, algorithm: 'flat epoch', start, duration: recorder.now() - start }
    recorder.record({ ...entry, bytesIn: 0, bytesOut: 0, error: rejection?.code ?? null }, span ?? undefined)
  }
  if (rejection !== undefined && state === before) throw new Rejection(rejection.code)
  write(tx, 'group', state)
  tx.stale.push(...stale) // FS
  await carryOut(tx, effects, finished)
  await noteChanges(tx, before)
}

const carryOut = async (
  tx: Transaction,
  effects: readonly GroupEffect[],
  finished: Finished | null,
): Promise<void> => {
  let beginning = finished
  let letters: Letter[] = []
  const seal = async (): Promise<void> => {
    await sendControls(tx, letters)
    letters = []
  }
  for (const effect of effects) {
    switch (effect.kind) {
      case 'control': {
        const message: Control = { kind: 'group', message: effect.message }
        if (beginning?.member === effect.to) {
          await adoptInitiated(tx, beginning, message)
          beginning = null
        } else letters.push({ to: effect.to, message })
        break
      }
      case 'post':
        await seal()
        for (const to of effect.to) await postControl(tx, to, { kind: 'group', message: effect.message })
        break
      case 'show':
        for (const to of effect.to) owe(tx, to, 0)
        break
      case 'notice':
        notice(tx, effect.code, { member: effect.member, name: effect.name, by: effect.by })
        break
      case 'removed':
        await seal()
        endByRemoval(tx, effect)
        break
      case 'reject':
        tx.effects.push({ kind: 'reject', code: effect.code })
        break
      default:
        effect satisfies never
    }
  }
  await seal()
}

/** What follows from a roster or an epoch that is another than before. */
const noteChanges = async (tx: Transaction, before: GroupState): Promise<void> => {
  const { group, phase } = tx.state
  if (phase.kind === 'ended' || group.roster === before.roster) return
  for (const { id } of liveMembers(group))
    if (id !== tx.state.self.id && memberOf(before, id) === null) await entryKnown(tx, id)
  for (const gone of liveMembers(before))
    if (gone.id !== tx.state.self.id && memberOf(group, gone.id) === null) await part(tx, gone)
}

/** A member is gone: its sessions end, and if it speaks again, it hears why. */
const part = async (tx: Transaction, gone: Identified): Promise<void> => {
  const removal = removalOf(tx.state.group, gone.id)
  const { address } = gone.entry
  if (removal !== null && removal.reason !== 'left')
    keepFarewell(tx, gone, { by: removal.by, reason: removal.reason })
  memberGone(tx, gone.id)
  endMeeting(tx, gone.id)
  endPair(tx, gone.id)
  forgetReach(tx, gone.id)
  forgetVerified(tx, gone.id)
  if (membersAt(tx.state, address).length === 0) tx.effects.push({ kind: 'disconnect', address })
}

const takePart = (tx: Transaction): void => {
  if (tx.state.phase.kind === 'joining') write(tx, 'phase', { kind: 'joined' })
}

/** Nobody lets this member in, or nobody is here: the group begins with it. */
export const found = async (tx: Transaction): Promise<void> => {
  takePart(tx)
  await inGroup(tx, { kind: 'found' })
}

/** A newcomer proved its keys: its entry comes onto the roster, and A4, the first frame of its session, is the roster. */
export const admit = (tx: Transaction, member: Identified, finished: Finished | null): Promise<void> =>
  inGroup(tx, { kind: 'admitted', member }, finished)

/** The two parts of a group become one: both sides send their rosters. `finished`: on the side that speaks first. */
export const mergeWith = (tx: Transaction, partner: Identified, finished: Finished | null): Promise<void> =>
  inGroup(tx, { kind: 'merged', partner }, finished)

/** A4: the roster of the doorkeeper that let this member in. */
export const takeRosterOf = async (
  tx: Transaction,
  doorkeeper: Identified,
  message: Extract<GroupControl, { kind: 'roster' }>,
): Promise<void> => {
  takePart(tx)
  await inGroup(tx, { kind: 'welcomed', doorkeeper, message })
}

export const hearGroup = (tx: Transaction, from: MemberId, message: GroupControl): Promise<void> =>
  inGroup(tx, { kind: 'control', from, message })

/** A live member says that this one was removed: the group passes it on and ends. */
export const hearRemoval = async (
  tx: Transaction,
  from: MemberId,
  { by, reason }: Extract<Control, { kind: 'removed' }>,
): Promise<void> => {
  const removal = { id: tx.state.self.id, by: by ?? from, reason, teller: from }
  await inGroup(tx, { kind: 'control', from, message: { kind: 'removals', removals: [removal] } })
}

/** One that expired comes back by itself: `returning.ts` sees how the group ended. */
const endByRemoval = (tx: Transaction, { by, reason }: Extract<GroupEffect, { kind: 'removed' }>): void => {
  if (reason === 'expired') return
  end(tx, reason === 'left' ? 'left' : 'removed', { by: nameOf(tx.state, by), reason })
}

/** Removes a member by the user's word. */
export const evict = async (tx: Transaction, member: MemberId, withInvited: boolean): Promise<void> => {
  if (member === tx.state.self.id || !isMember(tx.state, member)) throw new Rejection('member/unknown')
  await inGroup(tx, { kind: 'evict', member, withInvited })
}

export const leave = async (tx: Transaction, closing: boolean): Promise<void> => {
  if (closing) noteClosing(tx)
  if (tx.state.phase.kind === 'joined') await inGroup(tx, { kind: 'leave' })
  for (const { entry } of otherMembers(tx.state))
    tx.effects.push({ kind: 'disconnect', address: entry.address })
  end(tx, 'left', { by: null, reason: null })
}

const end = (
  tx: Transaction,
  ending: Ending,
  { by, reason }: { by: string | null; reason: 'left' | 'evicted' | 'expired' | null },
): void => {
  if (tx.state.phase.kind !== 'ended') write(tx, 'phase', { kind: 'ended', ending, by, reason })
}

/** Everything to wipe when a member ends. */
export const secretsOfPeer = ({
  pairs,
  password,
  self,
  admission,
  asleep,
  returning,
}: PeerState): readonly Secret[] => [
  password.verifier,
  ...(password.intention === null ? [] : [password.intention.password.verifier]),
  ...secretsOfSelf(self),
  ...secretsOfAdmission(admission),
  ...secretsOfAsleep(asleep),
  ...secretsOfReturning(returning),
  ...[...pairs.pairs.values()].flatMap(({ session, next, former }) =>
    [session, next?.session, former?.session].flatMap((held) => (held ? secretsOf(held) : [])),
  ),
]

/** The end of this member: all that it kept secret goes. */
export const retire = (tx: Transaction): void => {
  tx.stale.push(...secretsOfPeer(tx.state)) // FS
}

export const tickGroup = async (tx: Transaction): Promise<void> => {
  const { group, phase } = tx.state
  if (phase.kind !== 'joined') return
  const due = wakeAt(group, surroundingsOf(tx.state, tx.now))
  if (due !== null && tx.now >= due) await inGroup(tx, { kind: 'tick' })
}

export const wakeAtGroup = (state: PeerState, now: number): number | null =>
  state.phase.kind === 'joined' ? wakeAt(state.group, surroundingsOf(state, now)) : null
