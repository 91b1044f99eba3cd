/**
 * A newcomer's answer to a pre-key of somebody asleep, by password: OQUAKE under the verifier, then two keys.
 *
 *   owner (asleep)                    relay                      newcomer
 *   pre-keys                   ->     one            ->          answerPreKey
 *   acceptAnswer               <-     mailbox        <-          answer: id · OQUAKE · x · hash of its entry · its entry, sealed
 *                              <-     mailbox        <-          frames of the session that begins there
 *
 *   root     OQUAKE's key and DH(x, P)                           seals the entry, gives A2's key and the handshake's psk
 *   session  root and DH(S_N, P)                                 everything after the entry: proves the entry's X25519 key
 *
 * P is the pre-key's X25519 key, S_N the newcomer's identity.
 */

import {
  type Bytes,
  concat,
  DecodeError,
  encode,
  equal,
  fixed,
  fromHex,
  struct,
  utf8,
} from '../codec/index.ts'
import { type Crypto, CryptoError, type KeyPair, Secret } from '../crypto/index.ts'
import {
  type Identified,
  identify,
  type KeyPairs,
  type MemberEntry,
  padEntry,
  privateKeysOf,
  type Self,
  type SessionStart,
  sealedEntryBytes,
  unpadEntry,
} from '../identity/index.ts'
import { finishOquake, oquakeResponseBytes, respondOquake } from '../pake/index.ts'
import { clearKeysOf, type Owner, oquakeInputOf, rebuild, wipeInitiation } from './owner.ts'
import { decodeOrNull, openPublished, type StoredPreKey, version, versioned } from './pre-key.ts'

const tagBytes = 16

interface AnswerHead {
  readonly id: Bytes
  /** OQUAKE's second message, 1,632 bytes. */
  readonly response: Bytes
  /** X25519 for this answer alone. */
  readonly ephemeral: Bytes
  /** Of the newcomer's entry. */
  readonly entryHash: Bytes
}

const answerHead = versioned(
  struct<AnswerHead>({
    id: fixed(16),
    response: fixed(oquakeResponseBytes),
    ephemeral: fixed(32),
    entryHash: fixed(32),
  }),
)
const answerHeadBytes = 1 + 16 + oquakeResponseBytes + 32 + 32
/** 3,069 bytes. */
const answerBytes = answerHeadBytes + sealedEntryBytes + tagBytes

const nonce = new Uint8Array(12)
const entryLabel = utf8('mlwe-pake v2 pre-key entry')

/** What follows from an answer, the same on both sides. */
export interface Answered {
  /** 16 bytes: the pre-key's id. */
  readonly id: Bytes
  /** Seals the owner's entry when it is awake. 32 bytes. */
  readonly a2: Secret
  /** Enters the handshake that the owner begins when it is awake. 32 bytes. */
  readonly psk: Secret
  /** The newcomer begins this session as its initiator. Nothing in it counts before a frame opened. */
  readonly start: SessionStart
}

interface Roots {
  readonly transcript: Bytes
  readonly root: Secret
}

/** Everything that both sides saw, and between whom: 32 bytes. */
const transcriptOf = (
  crypto: Crypto,
  { groupId, address }: Owner,
  newcomer: Bytes,
  { leaf, head }: { readonly leaf: Bytes; readonly head: Bytes },
): Bytes =>
  crypto.hash(
    utf8('mlwe-pake v2 pre-key transcript'),
    Uint8Array.of(version),
    groupId,
    address,
    newcomer,
    leaf,
    head,
  )

const combine = async (
  crypto: Crypto,
  salt: Bytes,
  [first, second]: readonly [Secret, Secret],
  info: string,
): Promise<Secret> => {
  const both = new Secret(concat(first.expose(), second.expose()))
  const key = await crypto.derive(salt, both, utf8(info), 32)
  both.wipe() // FS
  return key
}

const keysOf = async (crypto: Crypto, { root, transcript }: Roots, identity: Secret) => ({
  entry: await crypto.expand(root, entryLabel, 32),
  a2: await crypto.expand(root, utf8('mlwe-pake v2 pre-key A2'), 32),
  psk: await crypto.expand(root, utf8('mlwe-pake v2 pre-key psk'), 32),
  session: await combine(crypto, transcript, [root, identity], 'mlwe-pake v2 pre-key session'),
})

const addressOf = ({ entry }: Identified): Bytes => fromHex(entry.address).slice(0, 16)

/**
 * Answers a pre-key of `owner`. Any bytes of the right form are answered: whether the password is the same shows at the
 * owner. What leaves lets its reader test one password, so the caller charges before. Draws x 32 and OQUAKE's m 32.
 *
 * @param crypto - primitives
 * @param owner - group, the sleeper's address, own verifier
 * @param self - the newcomer
 * @param published - untrusted
 * @returns the answer and what follows from it, or `null` for what is not a pre-key: nothing was given away
 */
