import type { Bytes } from '../codec/index.ts'
import { type Crypto, CryptoError, type KeyPair, Secret } from '../crypto/index.ts'
import { finishOquake, respondOquake } from '../pake/index.ts'
import { type Owner, oquakeInputOf, rebuild, rootOf } from './owner.ts'
import { decodeAnswer, decodePreKey, encodeAnswer, type StoredPreKey, transcriptOf } from './pre-key.ts'

/**
 *   member (asleep)                 relay                   newcomer
 *   published pre-keys       ->     one each        ->      answerPreKey
 *   acceptAnswer             <-     mailbox         <-      answer, first sealed message
 */

/** What a pair session starts from: the same `key` and `transcript` on both sides. */
export interface PreKeyed {
  /** 32 bytes. */
  readonly key: Secret
  /** 32 bytes. */
  readonly transcript: Bytes
  /** Own first ratchet keys. */
  readonly keys: { readonly dh: KeyPair; readonly kem: KeyPair }
  /** The other's. Not looked at yet: any bytes of the right size. */
  readonly peerKeys: { readonly dh: Bytes; readonly kem: Bytes }
}

const agree = async (crypto: Crypto, privateKey: Secret, publicKey: Bytes): Promise<Secret | null> => {
  try {
    return await crypto.dhAgree(privateKey, publicKey)
  } catch (error) {
    if (error instanceof CryptoError) return null
    throw error
  }
}

/**
 * Answers a pre-key of `owner.member` as `newcomer` (16 bytes). Any bytes of the right form are answered: whether the
 * password is the same shows at the member. `null`: not a pre-key of this suite, nothing was given away.
 */
export const answerPreKey = async (
  crypto: Crypto,
  owner: Owner,
  newcomer: Bytes,
  published: Bytes,
): Promise<(PreKeyed & { readonly answer: Bytes }) | null> => {
  const half = decodePreKey(owner.suite, published)
  if (half === null) return null
  const once = await crypto.dhGenerate()
  const shared = await agree(crypto, once.privateKey, half.dh)
  if (shared === null) return null
  const keys = { dh: await crypto.dhGenerate(), kem: await crypto.kemGenerate() }
  const input = oquakeInputOf(crypto, owner, half)
  const { key: oquakeKey, message } = await respondOquake(crypto, owner.suite, input, half.initiation)
  const answer = encodeAnswer(owner.suite, {
    id: half.id,
    response: message,
    ephemeral: once.publicKey,
    dh: keys.dh.publicKey,
    kem: keys.kem.publicKey,
  })
  const transcript = transcriptOf(crypto, { ...owner, newcomer }, [published, answer])
  const key = await rootOf(crypto, { transcript, oquakeKey, shared })
  once.privateKey.wipe() // FS
  return { key, transcript, keys, peerKeys: { dh: half.dh, kem: half.kem }, answer }
}

/** The id of the pre-key that an answer is for, or `null` where it is no answer of this suite. */
export const preKeyIdOf = (owner: Owner, answer: Bytes): Bytes | null =>
  decodeAnswer(owner.suite, answer)?.id ?? null

/**
 * Takes an answer to `stored`, which the caller has taken out of its stock for good. `prekey/failed` is one guess
 * of a password: the same for a wrong one and for tampering.
 */
export const acceptAnswer = async (
  crypto: Crypto,
  owner: Owner,
  stored: StoredPreKey,
  { newcomer, answer }: { readonly newcomer: Bytes; readonly answer: Bytes },
): Promise<
  ({ readonly kind: 'accepted' } & PreKeyed) | { readonly kind: 'failed'; readonly code: 'prekey/failed' }
> => {
  const given = decodeAnswer(owner.suite, answer)
  if (given === null) return { kind: 'failed', code: 'prekey/failed' }
  const { initiation, kemPrivateKey, kemPublicKey, published } = await rebuild(crypto, owner, stored)
  const { key: oquakeKey, confirmed } = await finishOquake(crypto, owner.suite, initiation, given.response)
  const random = new Secret(crypto.random(32))
  const shared = await agree(crypto, stored.dh.privateKey, given.ephemeral)
  const transcript = transcriptOf(crypto, { ...owner, newcomer }, [published, answer])
  const key = await rootOf(crypto, { transcript, oquakeKey, shared: shared ?? random })
  for (const used of [initiation.prs, initiation.privateKey, initiation.publicKey, random]) used.wipe() // FS
  if (!confirmed || shared === null) {
    for (const used of [key, kemPrivateKey]) used.wipe() // FS
    return { kind: 'failed', code: 'prekey/failed' }
  }
  const keys = { dh: stored.dh, kem: { publicKey: kemPublicKey, privateKey: kemPrivateKey } }
  return { kind: 'accepted', key, transcript, keys, peerKeys: { dh: given.dh, kem: given.kem } }
}
