/** Frames, limits and buckets that the relay and its client share. */

export { createNetworkBuckets } from './bucket.ts'
export {
  type Address,
  addressInput,
  type ClientFrame,
  clientFrame,
  type ErrorCode,
  FRAME_BYTES,
  FRAME_VERSION,
  frameFrom,
  headOf,
  LETTERS,
  type Letter,
  PAYLOAD_BYTES,
  type RelayFrame,
  ROOM_MEMBERS,
  ROOM_OWNERS,
  type Room,
  relayFrame,
  type SocketLimits,
  type Stock,
  type StoreFrame,
  type StoreResponse,
} from './frames.ts'
export {
  type Allowance,
  closeCodes,
  defaultLimits,
  frameCost,
  fullAllowance,
  payFor,
  type RelayLimits,
} from './limits.ts'
