/** Suites: everything that a run has to agree on beforehand. One byte names a suite; there is no negotiation. */

import { type Bytes, fromHex, utf8 } from '../codec/index.ts'
import {
  argon2id,
  type KemParameters,
  mlKem768,
  mlKem1024,
  pbkdf2,
  type StretchProfile,
} from '../crypto/index.ts'

/** The parameters of a run. */
export interface Suite {
  readonly id: number
  readonly name: string
  readonly kem: KemParameters
  /** Bytes of an encoded module vector: `Nt` of ML-BUA-sKEM. */
  readonly vectorBytes: number
  readonly stretching: StretchProfile
  /** Domain separation tag of draft-vos-cfrg-pqpake: 32 bytes. */
  readonly dst: Bytes
}

/**
 * Quick rooms. Each configuration of draft-vos-cfrg-pqpake has its own random tag; ours are SHA3-256("mlwe-pake
 * suite N").
 */
export const standardSuite: Suite = {
  id: 1,
  name: 'standard',
  kem: mlKem768,
  vectorBytes: 1156,
  stretching: pbkdf2,
  dst: fromHex('a493d2d3e7443c9e0e34c0f2a40603f51a67071cc678d366ada75ab240262b3b'),
}

/** For groups whose members keep a stored profile: a stolen verifier costs its thief 64 MiB a guess. */
export const strongSuite: Suite = {
  id: 2,
  name: 'strong',
  kem: mlKem1024,
  vectorBytes: 1530,
  stretching: argon2id,
  dst: fromHex('b45bb21322ef312edd92d18c86a8a248d843ebe39bb481a9688ab40cfa446e33'),
}

/**
 * @param id - byte of a suite
 * @returns the registered suite, or `null` for an unknown byte
 */
export const suiteOf = (id: number): Suite | null =>
  [standardSuite, strongSuite].find((suite) => suite.id === id) ?? null

/** Parameters of draft-vos-cfrg-pqpake §7, in bytes. */
export const Nsec = 32
export const Nkey = 32
export const Nkc = 64
export const Nverifier = 32
export const Nrho = 32

/**
 * @param suite - parameters
 * @param name - use of a derived value
 * @returns `DST || name`: the draft's domain separation
 */
export const label = (suite: Suite, name: string): Bytes => {
  const tag = utf8(name)
  const joined = new Uint8Array(suite.dst.length + tag.length)
  joined.set(suite.dst)
  joined.set(tag, suite.dst.length)
  return joined
}
