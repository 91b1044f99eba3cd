/** What the page shows for each end of a membership and each relay error. */
import type { PeerReject } from '../../peer/index.ts'
import type { ErrorCode as RelayErrorCode } from '../../relay-protocol/index.ts'
import type { ErrorCode } from '../page/view.ts'

export const relayErrors: Partial<Record<RelayErrorCode, ErrorCode>> = {
  'room-full': 'relay/full',
  'message-rate': 'relay/limited',
  'byte-rate': 'relay/limited',
  'too-many-sockets': 'relay/limited',
}

/** Refusals that are about what the user did. */
export const shownRejects: Partial<Record<PeerReject, ErrorCode>> = {
  'message/empty': 'message/empty',
  'message/long': 'message/long',
  'message/backlog': 'message/backlog',
  'message/not-joined': 'message/not-joined',
}
