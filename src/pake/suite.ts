/**
 * The suite: everything that a run has to agree on beforehand. There is one, and no negotiation; other versions of the
 * protocol have other labels, so that they never meet.
 */

import { type Bytes, concat, fromHex, utf8 } from '../codec/index.ts'
import { argon2id, mlKem1024, pbkdf2 } from '../crypto/index.ts'

/** The one suite of this version. */
export const suite = {
  /** Byte of every transcript. */
  version: 2,
  /** As the draft recommends: its reduction for OQUAKE is not tight. */
  kem: mlKem1024,
  /** Bytes of an encoded module vector: `Nt` of ML-BUA-sKEM. */
  vectorBytes: 1530,
  /** One after the other: a guesser pays for both. */
  stretching: [pbkdf2, argon2id],
  /** Domain separation tag of draft-vos-cfrg-pqpake, 32 bytes: SHA3-256("mlwe-pake v2 suite"). */
  dst: fromHex('835a8fc974b6f6abeed9e8e9f8e62799698ad4f9eed107b140f70f98f9c6d745'),
} as const

/** Parameters of draft-vos-cfrg-pqpake §7, in bytes. */
export const Nsec = 32
export const Nkey = 32
export const Nkc = 64
export const Nverifier = 32
export const Nrho = 32

/**
 * @param name - use of a derived value
 * @returns `DST || name`: the draft's domain separation
 */
export const label = (name: string): Bytes => concat(suite.dst, utf8(name))
