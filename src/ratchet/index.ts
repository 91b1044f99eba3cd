export { confirmAuth, type ReceivingAuth, receivingAuths, sendingAuth } from './auth.ts'
export { maxPlaintext, type Padding } from './padding.ts'
export { type OpenOutcome, open, type RejectionCode } from './receiving.ts'
export { type Sealed, type SealOptions, seal, type TurnPolicy } from './sending.ts'
export {
  canSeal,
  createSession,
  expire,
  expiresAt,
  type Role,
  retired,
  type Session,
  type SessionView,
  secretsOf,
  sessionView,
} from './session.ts'
export { decodeSession, encodeSession } from './session-codec.ts'
