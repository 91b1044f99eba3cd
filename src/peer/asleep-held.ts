/**
 * Frames out of the own mailbox that cannot be opened yet, in the order in which they came.
 *
 *   answer ──door open, ledger allows──> asleep-answers        letter ──entry of its writer known──> asleep-letters
 */
import { decode } from '../codec/index.ts'
import type { Address } from '../identity/index.ts'
import { type HeldFrame, setAsleep } from './asleep-state.ts'
import { encodeFrame, type Frame, frame } from './frames.ts'
import type { PeerState } from './state.ts'
import { Rejection, type Transaction } from './transaction.ts'

const maxHeld = 256
const maxHeldOfOne = 64
/** What could not be opened by then never will be. */
const heldMs = 30 * 86_400_000

export const holdFrame = (tx: Transaction, from: Address, message: Frame): void => {
  const { held } = tx.state.asleep
  const ofOne = held.filter((one) => one.from === from).length
  if (held.length >= maxHeld || ofOne >= maxHeldOfOne) throw new Rejection('prekey/unexpected')
  setAsleep(tx, { held: [...held, { from, bytes: encodeFrame(message), at: Math.floor(tx.now) }] })
}

/** Whether something of this address waits: what it sealed after that waits behind it. */
export const isHeld = ({ asleep }: PeerState, from: Address): boolean =>
  asleep.held.some((one) => one.from === from)

/** Addresses whose next frame is of this kind. */
export const heldBy = ({ asleep }: PeerState, kind: Frame['kind']): readonly Address[] => {
  const seen = new Map<Address, Frame['kind']>()
  for (const { from, bytes } of asleep.held) if (!seen.has(from)) seen.set(from, decode(frame, bytes).kind)
  return [...seen].flatMap(([from, first]) => (first === kind ? [from] : []))
}

export const firstHeld = (
  { asleep }: PeerState,
  from: Address,
): { readonly held: HeldFrame; readonly message: Frame } | null => {
  const held = asleep.held.find((one) => one.from === from)
  return held === undefined ? null : { held, message: decode(frame, held.bytes) }
}

export const dropHeld = (tx: Transaction, held: HeldFrame): void =>
  setAsleep(tx, { held: tx.state.asleep.held.filter((one) => one !== held) })

/** All that waits of an address, taken out to be received once more. */
export const releaseHeld = (tx: Transaction, from: Address): readonly HeldFrame[] => {
  const released = tx.state.asleep.held.filter((one) => one.from === from)
  setAsleep(tx, { held: tx.state.asleep.held.filter((one) => one.from !== from) })
  return released
}

export const expireHeld = (tx: Transaction): void => {
  const { held } = tx.state.asleep
  const kept = held.filter(({ at }) => tx.now - at < heldMs)
  if (kept.length < held.length) setAsleep(tx, { held: kept })
}