export const answerPreKey = async (
  crypto: Crypto,
  owner: Owner,
  self: Self,
  published: Bytes,
): Promise<(Answered & { readonly answer: Bytes }) | null> => {
  const preKey = openPublished(crypto, published)
  if (preKey === null) return null
  const once = await crypto.dhGenerate()
  const shared = await crypto.dhAgree(once.privateKey, preKey.dh)
  const input = oquakeInputOf(crypto, owner, preKey)
  const { key: oquakeKey, message } = await respondOquake(crypto, input, preKey.initiation)
  const { id } = preKey
  const entryHash = fromHex(self.hash)
  const head = encode(
    answerHead,
    { id, response: message, ephemeral: once.publicKey, entryHash },
    answerHeadBytes,
  )
  const transcript = transcriptOf(crypto, owner, addressOf(self), { leaf: preKey.leaf, head })
  const root = await combine(crypto, transcript, [oquakeKey, shared], 'mlwe-pake v2 pre-key root')
  const identity = await crypto.dhAgree(self.keys.dh.privateKey, preKey.dh)
  const { entry, a2, psk, session } = await keysOf(crypto, { transcript, root }, identity)
  const sealed = await crypto.seal(entry, nonce, entryLabel, padEntry(self.entry))
  for (const used of [once.privateKey, shared, oquakeKey, root, identity, entry]) used.wipe() // FS
  const peerKeys = { dh: preKey.dh, kem: preKey.kem }
  const start: SessionStart = { role: 'initiator', key: session, transcript, keys: null, peerKeys }
  return { id, a2, psk, start, answer: concat(head, sealed) }
}

/** What the owner makes of an answer. One code for a wrong password, tampering and an entry that is not the sender's. */
export type Accepted =
  | ({ readonly kind: 'accepted'; readonly entry: MemberEntry } & Answered)
  | { readonly kind: 'failed'; readonly code: 'prekey/failed' }

const failed: Accepted = { kind: 'failed', code: 'prekey/failed' }

/**
 * @param answer - untrusted
 * @returns the id of the pre-key that it is for, or `null` where it is no answer
 */
export const answeredId = (answer: Bytes): Bytes | null =>
  answer.length === answerBytes
    ? (decodeOrNull(answerHead, answer.subarray(0, answerHeadBytes))?.id ?? null)
    : null

const readEntry = (crypto: Crypto, groupId: Bytes, padded: Bytes): Identified | null => {
  try {
    const entry: MemberEntry = unpadEntry(padded)
    return identify(crypto, groupId, entry)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

/** The root that a right answer has, and whether OQUAKE's confirmation is right. */
const rootOfAnswer = async (
  crypto: Crypto,
  owner: Owner,
  stored: StoredPreKey,
  { newcomer, head, given }: { readonly newcomer: Bytes; readonly head: Bytes; readonly given: AnswerHead },
): Promise<Roots & { readonly confirmed: boolean }> => {
  const { initiation } = await rebuild(crypto, owner, stored)
  const { key: oquakeKey, confirmed } = await finishOquake(crypto, initiation, given.response)
  wipeInitiation(initiation)
  const transcript = transcriptOf(crypto, owner, newcomer, { leaf: stored.leaf, head })
  const shared = await agree(crypto, stored.dh, given.ephemeral)
  const root = await combine(
    crypto,
    transcript,
    [oquakeKey, shared ?? new Secret(crypto.random(32))],
    'mlwe-pake v2 pre-key root',
  )
  oquakeKey.wipe() // FS
  shared?.wipe() // FS
  return { transcript, root, confirmed: confirmed && shared !== null }
}

const agree = async (crypto: Crypto, { privateKey }: KeyPair, publicKey: Bytes): Promise<Secret | null> => {
  try {
    return await crypto.dhAgree(privateKey, publicKey)
  } catch (error) {
    if (error instanceof CryptoError) return null
    throw error
  }
}

/**
 * Takes an answer to `stored`, which the caller has taken out of its stock for good, and stored the stock without it,
 * before: it is one guess, whatever comes of it. The newcomer is listed only when a frame opened in the session.
 *
 * @param crypto - primitives
 * @param owner - oneself
 * @param stored - the pre-key
 * @param given - first 16 bytes of the sender's relay address, and the answer
 * @returns the newcomer's entry, whose address begins as given, and what follows from the answer
 */
export const acceptAnswer = async (
  crypto: Crypto,
  owner: Owner,
  stored: StoredPreKey,
  { newcomer, answer }: { readonly newcomer: Bytes; readonly answer: Bytes },
): Promise<Accepted> => {
  const id = answeredId(answer)
  if (id === null || !equal(id, stored.id)) return failed
  const head = answer.slice(0, answerHeadBytes)
  const given = decodeOrNull(answerHead, head)
  if (given === null) return failed
  const { root, transcript, confirmed } = await rootOfAnswer(crypto, owner, stored, { newcomer, head, given })
  const entryKey = await crypto.expand(root, entryLabel, 32)
  const padded = await crypto.tryOpen(entryKey, nonce, entryLabel, answer.subarray(answerHeadBytes))
  entryKey.wipe() // FS
  const found = !confirmed || padded === null ? null : readEntry(crypto, owner.groupId, padded)
  const keys = await clearKeysOf(crypto, stored)
  const isSender =
    found !== null && equal(fromHex(found.hash), given.entryHash) && equal(addressOf(found), newcomer)
  const outcome = isSender ? await conclude(crypto, { root, transcript }, stored, { found, keys }) : failed
  root.wipe() // FS
  if (outcome.kind === 'failed') for (const secret of privateKeysOf(keys)) secret.wipe() // FS
  return outcome
}

const conclude = async (
  crypto: Crypto,
  roots: Roots,
  { id, dh }: StoredPreKey,
  { found, keys }: { readonly found: Identified; readonly keys: KeyPairs },
): Promise<Accepted> => {
  const identity = await agree(crypto, dh, found.entry.dh)
  if (identity === null) return failed
  const { entry, a2, psk, session } = await keysOf(crypto, roots, identity)
  for (const used of [entry, identity]) used.wipe() // FS
  const start: SessionStart = {
    role: 'responder',
    key: session,
    transcript: roots.transcript,
    keys,
    peerKeys: null,
  }
  return { kind: 'accepted', entry: found.entry, id, a2, psk, start }
}
