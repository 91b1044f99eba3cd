export {
  allowedAt,
  charge,
  confirm,
  freeLevel,
  isAllowed,
  type Level,
  levelAt,
  levelNow,
} from './admission/level.ts'
export type { Invitation } from './admission/state.ts'
export type { OutgoingView } from './delivery/view.ts'
export type { EffectPorts } from './execute.ts'
export type { FrameFacts } from './frame-facts.ts'
export { factsOf } from './frame-facts.ts'
export { chunkIn, encodeFrame } from './frames.ts'
export { type InsideView, inspectPeer } from './inspect.ts'
export { entryOf, membersAt, otherMembers } from './members.ts'
export { secretsOfPeer } from './membership.ts'
export { hasSession } from './pairs.ts'
export { relayTokens } from './password.ts'
export { step, wakeAt } from './peer.ts'
export { pathTo } from './room.ts'
export { createRunner, type Runner, type RunnerPorts, type Taken, type UntimedEvent } from './runner.ts'
export {
  createPeer,
  type NewPassword,
  type PeerEffect,
  type PeerNotice,
  type PeerReject,
  type PeerState,
  type PeerStep,
  type Ports,
} from './state.ts'
export { decodePeer, encodePeer, isOtherFormat } from './state-codec.ts'
export { type MemberView, type PeerView, peerView } from './view.ts'
