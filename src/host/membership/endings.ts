import type { PeerState } from '../../peer/index.ts'
import type { ErrorCode, Phase } from '../page/view.ts'

/** By the number of the suite that the group has. */
export const otherSuites: Partial<Record<number, ErrorCode>> = {
  1: 'join/other-suite-1',
  2: 'join/other-suite-2',
}

export const endings: Partial<Record<PeerState['ended'], { phase: Phase; code: ErrorCode | null }>> = {
  'other-suite': { phase: 'failed', code: 'join/unknown-suite' },
  refused: { phase: 'refused', code: 'pake/failed' },
  throttled: { phase: 'refused', code: 'pake/throttled' },
  left: { phase: 'left', code: null },
  removed: { phase: 'failed', code: 'group/removed' },
}

export const relayErrors: Partial<Record<string, ErrorCode>> = {
  'room-full': 'relay/full',
  'message-rate': 'relay/limited',
  'byte-rate': 'relay/limited',
  'too-many-sockets': 'relay/limited',
}

export const shownRejects: readonly ErrorCode[] = ['message/empty', 'message/long', 'message/backlog']
