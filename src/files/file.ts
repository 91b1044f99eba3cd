/**
 * One transfer of one file, at either end, as a pure machine. `sender.ts` and `receiver.ts` have the diagrams.
 *
 *   offer ──> accept ──> chunk … chunk ──> done
 *                 <── have …
 */

import type { FileControl } from './control.ts'
import { stepReceiver } from './receiver.ts'
import { stepSender } from './sender.ts'
import type { FileEvent, FileState, FileStep } from './state.ts'

/** One event. Never throws on anything that the other end may say. */
export const stepFile = (state: FileState, event: FileEvent): FileStep =>
  state.role === 'sender' ? stepSender(state, event) : stepReceiver(state, event)

/** The answer to a control of a transfer that this end does not know; `null` where none is due. */
export const answerUnknown = (control: FileControl): FileControl | null => {
  switch (control.kind) {
    case 'accept':
    case 'resume':
    case 'have':
    case 'query':
      return { kind: 'cancel', id: control.id, reason: 'unknown' }
    default:
      return null
  }
}
