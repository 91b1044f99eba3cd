/**
 * What ends when the password is another.
 */
import type { Transaction } from '../transaction.ts'
import { closeDoor } from './door.ts'
import { finishJoining } from './entering.ts'
import { forgetMerges } from './merge.ts'
import { setGuest } from './slice.ts'

/** The password changed: runs, waits and keys of the old one end, and a newcomer that is in needs no seed. */
export const abandonRuns = (tx: Transaction): void => {
  closeDoor(tx)
  for (const [address, { proof }] of tx.state.admission.guests)
    if (proof === 'verifier') setGuest(tx, address, null)
  if (tx.state.admission.joining?.inSince != null) finishJoining(tx)
  forgetMerges(tx)
}
