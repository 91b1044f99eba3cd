export { frameFacts } from './frame-facts.ts'
export {
  countGuess,
  failureWindowMs,
  freeFailures,
  type GuessBudget,
  maxDelayMs,
  noGuesses,
  recentFailures,
} from './guesses.ts'
export { type InsideView, inspectPeer } from './inspect.ts'
export { labelFrame } from './label.ts'
export { step } from './peer.ts'
export { createPeer, type PeerEffect, type PeerEvent, type PeerState, type Ports } from './state.ts'
export { decodePeer, encodePeer } from './state-codec.ts'
export { type Link, type PeerView, peerView } from './view.ts'
