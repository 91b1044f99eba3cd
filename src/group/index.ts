export { nextAuthor } from './authoring.ts'
export { type GroupControl, groupControl } from './control.ts'
export { type EpochId, epochId, type HeldEpoch } from './epoch.ts'
export type { GroupEvent } from './event.ts'
export { groupStep } from './group.ts'
export {
  type MessageReject,
  openMessage,
  sealMessage,
  tagBytes,
  tagFor,
} from './message.ts'

export type { Roster } from './roster.ts'
export type { RosterEntry } from './roster-entry.ts'
export type {
  GroupEffect,
  GroupNotice,
  GroupReject,
  GroupState,
  Surroundings,
} from './state.ts'
export { decodeGroup, encodeGroup } from './state-codec.ts'
export {
  createGroup,
  currentEpoch,
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
