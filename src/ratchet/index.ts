export {
  decodePublicKeys,
  encodePublicKeys,
  generateRatchetKeys,
  type PublicKeys,
  type RatchetKeys,
} from './keys.ts'
export { maxPlaintext, type Padding } from './padding.ts'
export { type OpenOutcome, open } from './receiving.ts'
export { type SafetyNumber, safetyNumber } from './safety-number.ts'
export { type Sealed, seal } from './sending.ts'
export {
  createSession,
  expire,
  retired,
  type Session,
  type SessionView,
  secretsOf,
  sessionView,
} from './session.ts'
export { decodeSession, encodeSession } from './session-codec.ts'
