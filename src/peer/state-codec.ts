/**
 * A member as a stored profile keeps it. What need not survive a restart is left out: who is present, who was heard,
 * runs and timers. A profile of version 1 has another format byte and is refused.
 */
import {
  type Bytes,
  bytes,
  type Codec,
  DecodeError,
  decode,
  encode,
  fixed,
  list,
  struct,
} from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { decodeGroup, encodeGroup } from '../group/index.ts'
import { type MemberId, memberId, type Self, selfCodec } from '../identity/index.ts'
import { type AdmissionState, admissionCodec } from './admission/state.ts'
import { asleepCodec } from './asleep-codec.ts'
import type { AsleepState } from './asleep-state.ts'
import { deliveryCodec } from './delivery/codec.ts'
import type { DeliveryState } from './delivery/state.ts'
import { noFarewells } from './farewell.ts'
import { pairsCodec } from './pairs-codec.ts'
import type { PairsState } from './pairs-state.ts'
import { type PasswordState, passwordCodec } from './password-state.ts'
import { nobodyInReach } from './reach.ts'
import { nobodyReturns } from './returning-state.ts'
import { outsideRoom } from './room.ts'
import type { PeerState } from './state.ts'

const format = 2
const maxGroupBytes = 16 * 1024 * 1024
const maxVerified = 4_096

interface StoredPeer {
  readonly groupId: Bytes
  readonly self: Self
  readonly admission: AdmissionState
  readonly password: PasswordState
  readonly group: Bytes
  readonly pairs: PairsState
  readonly verified: readonly MemberId[]
  readonly delivery: DeliveryState
  readonly asleep: AsleepState
}

export const storedPeer: Codec<StoredPeer> = struct<StoredPeer>({
  groupId: fixed(16),
  self: selfCodec,
  admission: admissionCodec,
  password: passwordCodec,
  group: bytes(maxGroupBytes),
  pairs: pairsCodec,
  verified: list(memberId, maxVerified),
  delivery: deliveryCodec,
  asleep: asleepCodec,
})

const usualBytes = 64 * 1024

/** @returns the state of a member that takes part, as bytes: secrets among them */
export const encodePeer = (state: PeerState): Bytes => {
  const { groupId, self, admission, password, group, pairs, verified, delivery, asleep } = state
  const stored: StoredPeer = {
    groupId,
    self,
    admission,
    password,
    group: encodeGroup(group),
    pairs,
    verified: [...verified].slice(-maxVerified),
    delivery,
    asleep,
  }
  return encode(
    {
      write: (out, value: StoredPeer) => {
        out.uint(format, 1)
        storedPeer.write(out, value)
      },
    },
    stored,
    usualBytes,
  )
}

/** Whether these bytes are of a version that this one does not read. */
export const isOtherFormat = (stored: Uint8Array): boolean => stored[0] !== format

/**
 * @param stored as `encodePeer` made it
 * @returns the member as it wakes: outside of the room, within nobody's reach
 * @throws DecodeError on another format, or damage
 */
export const decodePeer = (crypto: Crypto, stored: Uint8Array): PeerState => {
  if (isOtherFormat(stored)) throw new DecodeError('unknown format', 'peer', 0)
  const { group, verified, ...slices } = decode(storedPeer, stored.subarray(1))
  return {
    ...slices,
    phase: { kind: 'joined' },
    room: outsideRoom,
    group: decodeGroup(crypto, group),
    farewells: noFarewells,
    returning: nobodyReturns,
    reach: nobodyInReach,
    verified: new Set(verified),
  }
}
