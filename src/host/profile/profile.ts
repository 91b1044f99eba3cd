/**
 * The records of a profile, sealed.
 *
 *   key    = HKDF(salt, Argon2id(password) || HMAC(device key))        both halves are needed
 *   record = 16 random bytes || AES-GCM(HKDF(those bytes, key), content)
 */

import {
  type Bytes,
  bool,
  bytes,
  type Codec,
  concat,
  decode,
  encode,
  fromHex,
  hexId,
  struct,
  text,
  u48,
  utf8,
} from '../../codec/index.ts'
import { argon2id, type Crypto, Secret, secretBytes } from '../../crypto/index.ts'
import { maxNameBytes } from '../../identity/index.ts'
import { undelivered } from '../membership/conversation.ts'
import type { MessageView } from '../page/view.ts'

/** What a profile holds besides its messages. */
export interface ProfileState {
  /** 32 bytes, the relay's proof of address. */
  readonly secret: Secret
  readonly peer: Bytes
  /** Messages stored so far. The oldest may have been deleted. */
  readonly messages: number
}

const profileState: Codec<ProfileState> = struct<ProfileState>({
  secret: secretBytes(32),
  peer: bytes(64 * 1024 * 1024),
  messages: u48,
})

interface StoredMessage {
  readonly senderId: string
  readonly number: number
  readonly senderName: string
  readonly mine: boolean
  readonly text: string
  readonly at: number
}

const storedMessage: Codec<StoredMessage> = struct<StoredMessage>({
  senderId: hexId<string>(16),
  number: u48,
  senderName: text(maxNameBytes),
  mine: bool,
  text: text(8 * 1024),
  at: u48,
})

/**
 * The key of a profile, 32 bytes. Browsers store a non-extractable key readable in their files, so that key alone does
 * not protect a copied disk, and a weak password alone does not resist guessing. `device`: 32 bytes, HMAC under the
 * browser's key.
 */
export const profileKey = async (
  crypto: Crypto,
  password: Secret,
  { salt, device }: { readonly salt: Bytes; readonly device: Secret },
): Promise<Secret> => {
  const message = new Secret(concat(utf8('mlwe-pake profile'), password.expose()))
  const stretched = await crypto.stretch(argon2id, message, salt, 32)
  const both = new Secret(concat(stretched.expose(), device.expose()))
  const key = await crypto.derive(salt, both, utf8('mlwe-pake profile'), 32)
  for (const used of [message, stretched, both]) used.wipe() // FS
  return key
}

interface Place {
  readonly id: string
  readonly kind: 'state' | 'message' | 'file' | 'chunk'
}

const associatedData = ({ id, kind }: Place, version: 1 | 2): Bytes =>
  concat(utf8(`mlwe-pake ${kind} ${version}`), fromHex(id))

const recordKey = async (crypto: Crypto, key: Secret, salt: Bytes) => {
  const both = await crypto.derive(salt, key, utf8('mlwe-pake profile record'), 44)
  return { key: both.slice(0, 32), nonce: both.slice(32, 44) }
}

/** Seals one record under its own key: 16 random bytes, then the ciphertext. Wipes `plain`. */
const sealRecord = async (crypto: Crypto, key: Secret, place: Place, plain: Bytes): Promise<Bytes> => {
  const salt = crypto.random(16)
  const own = await recordKey(crypto, key, salt)
  const sealed = await crypto.seal(own.key, own.nonce, associatedData(place, 2), plain)
  plain.fill(0) // FS
  own.key.wipe()
  return concat(salt, sealed)
}

/** `null`: wrong password, other browser, or modified bytes. */
const openRecord = async (
  crypto: Crypto,
  key: Secret,
  place: Place,
  sealed: Bytes,
  version: 1 | 2 = 2,
): Promise<Bytes | null> => {
  const own = await recordKey(crypto, key, sealed.slice(0, 16))
  return crypto.tryOpen(own.key, own.nonce, associatedData(place, version), sealed.slice(16))
}

export const sealState = (crypto: Crypto, key: Secret, id: string, state: ProfileState): Promise<Bytes> =>
  sealRecord(crypto, key, { id, kind: 'state' }, encode(profileState, state))

/** `null` as `openRecord`. Throws DecodeError on an unknown format. */
export const openState = async (
  crypto: Crypto,
  key: Secret,
  id: string,
  sealed: Bytes,
): Promise<ProfileState | null> => {
  const plain = await openRecord(crypto, key, { id, kind: 'state' }, sealed)
  return plain === null ? null : decode(profileState, plain)
}

/** Whether version 1 sealed this state under the same key: the password is right, and nothing here can read it. */
export const isOfVersion1 = async (
  crypto: Crypto,
  key: Secret,
  id: string,
  sealed: Bytes,
): Promise<boolean> => {
  const plain = await openRecord(crypto, key, { id, kind: 'state' }, sealed, 1)
  plain?.fill(0) // FS
  return plain !== null
}

export const sealMessage = (crypto: Crypto, key: Secret, id: string, message: MessageView): Promise<Bytes> =>
  sealRecord(
    crypto,
    key,
    { id, kind: 'message' },
    encode(storedMessage, { ...message, number: Number(message.id.slice(message.senderId.length + 1)) }),
  )

export const openMessage = async (
  crypto: Crypto,
  key: Secret,
  id: string,
  sealed: Bytes,
): Promise<MessageView | null> => {
  const plain = await openRecord(crypto, key, { id, kind: 'message' }, sealed)
  if (plain === null) return null
  const { number, ...message } = decode(storedMessage, plain)
  return { ...message, id: `${message.senderId}-${number}`, delivery: undelivered }
}

/** A record about a file that is being received, or a chunk of it; `plain` stays as it is. */
export const sealPiece = (
  crypto: Crypto,
  key: Secret,
  { id, kind }: { readonly id: string; readonly kind: 'file' | 'chunk' },
  plain: Bytes,
): Promise<Bytes> => sealRecord(crypto, key, { id, kind }, plain.slice())

/** `null` for modified bytes. */
export const openPiece = (
  crypto: Crypto,
  key: Secret,
  place: { readonly id: string; readonly kind: 'file' | 'chunk' },
  sealed: Bytes,
): Promise<Bytes | null> => openRecord(crypto, key, place, sealed)
