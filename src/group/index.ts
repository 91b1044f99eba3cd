export { type GroupControl, groupControl } from './control.ts'
export type { HeldEpoch } from './epoch.ts'
export { type GroupEvent, groupStep, type Surroundings } from './group.ts'
export { type MessageReject, messageOverhead, openMessage, sealMessage, tagBytes, tagFor } from './message.ts'
export { type Add, type MemberId, maxNameBytes, memberId } from './roster.ts'
export {
  createGroup,
  currentEpoch,
  type GroupEffect,
  type GroupNotice,
  type GroupReject,
  type GroupState,
  membersOf,
} from './state.ts'
