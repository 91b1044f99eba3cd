export { step } from './peer.ts'
export {
  createPeer,
  type Identity,
  type PeerEffect,
  type PeerEvent,
  type PeerNotice,
  type PeerReject,
  type PeerState,
  type PeerStep,
  type Ports,
} from './state.ts'
export { type Link, type PeerView, peerView } from './view.ts'
export { maxFrameBytes, maxTextBytes } from './wire.ts'
