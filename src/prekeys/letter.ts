/**
 * A letter of one member to another that sleeps: a handshake of one flow, in which an announced pre-key stands for the
 * ephemeral keys of the sleeper. The verifier has no part in it: to open a pre-key with it would show the maker of the
 * pre-key whether its guess is right.
 *
 *   writer I                                                         reader R, later
 *   run · E · ct_R (k1) · id · ct_P (k2), first frame      ──>       key, session; the first frame authenticates I
 *
 *   salt = SHA3-256(lv(prologue) || lv(leaf of the pre-key) || lv(flow))
 *   ikm  = DH(E, S_R) || DH(E, P) || DH(S_I, P) || k1 || k2          key = Expand(Extract(salt, ikm), "letter session")
 *
 * P and its ML-KEM twin are the pre-key's keys, which the first frame turns to. X25519 alone authenticates the writer,
 * until it names the letter in a session of the full handshake.
 */

import { type Bytes, bytes, concat, encode, fixed, fromHex, struct, utf8 } from '../codec/index.ts'
import { type Crypto, CryptoError, Secret } from '../crypto/index.ts'
import {
  type EntryHash,
  type Identified,
  privateKeysOf,
  type Self,
  type SessionStart,
} from '../identity/index.ts'
import { clearKeysOf } from './owner.ts'
import { decodeOrNull, openPublished, type StoredPreKey, version } from './pre-key.ts'

/** The one flow. */
interface LetterFlow {
  readonly run: Bytes
  /** E. */
  readonly dh: Bytes
  /** ct_R, under the reader's KEM identity. */
  readonly toIdentity: Bytes
  /** Names the pre-key. */
  readonly id: Bytes
  /** ct_P, under the pre-key. */
  readonly toPreKey: Bytes
}

const letterFlow = struct<LetterFlow>({
  run: fixed(16),
  dh: fixed(32),
  toIdentity: fixed(1088),
  id: fixed(16),
  toPreKey: fixed(1088),
})
/** 2,240 bytes. */
const letterBytes = 16 + 32 + 1088 + 16 + 1088

const lengthPrefixed = bytes(0xffff)
const lv = (part: Bytes): Bytes => encode(lengthPrefixed, part, part.length + 2)

interface Sides {
  readonly groupId: Bytes
  readonly writer: EntryHash
  readonly reader: EntryHash
}

const saltOf = (crypto: Crypto, { groupId, writer, reader }: Sides, leaf: Bytes, flow: Bytes): Bytes => {
  const label = utf8('mlwe-pake v2 letter')
  const prologue = concat(label, Uint8Array.of(version), groupId, fromHex(writer), fromHex(reader))
  return crypto.hash(lv(prologue), lv(leaf), lv(flow))
}

/** The secrets of the letter in the order of `ikm`; all are wiped. */
const keyOf = async (crypto: Crypto, salt: Bytes, secrets: readonly Secret[]): Promise<Secret> => {
  const ikm = new Secret(concat(...secrets.map((one) => one.expose())))
  const prk = await crypto.extract(salt, ikm)
  const key = await crypto.expand(prk, utf8('mlwe-pake v2 letter session'), 32)
  for (const used of [...secrets, ikm, prk]) used.wipe() // FS
  return key
}

const areTwo = (one: Identified, other: Identified): boolean => one.id !== other.id && one.hash !== other.hash

/** Between whom a letter goes. */
export interface LetterParties {
  /** 16 bytes. */
  readonly groupId: Bytes
  readonly self: Self
  readonly peer: Identified
}

/**
 * Begins a session with a sleeper. The caller has compared the pre-key's root with those that the sleeper announced.
 * Draws run 16, E 32, and the randomness of ct_R and ct_P, 32 each.
 *
 * @param crypto - primitives
 * @param given - the two members, and a published pre-key of the peer
 * @returns the flow, its run, and the session that it begins; `null` for what is not a pre-key
 * @throws RangeError where the peer is oneself
 */
