export { type GroupControl, groupControl } from './control.ts'
export { splitMs } from './gossip.ts'
export { type GroupEvent, groupStep } from './group.ts'
export { type MessageReject, openMessage, sealMessage, tagBytes, tagFor } from './message.ts'
export { isGone, type MemberId, maxEntries, maxNameBytes, memberId } from './roster.ts'
export {
  createGroup,
  currentEpoch,
  evictedOf,
  type GroupNotice,
  type GroupReject,
  type GroupState,
  membersOf,
} from './state.ts'
export { decodeGroup, encodeGroup } from './state-codec.ts'
