/**
 * Making pre-keys. All of one follows from three draws, so that its owner stores 240 bytes and computes the rest again
 * when somebody answers.
 */

import { type Bytes, utf8 } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { initiateOquake, type OquakeInitiation, type OquakeInput } from '../pake/index.ts'
import { leafOf } from './merkle.ts'
import { encodePublicHalf, type PublicHalf, type StoredPreKey, version } from './pre-key.ts'

/** Whose pre-keys they are, and under which password. */
export interface Owner {
  /** 16 bytes. */
  readonly groupId: Bytes
  /** The first 16 bytes of its relay address. */
  readonly address: Bytes
  /** 32 bytes. */
  readonly verifier: Secret
}

const nobody = new Uint8Array(0)
/** `d || z`, multiplier and `r`: what `initiateOquake` draws. */
const oquakeDraws = 64 + 72 + 96

/**
 * All that is published beside OQUAKE's message is bound to the password through `sid`.
 *
 * @param crypto - primitives
 * @param owner - group, address and verifier
 * @param half - id and clear keys
 * @returns OQUAKE's input for this pre-key, the same on both sides
 */
export const oquakeInputOf = (
  crypto: Crypto,
  { groupId, address, verifier }: Owner,
  { id, dh, kem }: Omit<PublicHalf, 'initiation'>,
): OquakeInput => ({
  prs: verifier,
  context: null,
  sid: crypto.hash(
    utf8('mlwe-pake v2 pre-key binding'),
    Uint8Array.of(version),
    groupId,
    address,
    id,
    dh,
    kem,
  ),
  client: address,
  server: nobody,
})

/** The primitives with their randomness read from `tape`, so that a first message can be made a second time. */
const replaying = (crypto: Crypto, tape: Secret): Crypto => {
  let at = 0
  const random = (count: number): Bytes => {
    if (at + count > tape.length) throw new RangeError('more randomness than a pre-key has')
    const drawn = tape.expose().slice(at, at + count)
    at += count
    return drawn
  }
  return { ...crypto, random }
}

type Seeds = Omit<StoredPreKey, 'leaf' | 'root'>

/**
 * @param crypto - primitives; nothing is drawn
 * @param owner - under which it was made
 * @param seeds - the owner's record
 * @returns OQUAKE's first message with what finishes it, and the public half: always the same
 */
export const rebuild = async (
  crypto: Crypto,
  owner: Owner,
  { id, seed, dh, kemSeed }: Seeds,
): Promise<{ readonly initiation: OquakeInitiation; readonly half: PublicHalf }> => {
  const kem = await crypto.kemGenerate(undefined, kemSeed)
  kem.privateKey.wipe()
  const info = utf8('mlwe-pake v2 pre-key OQUAKE')
  const tape = await crypto.derive(new Uint8Array(32), seed, info, oquakeDraws)
  const keys = { id, dh: dh.publicKey, kem: kem.publicKey }
  const initiation = await initiateOquake(replaying(crypto, tape), oquakeInputOf(crypto, owner, keys))
  tape.wipe() // FS
  return { initiation, half: { ...keys, initiation: initiation.message } }
}

/**
 * @param initiation - no longer needed
 */
export const wipeInitiation = ({ prs, privateKey, publicKey }: OquakeInitiation): void => {
  for (const secret of [prs, privateKey, publicKey]) secret.wipe() // FS
}

/**
 * Draws id 16, seed 32, X25519 32, `d || z` 64.
 *
 * @param crypto - primitives
 * @param owner - group, address and verifier
 * @returns one more pre-key, without its root
 */
export const makePreKey = async (
  crypto: Crypto,
  owner: Owner,
): Promise<{ readonly stored: Omit<StoredPreKey, 'root'>; readonly half: PublicHalf }> => {
  const seeds: Seeds = {
    id: crypto.random(16),
    seed: new Secret(crypto.random(32)),
    dh: await crypto.dhGenerate(),
    kemSeed: new Secret(crypto.random(64)),
  }
  const { initiation, half } = await rebuild(crypto, owner, seeds)
  wipeInitiation(initiation)
  return { stored: { ...seeds, leaf: leafOf(crypto, encodePublicHalf(half)) }, half }
}

/**
 * @param crypto - primitives
 * @param stored - the owner's record, which keeps its own copies
 * @returns both pairs of clear keys, for a session to keep and to end
 */
export const clearKeysOf = async (crypto: Crypto, { dh, kemSeed }: StoredPreKey) => ({
  dh: { publicKey: dh.publicKey, privateKey: dh.privateKey.slice(0, 32) },
  kem: await crypto.kemGenerate(undefined, kemSeed),
})
