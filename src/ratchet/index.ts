export { maxPlaintext, type Padding } from './padding.ts'
export { type OpenOutcome, open } from './receiving.ts'
export { type Sealed, type SealOptions, seal, type TurnPolicy } from './sending.ts'
export {
  canSeal,
  confirmAuth,
  createSession,
  expire,
  expiresAt,
  type Role,
  receivingAuths,
  retired,
  type Session,
  type SessionView,
  secretsOf,
  sendingAuth,
  sessionView,
} from './session.ts'
export { decodeSession, encodeSession } from './session-codec.ts'