export const writeLetter = async (
  crypto: Crypto,
  { groupId, self, peer, published }: LetterParties & { readonly published: Bytes },
): Promise<{ readonly start: SessionStart; readonly letterHead: Bytes; readonly run: Bytes } | null> => {
  if (!areTwo(self, peer)) throw new RangeError('a letter needs two members')
  const preKey = openPublished(crypto, published)
  if (preKey === null) return null
  const run = crypto.random(16)
  const ephemeral = await crypto.dhGenerate()
  const toIdentity = await crypto.kemEncapsulate(peer.entry.kem)
  const toPreKey = await crypto.kemEncapsulate(preKey.kem)
  const flow: LetterFlow = {
    run,
    dh: ephemeral.publicKey,
    toIdentity: toIdentity.ciphertext,
    id: preKey.id,
    toPreKey: toPreKey.ciphertext,
  }
  const letterHead = encode(letterFlow, flow, letterBytes)
  const sides = { groupId, writer: self.hash, reader: peer.hash }
  const transcript = saltOf(crypto, sides, preKey.leaf, letterHead)
  const key = await keyOf(crypto, transcript, [
    await crypto.dhAgree(ephemeral.privateKey, peer.entry.dh),
    await crypto.dhAgree(ephemeral.privateKey, preKey.dh),
    await crypto.dhAgree(self.keys.dh.privateKey, preKey.dh),
    toIdentity.secret,
    toPreKey.secret,
  ])
  ephemeral.privateKey.wipe() // FS
  const peerKeys = { dh: preKey.dh, kem: preKey.kem }
  return { start: { role: 'initiator', key, transcript, keys: null, peerKeys }, letterHead, run }
}

/**
 * @param letterHead - untrusted
 * @returns its run, 16 bytes, which is opened once; `null` for another form
 */
export const letterRunOf = (letterHead: Bytes): Bytes | null =>
  decodeOrNull(letterFlow, letterHead)?.run ?? null

/**
 * @param letterHead - untrusted
 * @returns the id of the pre-key that it uses, or `null` for another form
 */
export const letterPreKeyOf = (letterHead: Bytes): Bytes | null =>
  decodeOrNull(letterFlow, letterHead)?.id ?? null

/** A session that counts once its first frame opened, or nothing: the pre-key stays as it was. */
export type OpenedLetter =
  | { readonly kind: 'opened'; readonly start: SessionStart }
  | { readonly kind: 'rejected' }

const rejected: OpenedLetter = { kind: 'rejected' }

/** The reader's half of the five secrets; `null` where a key is of small order. */
const secretsOf = async (
  crypto: Crypto,
  { self, peer, preKey }: LetterParties & { readonly preKey: StoredPreKey },
  kem: Secret,
  flow: LetterFlow,
): Promise<readonly Secret[] | null> => {
  const made: Secret[] = []
  try {
    made.push(await crypto.dhAgree(self.keys.dh.privateKey, flow.dh))
    made.push(await crypto.dhAgree(preKey.dh.privateKey, flow.dh))
    made.push(await crypto.dhAgree(preKey.dh.privateKey, peer.entry.dh))
    made.push(await crypto.kemDecapsulate(self.keys.kem.privateKey, flow.toIdentity))
    made.push(await crypto.kemDecapsulate(kem, flow.toPreKey))
    return made
  } catch (error) {
    for (const secret of made) secret.wipe() // FS
    if (error instanceof CryptoError) return null
    throw error
  }
}

/**
 * The key is right only if the first frame opens; until then nothing is known of the writer.
 *
 * @param crypto - primitives
 * @param given - the two members, and the pre-key that the letter names
 * @param letterHead - untrusted
 * @returns the session; its keys are copies, so that a letter that fails leaves the pre-key whole
 */
export const openLetter = async (
  crypto: Crypto,
  given: LetterParties & { readonly preKey: StoredPreKey },
  letterHead: Bytes,
): Promise<OpenedLetter> => {
  const { groupId, self, peer, preKey } = given
  const flow = decodeOrNull(letterFlow, letterHead)
  if (flow === null || !areTwo(self, peer)) return rejected
  const keys = await clearKeysOf(crypto, preKey)
  const secrets = await secretsOf(crypto, given, keys.kem.privateKey, flow)
  if (secrets === null) {
    for (const secret of privateKeysOf(keys)) secret.wipe() // FS
    return rejected
  }
  const sides = { groupId, writer: peer.hash, reader: self.hash }
  const transcript = saltOf(crypto, sides, preKey.leaf, letterHead)
  const key = await keyOf(crypto, transcript, secrets)
  return { kind: 'opened', start: { role: 'responder', key, transcript, keys, peerKeys: null } }
}
