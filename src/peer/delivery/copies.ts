/**
 * Where each recipient's copy of an own message is: the one place that changes the outbox.
 */
import type { Address, MemberId } from '../../identity/index.ts'
import { type Transaction, write } from '../transaction.ts'
import { type Copy, type DeliveryState, maxKept, type Outgoing, type Recipient } from './state.ts'

/** Messages that all have confirmed: kept for the screen, newest last. */
const maxFinished = 64

export const setDelivery = (tx: Transaction, change: Partial<DeliveryState>): void =>
  write(tx, 'delivery', { ...tx.state.delivery, ...change })

const isFinished = ({ sent, copies }: Outgoing): boolean => sent && copies.size === 0

/** The newest are kept: of those that are finished, and of those that somebody has yet to confirm. */
const trimmed = (outbox: readonly Outgoing[]): readonly Outgoing[] => {
  const finished = outbox.filter(isFinished).slice(-maxFinished)
  const unfinished = outbox.filter((entry) => !isFinished(entry)).slice(-maxKept)
  const kept = new Set([...finished, ...unfinished])
  return kept.size === outbox.length ? outbox : outbox.filter((entry) => kept.has(entry))
}

export const setOutbox = (tx: Transaction, outbox: readonly Outgoing[]): void =>
  setDelivery(tx, { outbox: trimmed(outbox) })

export const outgoing = (tx: Transaction, number: number): Outgoing | undefined =>
  tx.state.delivery.outbox.find(({ message }) => message.number === number)

export const putOutgoing = (tx: Transaction, entry: Outgoing): void =>
  setOutbox(
    tx,
    tx.state.delivery.outbox.map((one) => (one.message.number === entry.message.number ? entry : one)),
  )

/** Changes a copy that has not been confirmed; one that was stays so. */
export const changeCopy = (
  tx: Transaction,
  number: number,
  to: Recipient,
  change: (copy: Copy) => Copy | null,
): void => {
  const entry = outgoing(tx, number)
  const copy = entry?.copies.get(to)
  if (entry === undefined || copy === undefined) return
  const copies = new Map(entry.copies)
  const changed = change(copy)
  if (changed === null) copies.delete(to)
  else copies.set(to, changed)
  putOutgoing(tx, { ...entry, copies })
}

/** Applies one change to all copies of a recipient. */
export const changeCopiesOf = (tx: Transaction, to: Recipient, change: (copy: Copy) => Copy): void => {
  const { outbox } = tx.state.delivery
  if (!outbox.some(({ copies }) => copies.has(to))) return
  setOutbox(
    tx,
    outbox.map((entry) => {
      const copy = entry.copies.get(to)
      const changed = copy === undefined ? undefined : change(copy)
      if (changed === undefined || changed === copy) return entry
      return { ...entry, copies: new Map(entry.copies).set(to, changed) }
    }),
  )
}

export const freshCopy = (now: number): Copy => ({
  state: 'open',
  tries: 0,
  from: now,
  nextAt: now,
  full: false,
})

/** Nothing more goes to one that is gone, and it no longer counts as somebody who misses anything. */
export const withoutRecipient = (outbox: readonly Outgoing[], gone: Recipient): readonly Outgoing[] =>
  outbox.map((entry) => {
    if (!entry.audience.has(gone)) return entry
    const [audience, copies] = [new Set(entry.audience), new Map(entry.copies)]
    audience.delete(gone)
    copies.delete(gone)
    return { ...entry, audience, copies }
  })

/** A sleeper that was known by its address turns out to be this member. */
export const nameRecipient = (tx: Transaction, address: Address, member: MemberId): void =>
  setOutbox(
    tx,
    tx.state.delivery.outbox.map((entry) => {
      if (!entry.audience.has(address)) return entry
      const [audience, copies] = [new Set(entry.audience), new Map(entry.copies)]
      const copy = copies.get(address)
      audience.delete(address)
      audience.add(member)
      copies.delete(address)
      if (copy !== undefined) copies.set(member, copy)
      return { ...entry, audience, copies }
    }),
  )
