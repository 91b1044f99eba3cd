/**
 * Public keys in the frames and states of a session, and what is remembered of those that it has seen.
 */

import { type Bytes, type Codec, fixed, struct } from '../codec/index.ts'
import type { PublicKeys } from '../identity/index.ts'

/** Sizes only; `arePlausible` looks at the values. */
export const publicKeyFields: Codec<PublicKeys> = struct<PublicKeys>({ dh: fixed(32), kem: fixed(1184) })

/**
 * @returns what is remembered of keys seen before, 32 bytes each: the X25519 key, and the seed of the matrix at the end
 *   of an ML-KEM key (FIPS 203 §5.1), which no honest side draws twice
 */
export const fingerprints = ({ dh, kem }: PublicKeys): readonly Bytes[] => [dh, kem.slice(-32)]
