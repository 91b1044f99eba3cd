export { type GroupControl, groupControl } from './control.ts'
export { type GroupEvent, groupStep } from './group.ts'
export { type MessageReject, openMessage, sealMessage, tagBytes, tagFor } from './message.ts'
export { type MemberId, maxNameBytes, memberId } from './roster.ts'
export {
  createGroup,
  currentEpoch,
  type GroupNotice,
  type GroupReject,
  type GroupState,
  membersOf,
} from './state.ts'
export { decodeGroup, encodeGroup } from './state-codec.ts'
