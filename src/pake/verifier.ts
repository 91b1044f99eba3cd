/**
 * From what people type to what the protocol takes: password text to bytes, password to verifier and seed.
 *
 *   password ── PBKDF2 ──> 32 bytes ── Argon2id ──> 32 bytes ─┬─ Expand ──> verifier   members keep it
 *                                                            └─ Expand ──> seed       newcomers prove it, then wipe it
 */

import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { type Crypto, generateXWing, Secret, xWing } from '../crypto/index.ts'
import { hasDisallowed, mapSpaces } from './code-points.ts'
import { label, Nverifier, suite } from './suite.ts'

/** Longest password, in bytes of UTF-8, prepared. */
export const maxPasswordBytes = 1024

export type PasswordProblem = 'join/empty-password' | 'join/long-password' | 'join/bad-password'

/**
 * Password text as bytes, the same for all ways to type it, after OpaqueString of RFC 8265 §4.2.2. In this order: space
 * separators to U+0020, NFC; then the checks, on the result: empty, too long, a disallowed code point. Joiners and
 * emoji selectors are kept, since people choose emoji passwords.
 *
 * @param text - as typed
 * @returns up to 1,024 bytes of UTF-8, or why the password is refused
 */
export const preparePassword = (
  text: string,
): { readonly prepared: Secret } | { readonly problem: PasswordProblem } => {
  const mapped = mapSpaces(text).normalize('NFC')
  if (mapped.length === 0) return { problem: 'join/empty-password' }
  const prepared = utf8(mapped)
  if (prepared.length > maxPasswordBytes) return { problem: 'join/long-password' }
  if (hasDisallowed(mapped)) return { problem: 'join/bad-password' }
  return { prepared: new Secret(prepared) }
}

/** What follows from a password. */
export interface VerifierMaterial {
  /** 32 bytes: the password-related string of every run. A member keeps it. */
  readonly verifier: Secret
  /** 32 bytes: proves the password itself. A newcomer wipes it, and the password, once it is in. */
  readonly seed: Secret
  /** The seed's X-Wing public key, 1,216 bytes. A member keeps it beside the verifier. */
  readonly publicKey: Bytes
}

/** Steps of stretching: the one that begins, or that all are done. */
export type StretchStage = 'PBKDF2' | 'Argon2id' | 'done'

/**
 * Draft §7.1.1, `GenVerifierMaterial` and `GenVerifiers`, with U = groupId, S empty, and a salt that follows from the
 * group. Slow on purpose: PBKDF2 and Argon2id one after the other, and only then the parts, so that none of them is
 * cheaper to test than all.
 *
 * @param crypto - primitives
 * @param password - prepared
 * @param groupId - 16 bytes
 * @param onProgress - learns which stage begins, and the end
 * @returns verifier, seed and public key
 */
export const generateVerifier = async (
  crypto: Crypto,
  password: Secret,
  groupId: Bytes,
  onProgress: (stage: StretchStage) => void = () => {},
): Promise<VerifierMaterial> => {
  const salt = crypto.hash(utf8('mlwe-pake v2 salt'), groupId)
  const message = new Secret(concat(suite.dst, password.expose(), groupId))
  const [first, second] = suite.stretching
  onProgress('PBKDF2')
  const once = await crypto.stretch(first, message, salt, Nverifier)
  onProgress('Argon2id')
  const twice = await crypto.stretch(second, once, salt, Nverifier)
  const verifier = await crypto.expand(twice, label('verifier'), Nverifier)
  const seed = await crypto.expand(twice, label('seed'), xWing.seed)
  for (const used of [message, once, twice]) used.wipe() // FS
  const publicKey = await generateXWing(crypto, seed)
  onProgress('done')
  return { verifier, seed, publicKey }
}
