export { nameKey } from './confusables.ts'
export {
  type Address,
  address,
  type EntryHash,
  entryHash,
  type Identified,
  identify,
  type MemberEntry,
  type MemberId,
  maxEntryBytes,
  maxLease,
  memberEntry,
  memberId,
  memberIdOf,
  minLease,
  padEntry,
  sealedEntryBytes,
  unpadEntry,
} from './entry.ts'
export { flow1Bytes, flow2Bytes, runOf } from './flows.ts'
export {
  finishHandshake,
  initiateHandshake,
  type Parties,
  respondHandshake,
  type SessionStart,
} from './handshake.ts'
export { type InitiatorState, initiatorStateCodec, secretsOfInitiator } from './initiator-state.ts'
export { acceptsName, displayName, enforceName, maxNameBytes } from './name.ts'
export { pairNumber, roomNumber, type SafetyNumber, wordListLength } from './numbers.ts'
export {
  arePlausible,
  generateKeyPairs,
  type KeyPairs,
  keyPairs,
  type PublicKeys,
  privateKeysOf,
  publicKeysOf,
} from './public-keys.ts'
export {
  createSelf,
  identityKeysCodec,
  renewEntry,
  type Self,
  secretsOfSelf,
  selfCodec,
} from './self.ts'
