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
export { flow1Bytes, flow2Bytes, runBytes, runOf } from './flows.ts'
export {
  type Answer,
  type Finish,
  finishHandshake,
  type HandshakeCode,
  initiateHandshake,
  type Parties,
  respondHandshake,
  type SessionStart,
} from './handshake.ts'
export { type InitiatorState, initiatorStateCodec, secretsOfInitiator } from './initiator-state.ts'
export { acceptsName, displayName, enforceName, maxNameBytes, type NameProblem } from './name.ts'
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
  type IdentityKeys,
  identityKeysCodec,
  renewEntry,
  type Self,
  type SelfDescription,
  secretsOfSelf,
  selfCodec,
} from './self.ts'
