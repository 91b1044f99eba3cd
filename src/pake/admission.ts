/**
 * What follows a run that admits: the keys under which both sides show their entries and meet.
 *
 *   newcomer                                doorkeeper
 *   flow 5, A1 = its entry          ->
 *                                   <-      A2 = its entry, and the first flow of the handshake, which takes `psk`
 *
 * Each key seals one plaintext, so its nonce is zero; the entry is padded to one size by the caller.
 */

import { type Bytes, utf8 } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import type { RunResult } from './run-state.ts'
import { label, Nkey } from './suite.ts'

/** Three keys with labels of their own, 32 bytes each: none says anything about another. */
export interface AdmissionKeys {
  /** Seals the newcomer's entry. */
  readonly a1: Secret
  /** Seals the doorkeeper's entry. */
  readonly a2: Secret
  /** Enters the handshake between the two. */
  readonly psk: Secret
}

const nonce = new Uint8Array(12)
const aad = utf8('mlwe-pake v2 admission')

/**
 * @param crypto - primitives
 * @param result - end of a run
 * @returns the keys; the run's key can be wiped afterwards
 */
export const admissionKeys = async (
  crypto: Crypto,
  { key }: Pick<RunResult, 'key'>,
): Promise<AdmissionKeys> => ({
  a1: await crypto.expand(key, label('A1'), Nkey),
  a2: await crypto.expand(key, label('A2'), Nkey),
  psk: await crypto.expand(key, label('psk'), Nkey),
})

/**
 * @param crypto - primitives
 * @param key - `a1` or `a2`, for this entry only
 * @param padded - an entry, padded
 * @returns 16 bytes more; the same bytes each time, so that a flow sent again is the same flow
 */
export const sealAdmission = (crypto: Crypto, key: Secret, padded: Bytes): Promise<Bytes> =>
  crypto.seal(key, nonce, aad, padded)

/**
 * @param crypto - primitives
 * @param key - `a1` or `a2`
 * @param sealed - untrusted
 * @returns the padded entry, or `null` where the seal is broken: treat it like a wrong password
 */
export const openAdmission = (crypto: Crypto, key: Secret, sealed: Bytes): Promise<Bytes | null> =>
  crypto.tryOpen(key, nonce, aad, sealed)
