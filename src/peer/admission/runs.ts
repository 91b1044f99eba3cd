/**
 * Frames of runs by who handles them: flows 1, 3 and 5 at the door, 2 and 4 at the guest.
 */
import { equal } from '../../codec/index.ts'
import type { Address } from '../../identity/index.ts'
import type { Frame } from '../frames.ts'
import { Rejection, type Transaction } from '../transaction.ts'
import { receiveAtDoor } from './door.ts'
import { type PakeFrame, receiveAsGuest } from './guest.ts'
import { heedBusy } from './knock.ts'
import { receiveFlow5 } from './letting-in.ts'

/** One flow of a run. */
export const receivePake = async (tx: Transaction, from: Address, frame: PakeFrame): Promise<void> => {
  // A run whose sides have one id in the PAKE fails: nobody proves a password to itself.
  if (from.slice(0, 32) === tx.state.self.entry.address.slice(0, 32)) throw new Rejection('pake/failed')
  switch (frame.flow) {
    case 1:
    case 3:
      return receiveAtDoor(tx, from, frame)
    case 2:
    case 4:
      return receiveAsGuest(tx, from, frame)
    case 5:
      return receiveFlow5(tx, from, frame)
    default:
      throw new Rejection('pake/unexpected')
  }
}

/** "Not now", by anyone who could see flow 1 or 3. */
export const receiveBusy = (tx: Transaction, from: Address, hint: Extract<Frame, { kind: 'busy' }>): void => {
  const run = tx.state.admission.guests.get(from)
  if (run === undefined || !equal(run.run, hint.run)) throw new Rejection('pake/unexpected')
  heedBusy(tx, from, run, hint.retryAfterMs)
}
