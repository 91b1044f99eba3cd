/**
 * Groups that people type by name: name to id, id to the relay's room. Everybody who knows or guesses the name finds
 * the room; nothing here depends on the password.
 */

import { type Bytes, utf8 } from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { collapseWhiteSpace, hasDisallowed, lowerCase } from './code-points.ts'

/** Longest group name, in bytes of UTF-8, normalized. */
export const maxGroupNameBytes = 256

export type GroupNameProblem = 'join/empty-group' | 'join/long-group' | 'join/bad-group'

const normalize = (name: string): string =>
  lowerCase(collapseWhiteSpace(name.normalize('NFKC'))).normalize('NFKC')

/**
 * In this order: NFKC, runs of white space to one U+0020, none at the ends, lower case, NFKC; then the checks, on the
 * result: empty, too long, a disallowed code point.
 *
 * @param crypto - primitives
 * @param name - as typed
 * @returns the id, 16 bytes, or why the name is refused
 */
export const groupIdOf = (
  crypto: Pick<Crypto, 'hash'>,
  name: string,
): { readonly groupId: Bytes } | { readonly problem: GroupNameProblem } => {
  const normalized = normalize(name)
  const bytes = utf8(normalized)
  if (bytes.length === 0) return { problem: 'join/empty-group' }
  if (bytes.length > maxGroupNameBytes) return { problem: 'join/long-group' }
  if (hasDisallowed(normalized)) return { problem: 'join/bad-group' }
  return { groupId: crypto.hash(utf8('mlwe-pake v2 group'), bytes).slice(0, 16) }
}

/**
 * @param crypto - primitives
 * @param groupId - 16 bytes
 * @returns the room that the relay keeps for the group, 32 bytes
 */
export const roomOf = (crypto: Pick<Crypto, 'hash'>, groupId: Bytes): Bytes =>
  crypto.hash(utf8('mlwe-pake v2 room'), groupId)
