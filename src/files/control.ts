/**
 * What the two ends of a transfer say to each other, inside their pair session. Byte table: SPEC.md, "Controls".
 * Each control may be lost, come twice or come late; none harms then.
 */

import { type Bytes, type Codec, fixed, hexId, oneOf, struct, text, u32, u48, union } from '../codec/index.ts'
import { isNeutralName, isNeutralType, maxNameBytes, maxTypeBytes } from './name.ts'

/** Names a transfer: 16 random bytes, drawn by its sender; hexadecimal here. */
export type FileId = string & { readonly __fileId: never }

/** 64 GiB: more chunks than an index counts are far away, and no browser keeps more. */
export const maxFileBytes = 2 ** 36

/** One file for one receiver. */
export interface FileOffer {
  readonly id: FileId
  /** In the form of `neutralName`. */
  readonly name: string
  /** In the form of `neutralType`. */
  readonly type: string
  /** Bytes of plaintext. */
  readonly size: number
  /** SHA-256 over the plaintext: 32 bytes. */
  readonly hash: Bytes
  /** 32 random bytes, for this transfer alone. */
  readonly key: Bytes
  /** For display: whether all of the group are offered it. */
  readonly audience: 'group' | 'member'
}

export type CancelReason =
  /** The user of that end ended it. */
  | 'user'
  /** That end does not know the transfer, or no longer: its page is another one. */
  | 'unknown'
  /** The sender cannot read the file any more, or it changed. */
  | 'unreadable'
  /** The receiver has no space left, or may not write. */
  | 'storage'
  /** The plaintext has another hash than the offer says. */
  | 'hash'

export type FileControl =
  | { readonly kind: 'offer'; readonly offer: FileOffer }
  /** The receiver takes the file: send from chunk `next` on. Also after a reload. */
  | { readonly kind: 'accept'; readonly id: FileId; readonly next: number }
  | { readonly kind: 'decline'; readonly id: FileId }
  | { readonly kind: 'cancel'; readonly id: FileId; readonly reason: CancelReason }
  /** That end holds the transfer. It runs while neither does. */
  | { readonly kind: 'pause'; readonly id: FileId }
  /** That end holds it no more. From the receiver: send from chunk `next` on; from the sender: 0, without meaning. */
  | { readonly kind: 'resume'; readonly id: FileId; readonly next: number }
  /** From the receiver: all chunks below `next` are verified and stored. */
  | { readonly kind: 'have'; readonly id: FileId; readonly next: number }
  /** From the sender: "where do you stand?" */
  | { readonly kind: 'query'; readonly id: FileId }
  /** From the receiver: complete, and the hash is the offer's. */
  | { readonly kind: 'done'; readonly id: FileId }

const checked = <T>(codec: Codec<T>, isRight: (value: T) => boolean, what: string): Codec<T> => ({
  write: (out, value) => {
    if (!isRight(value)) throw new RangeError(what)
    codec.write(out, value)
  },
  read: (input) => {
    const value = codec.read(input)
    return isRight(value) ? value : input.fail(what)
  },
})

const id = hexId<FileId>(16)

export const fileOffer = struct<FileOffer>({
  id,
  name: checked(text(maxNameBytes), isNeutralName, 'not a neutral name'),
  type: checked(text(maxTypeBytes), isNeutralType, 'not a neutral type'),
  size: checked(u48, (size) => size <= maxFileBytes, 'too large'),
  hash: fixed(32),
  key: fixed(32),
  audience: oneOf('group', 'member'),
})

/** All controls of a transfer; the longest has 419 bytes. */
export const fileControl: Codec<FileControl> = union<FileControl>({
  offer: [1, struct({ offer: fileOffer })],
  accept: [2, struct({ id, next: u32 })],
  decline: [3, struct({ id })],
  cancel: [4, struct({ id, reason: oneOf('user', 'unknown', 'unreadable', 'storage', 'hash') })],
  pause: [5, struct({ id })],
  resume: [6, struct({ id, next: u32 })],
  have: [7, struct({ id, next: u32 })],
  query: [8, struct({ id })],
  done: [9, struct({ id })],
})

/** The transfer that a control is about. */
export const idOf = (control: FileControl): FileId =>
  control.kind === 'offer' ? control.offer.id : control.id
