export { step } from './peer.ts'
export { createPeer, type PeerEffect, type PeerEvent, type PeerState } from './state.ts'
export { type PeerView, peerView } from './view.ts'
