/**
 * Hearing something. A message is shown once, under the name of the member whose tag or session proved it, and then
 * confirmed. What its numbers leave out is a hole: `gaps.ts`.
 */
import { DecodeError, decode, unpad } from '../../codec/index.ts'
import { openMessage } from '../../group/index.ts'
import type { Address, MemberId } from '../../identity/index.ts'
import { noteUnnamed } from '../asleep-letters.ts'
import { type Text, textMessage } from '../controls.ts'
import { factsOf } from '../frame-facts.ts'
import { encodeFrame, type Frame } from '../frames.ts'
import { isMember, nameOf } from '../members.ts'
import { checkTag } from '../pairs-opening.ts'
import { Rejection, type Transaction, write } from '../transaction.ts'
import { incomingOf, noteArrived, noteShownNumber } from './gaps.ts'
import { stateOf } from './numbers.ts'
import { oweReceipt } from './receipts.ts'

const decodeText = (body: Uint8Array): Text => {
  try {
    return decode(textMessage, unpad(body))
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('group/malformed')
    throw error
  }
}

/** A message by an epoch, with the tag of its sender for this member. */
export const receiveGroupFrame = async (
  tx: Transaction,
  from: Address,
  frame: Extract<Frame, { kind: 'group' }>,
): Promise<void> => {
  const member = await checkTag(tx, from, frame.body, frame.tag)
  if (member === null) {
    // Counted: after some of these a handshake is due.
    tx.effects.push({ kind: 'reject', code: 'pair/bad-tag' })
    return
  }
  if (!isMember(tx.state, member)) throw new Rejection('message/foreign')
  const opened = await openMessage(tx.ports.crypto, tx.state.group, member, frame.body)
  // Its sender says it again inside the pair session, unless this member confirms it.
  if (opened.kind === 'rejected') throw new Rejection(opened.code)
  const message = decodeText(opened.body)
  write(tx, 'group', opened.state)
  tx.stale.push(...opened.stale) // FS
  tx.effects.push({ kind: 'opened', member, facts: factsOf(encodeFrame(frame), 'message') })
  take(tx, member, message)
}

/** A message inside the pair session: without a sendable epoch, again, or because it was asked for. */
export const hearSaid = (tx: Transaction, from: MemberId, message: Text): void => {
  if (!isMember(tx.state, from)) throw new Rejection('message/foreign')
  take(tx, from, message)
}

const take = (tx: Transaction, from: MemberId, message: Text): void => {
  const name = nameOf(tx.state, from)
  if (name === null || from === tx.state.self.id || message.text.length === 0)
    throw new Rejection('message/foreign')
  const { number } = message
  const state = stateOf(incomingOf(tx.state, from).numbers, number)
  // Its receipt was lost: once more.
  if (state === 'shown') return oweReceipt(tx, from, number)
  // Not for this member, or so long settled that nothing is known of it: confirmed by nobody, shown to nobody.
  if (state !== 'open') return
  noteShownNumber(tx, from, number)
  noteArrived(tx, from, number)
  noteUnnamed(tx, from, number)
  tx.effects.push({ kind: 'message', from, name, message })
  oweReceipt(tx, from, number)
}
