import { type Bytes, concat, utf8 } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import { initiateOquake, type OquakeInitiation, type OquakeInput, type Suite } from '../pake/index.ts'
import { encodePreKey, type PublicHalf, type StoredPreKey } from './pre-key.ts'

/** Whose pre-key it is, and under which password. Ids of 16 bytes. */
export interface Owner {
  readonly suite: Suite
  readonly groupId: Bytes
  readonly member: Bytes
  /** 32 bytes. */
  readonly verifier: Secret
}

const nobody = new Uint8Array(0)
/** `d || z`, multiplier and `r`: what `initiateOquake` draws. */
const oquakeDraws = 64 + 72 + 96

/** OQUAKE's input for one pre-key: all that is published beside it is bound to the password through `sid`. */
export const oquakeInputOf = (
  crypto: Crypto,
  { suite, groupId, member, verifier }: Owner,
  { id, dh, kem }: Omit<PublicHalf, 'initiation'>,
): OquakeInput => ({
  prs: verifier,
  context: null,
  sid: crypto.hash(utf8('mlwe-pake pre-key'), Uint8Array.of(suite.id), groupId, member, id, dh, kem),
  client: member,
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

export interface Rebuilt {
  readonly initiation: OquakeInitiation
  /** ML-KEM-768 private key, as its seed: 64 bytes. */
  readonly kemPrivateKey: Secret
  readonly kemPublicKey: Bytes
  /** What the relay holds. */
  readonly published: Bytes
}

/** A pre-key out of its seeds: always the same. */
export const rebuild = async (crypto: Crypto, owner: Owner, stored: StoredPreKey): Promise<Rebuilt> => {
  const { id, seed, dh, kemSeed } = stored
  const kem = await crypto.kemGenerate(undefined, kemSeed)
  const info = utf8('mlwe-pake pre-key OQUAKE')
  const tape = await crypto.derive(new Uint8Array(32), seed, info, oquakeDraws)
  const half = { id, dh: dh.publicKey, kem: kem.publicKey }
  const initiation = await initiateOquake(
    replaying(crypto, tape),
    owner.suite,
    oquakeInputOf(crypto, owner, half),
  )
  tape.wipe() // FS
  const published = encodePreKey(owner.suite, { ...half, initiation: initiation.message })
  return { initiation, kemPrivateKey: kem.privateKey, kemPublicKey: kem.publicKey, published }
}

/** One more pre-key, 176 bytes to store. */
export const makePreKey = async (
  crypto: Crypto,
  owner: Owner,
): Promise<{ readonly stored: StoredPreKey; readonly published: Bytes }> => {
  const stored: StoredPreKey = {
    id: crypto.random(16),
    seed: new Secret(crypto.random(32)),
    dh: await crypto.dhGenerate(),
    kemSeed: new Secret(crypto.random(64)),
  }
  const { initiation, kemPrivateKey, published } = await rebuild(crypto, owner, stored)
  for (const secret of [initiation.prs, initiation.privateKey, initiation.publicKey, kemPrivateKey])
    secret.wipe() // FS
  return { stored, published }
}

/** Root key of the session, and what else it starts from. */
export const rootOf = async (
  crypto: Crypto,
  { transcript, oquakeKey, shared }: { transcript: Bytes; oquakeKey: Secret; shared: Secret },
): Promise<Secret> => {
  const both = new Secret(concat(oquakeKey.expose(), shared.expose()))
  const key = await crypto.derive(transcript, both, utf8('mlwe-pake pre-key root'), 32)
  for (const used of [both, oquakeKey, shared]) used.wipe() // FS
  return key
}
