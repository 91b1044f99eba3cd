/**
 * Receipts: what came is confirmed once it is durable. They are collected for 200 ms and travel together; to one that
 * is out of reach they wait, and go into its mailbox once for each time that this member reads its own.
 */
import type { MemberId } from '../../identity/index.ts'
import { maxNumbers } from '../controls.ts'
import { isMember } from '../members.ts'
import { sendControl } from '../pairs-sealing.ts'
import type { PeerState } from '../state.ts'
import type { Transaction } from '../transaction.ts'
import { changeCopy, setDelivery } from './copies.ts'
import { postSealed } from './mail.ts'
import { waysTo } from './people.ts'

const collectMs = 200
/** Of one sender; the oldest go. A message that is not confirmed comes again, or stays named as being in a mailbox. */
const maxOwed = 1_024

export const oweReceipt = (tx: Transaction, to: MemberId, number: number): void => {
  const { owed, receiptsAt } = tx.state.delivery
  const numbers = (owed.get(to) ?? []).filter((one) => one !== number)
  setDelivery(tx, {
    owed: new Map(owed).set(to, [...numbers, number].slice(-maxOwed)),
    receiptsAt: receiptsAt ?? tx.now + collectMs,
  })
}

/** Numbers in pieces that one receipt can hold. */
const pieces = (numbers: readonly number[]): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(numbers.length / maxNumbers) }, (_, i) =>
    numbers.slice(i * maxNumbers, (i + 1) * maxNumbers),
  )

const forget = (tx: Transaction, to: MemberId): void => {
  const owed = new Map(tx.state.delivery.owed)
  owed.delete(to)
  setDelivery(tx, { owed })
}

export const tickReceipts = async (tx: Transaction): Promise<void> => {
  const { owed, receiptsAt, receiptsByMail } = tx.state.delivery
  // Who has a mailbox is known a moment after the relay let this member in.
  if (receiptsByMail && tx.state.room.online && tx.state.room.owners !== null) await mailReceipts(tx)
  if (receiptsAt === null || tx.now < receiptsAt) return
  setDelivery(tx, { receiptsAt: null })
  for (const [to, numbers] of owed) {
    if (!isMember(tx.state, to)) forget(tx, to)
    else if (waysTo(tx.state, to)?.live) {
      for (const piece of pieces(numbers)) await sendControl(tx, to, { kind: 'receipt', numbers: piece })
      forget(tx, to)
    }
  }
}

/** Somebody can be spoken to again: what is owed to it is due. */
export const noteReceiptsDue = (tx: Transaction, to: MemberId): void => {
  const { owed, receiptsAt } = tx.state.delivery
  if (owed.has(to)) setDelivery(tx, { receiptsAt: receiptsAt ?? tx.now + collectMs })
}

/** All letters have been read: their writers that are away find the receipts in their mailboxes, once for this wake. */
export const noteWake = (tx: Transaction): void => setDelivery(tx, { receiptsByMail: true })

const mailReceipts = async (tx: Transaction): Promise<void> => {
  setDelivery(tx, { receiptsByMail: false })
  for (const [to, numbers] of tx.state.delivery.owed) {
    if (!isMember(tx.state, to) || waysTo(tx.state, to)?.absent !== true) continue
    let isPosted = true
    for (const piece of pieces(numbers)) {
      const outcome = await postSealed(tx, { kind: 'other', to }, { kind: 'receipt', numbers: piece })
      isPosted &&= outcome === 'posted'
    }
    if (isPosted) forget(tx, to)
  }
}

/** `from` has these, durably. */
export const hearReceipt = (tx: Transaction, from: MemberId, numbers: readonly number[]): void => {
  for (const number of numbers) changeCopy(tx, number, from, () => null)
}

export const wakeAtReceipts = ({ delivery }: PeerState): number | null => delivery.receiptsAt
