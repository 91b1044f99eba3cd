/** What the page is shown of a peer, where the two use other words. */

import type { PeerView } from '../../peer/index.ts'
import { refillAt, stockSize } from '../../prekeys/index.ts'
import type { AdmissionView, Phase, PreKeysView } from '../page/view.ts'

/** A wrong password outweighs the others: it is what the user can do something about. */
export const refusalOf = ({ refusals }: PeerView['admission']): AdmissionView['refusal'] => {
  const heard = new Set(refusals.map(({ refusal }) => refusal))
  if (heard.has('proof')) return 'pake/failed'
  if (heard.has('not-inviter')) return 'join/not-inviter'
  return heard.has('entry') ? 'join/not-admitted' : null
}

export const admissionOf = ({ admission }: PeerView): AdmissionView => ({
  answered: admission.answered,
  asked: admission.asked,
  refusals: admission.refusals.length,
  refusal: refusalOf(admission),
  retryAt: admission.retryAt,
  foundsAt: admission.foundsAt,
  stallsAt: admission.stallsAt,
  shutUntil: admission.shutUntil,
})

export const preKeysOf = (left: number | null): PreKeysView | null =>
  left === null ? null : { left, of: stockSize, refillAt }

export const phaseOf = ({ phase, admission }: PeerView): Phase => {
  switch (phase) {
    case 'joining':
      return admission.phase === 'asking' ? 'finding' : 'proving'
    case 'agreeing':
    case 'joined':
    case 'left':
    case 'refused':
      return phase
    case 'removed':
      return 'failed'
  }
}
