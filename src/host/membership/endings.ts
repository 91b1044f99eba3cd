/** What the page shows for each end of a membership and each relay error. */

import type { PeerState } from '../../peer/index.ts'
import type { ErrorCode as RelayErrorCode } from '../../relay-protocol/index.ts'
import type { ErrorCode, Phase } from '../page/view.ts'

/** By the suite of the group, if this tab joined with another one. */
export const otherSuites: Partial<Record<number, ErrorCode>> = {
  1: 'join/other-suite-1',
  2: 'join/other-suite-2',
}

type Ending = { readonly phase: Phase; readonly code: ErrorCode | null }

/** `null`: the membership goes on. */
export const endings: Readonly<Record<PeerState['ended'], Ending | null>> = {
  no: null,
  'other-suite': { phase: 'failed', code: 'join/unknown-suite' },
  refused: { phase: 'refused', code: 'pake/failed' },
  throttled: { phase: 'refused', code: 'pake/throttled' },
  left: { phase: 'left', code: null },
  removed: { phase: 'failed', code: 'group/removed' },
}

export const relayErrors: Partial<Record<RelayErrorCode, ErrorCode>> = {
  'room-full': 'relay/full',
  'message-rate': 'relay/limited',
  'byte-rate': 'relay/limited',
  'too-many-sockets': 'relay/limited',
}

export const shownRejects: readonly ErrorCode[] = ['message/empty', 'message/long', 'message/backlog']
