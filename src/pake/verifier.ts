/**
 * From what people type to what the protocol takes: password text to bytes, group name to id, password to verifier
 * and seed.
 */

import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { type Crypto, generateXWing, Secret, xWing } from '../crypto/index.ts'
import { Nverifier, type Suite } from './suite.ts'

/** Longest password taken, in bytes of UTF-8. */
export const maxPasswordBytes = 1024

export type PasswordProblem = 'join/empty-password' | 'join/long-password' | 'join/bad-password'

/** Unassigned, control, private-use and surrogate code points, and default-ignorable ones: RFC 8264 §4.3 without its exceptions. */
const disallowed =
  /[\p{Cc}\p{Cn}\p{Cs}\p{Co}]|(?!\u200C|\u200D|\uFE0F|[\u{E0020}-\u{E007F}])\p{Default_Ignorable_Code_Point}/u

/**
 * Password text as bytes, the same for all ways to type it: RFC 8265 §4.2.2 OpaqueString (spaces mapped to U+0020,
 * NFC). Joiners and emoji selectors are kept, since people choose emoji passwords.
 *
 * @param text - as typed
 * @returns up to 1,024 bytes of UTF-8, or why it is refused
 */
export const preparePassword = (
  text: string,
): { readonly prepared: Secret } | { readonly problem: PasswordProblem } => {
  const mapped = text.replace(/\p{Zs}/gu, ' ').normalize('NFC')
  if (mapped.length === 0) return { problem: 'join/empty-password' }
  const prepared = utf8(mapped)
  if (prepared.length > maxPasswordBytes) return { problem: 'join/long-password' }
  if (disallowed.test(mapped)) return { problem: 'join/bad-password' }
  return { prepared: new Secret(prepared) }
}

/**
 * NFKC, trimmed, inner spaces collapsed, lower case.
 *
 * @param crypto - primitives
 * @param name - a group name as typed
 * @returns 16 bytes
 */
export const groupIdOf = (crypto: Crypto, name: string): Bytes => {
  const normalised = name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase().normalize('NFKC')
  return crypto.hash(utf8('mlwe-pake group'), utf8(normalised)).slice(0, 16)
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

/**
 * `GenVerifierMaterial` and `GenVerifiers` (draft §7.1.1) with `salt = SHA3-256(label || groupId)`, U = groupId, S
 * empty. Slow on purpose.
 *
 * @param crypto - primitives
 * @param suite - stretching
 * @param password - prepared
 * @param groupId - 16 bytes
 * @returns verifier, seed and public key
 */
export const generateVerifier = async (
  crypto: Crypto,
  suite: Suite,
  password: Secret,
  groupId: Bytes,
): Promise<VerifierMaterial> => {
  const salt = crypto.hash(utf8('mlwe-pake salt'), groupId)
  const message = new Secret(concat(suite.dst, password.expose(), groupId))
  const stretched = await crypto.stretch(suite.stretching, message, salt, Nverifier + xWing.seed)
  const verifier = stretched.slice(0, Nverifier)
  const seed = stretched.slice(Nverifier, Nverifier + xWing.seed)
  message.wipe() // FS
  stretched.wipe() // FS
  return { verifier, seed, publicKey: await generateXWing(crypto, seed) }
}
