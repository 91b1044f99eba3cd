/**
 * What an initiator keeps between flow 1 and flow 2. A run with somebody who sleeps is stored, for up to 30 days.
 */
import { type Bytes, type Codec, fixed, optional, struct } from '../codec/index.ts'
import { type Secret, secretBytes } from '../crypto/index.ts'
import { entryHash, groupIdBytes } from './entry.ts'
import { flow1Bytes } from './flows.ts'
import { dhKeyBytes, type KeyPairs, keyPairs, privateKeysOf } from './public-keys.ts'
import { type Sides, secretLength } from './schedule.ts'
import type { IdentityKeys } from './self.ts'

export interface InitiatorState {
  readonly sides: Sides
  /** The responder's X25519 identity key, 32 bytes. */
  readonly peerDh: Bytes
  /** As sent, and sent again. */
  readonly flow1: Bytes
  /** E_i, ek_i. */
  readonly ephemeral: KeyPairs
  readonly k1: Secret
  readonly psk: Secret | null
  /** One's own keys, not a copy: they outlive the run. */
  readonly identity: IdentityKeys
}

/** To be wiped when the run ends, whatever its end. */
export const secretsOfInitiator = ({ ephemeral, k1, psk }: InitiatorState): readonly Secret[] => [
  ...privateKeysOf(ephemeral),
  k1,
  ...(psk === null ? [] : [psk]),
]

const stored = struct<Omit<InitiatorState, 'identity'>>({
  sides: struct<Sides>({ groupId: fixed(groupIdBytes), initiator: entryHash, responder: entryHash }),
  peerDh: fixed(dhKeyBytes),
  flow1: fixed(flow1Bytes),
  ephemeral: keyPairs,
  k1: secretBytes(secretLength),
  psk: optional(secretBytes(secretLength)),
})

/** For states that are sealed before they are stored. The identity's keys are stored once, with `Self`. */
export const initiatorStateCodec = (identity: IdentityKeys): Codec<InitiatorState> => ({
  write: stored.write,
  read: (input) => ({ ...stored.read(input), identity }),
})
