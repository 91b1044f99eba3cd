export { frameFacts } from './frame-facts.ts'

export { inspectPeer } from './inspect.ts'
export { labelFrame } from './label.ts'

export {
  createClient,
  createServer,
  type OneToOneEffect,
  type OneToOneEvent,
  type OneToOneState,
  stepOneToOne,
} from './one-to-one.ts'
export { oneToOneView } from './one-to-one-view.ts'
export { step } from './peer.ts'
export { createPeer, type PeerEffect, type PeerEvent, type PeerState } from './state.ts'
export { decodePeer, encodePeer } from './state-codec.ts'
export { type PeerView, peerView } from './view.ts'
