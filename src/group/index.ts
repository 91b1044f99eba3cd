export { type GroupControl, groupControl, maxControlBytes, type RosterHash } from './control.ts'
export { type EpochId, epochId, type HeldEpoch, maxMembers } from './epoch.ts'
export type { GroupEvent } from './event.ts'
export { groupStep } from './group.ts'
export {
  type MessageReject,
  type OpenedMessage,
  openMessage,
  sealMessage,
  tagBytes,
  tagFor,
} from './message.ts'
export type { RemovalReason } from './removal.ts'
export { maxAdmitted } from './roster.ts'
export type { RosterEntry } from './roster-entry.ts'
export type {
  GroupEffect,
  GroupNotice,
  GroupReject,
  GroupState,
  GroupStep,
  Standing,
  Surroundings,
} from './state.ts'
export { decodeGroup, encodeGroup } from './state-codec.ts'
export {
  createGroup,
  currentEpoch,
  entryOf,
  keptEntry,
  liveMembers,
  memberOf,
  removalOf,
  sendableEpoch,
  splitFrom,
  splitMs,
  standing,
  waitingEntries,
} from './views.ts'
export { wakeAt } from './waking.ts'
