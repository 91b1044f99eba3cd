/**
 * A file in sealed chunks, after STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
 * Nonce-Reuse Misuse-Resistance", 2015, §5): the nonce counts the chunks and marks the last, so that none can be left
 * out, moved, repeated or cut off.
 *
 *   stream key = HKDF(salt, file key, label ‖ id)          salt: 16 random bytes, drawn whenever sending starts or goes back
 *   chunk      = AES-256-GCM(stream key, index 11 ‖ last 1, label ‖ id ‖ index ‖ last, plaintext)
 *   frame      = version 1 · id 16 · salt 16 · index 4 · chunk
 *
 * Sealing twice under one (key, nonce) would need one salt to pass an index twice, which a stream never does: not even
 * where the file on the disk changed between two readings.
 */

import {
  type Bytes,
  concat,
  DecodeError,
  decode,
  encode,
  fixed,
  hexId,
  struct,
  u8,
  u32,
  utf8,
} from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import type { FileId } from './control.ts'

/** Bytes of plaintext in every chunk but the last. A frame fits both the relay (60 KiB) and a data channel. */
export const chunkBytes = 48 * 1024
const version = 2
const tagBytes = 16
export const saltBytes = 16
const headBytes = 1 + 16 + saltBytes + 4
/** Longest frame. */
export const maxChunkFrameBytes = headBytes + chunkBytes + tagBytes

/** Chunks of a file of `size` bytes; an empty one has one, which is empty. */
export const chunkCount = (size: number): number => Math.max(1, Math.ceil(size / chunkBytes))

/** Where a chunk lies in its file. */
export const rangeOf = (index: number, size: number): { readonly start: number; readonly end: number } => ({
  start: index * chunkBytes,
  end: Math.min(size, (index + 1) * chunkBytes),
})

export interface ChunkFrame {
  readonly id: FileId
  /** 16 bytes. */
  readonly salt: Bytes
  readonly index: number
  readonly sealed: Bytes
}

interface Head {
  readonly version: number
  readonly id: FileId
  readonly salt: Bytes
  readonly index: number
}

const head = struct<Head>({ version: u8, id: hexId<FileId>(16), salt: fixed(saltBytes), index: u32 })

export const encodeChunk = ({ sealed, ...rest }: ChunkFrame): Bytes =>
  concat(encode(head, { version, ...rest }, headBytes), sealed)

/** @returns the parts, or `null` where the bytes are no chunk */
export const decodeChunk = (bytes: Uint8Array): ChunkFrame | null => {
  if (bytes.length < headBytes + tagBytes || bytes.length > maxChunkFrameBytes) return null
  try {
    const { version: given, ...rest } = decode(head, bytes.subarray(0, headBytes))
    return given === version ? { ...rest, sealed: bytes.slice(headBytes) as Bytes } : null
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

/** The key of one stream of a transfer: 32 bytes. Both ends keep it while the salt stays. */
export const streamKey = (crypto: Crypto, key: Secret, id: FileId, salt: Bytes): Promise<Secret> =>
  crypto.derive(salt, key, concat(utf8('mlwe-pake v2 file stream'), encode(hexId<FileId>(16), id)), 32)

export interface ChunkPlace {
  readonly id: FileId
  readonly index: number
  /** Of the whole file: tells whether this chunk is the last. */
  readonly size: number
}

const isLast = ({ index, size }: ChunkPlace): boolean => index === chunkCount(size) - 1

const nonceOf = (place: ChunkPlace): Bytes =>
  concat(new Uint8Array(7), encode(u32, place.index), Uint8Array.of(isLast(place) ? 1 : 0))

const aadOf = (place: ChunkPlace): Bytes =>
  concat(
    utf8('mlwe-pake v2 file chunk'),
    encode(hexId<FileId>(16), place.id),
    encode(u32, place.index),
    Uint8Array.of(isLast(place) ? 1 : 0),
  )

const lengthAt = ({ index, size }: ChunkPlace): number => {
  const { start, end } = rangeOf(index, size)
  return end - start
}

/**
 * Seals one chunk.
 *
 * @param key - of the stream
 * @param plaintext - exactly the bytes of its place
 * @returns 16 bytes more than the plaintext
 * @throws RangeError on another length: the file changed
 */
export const sealChunk = async (
  crypto: Crypto,
  key: Secret,
  place: ChunkPlace,
  plaintext: Uint8Array,
): Promise<Bytes> => {
  if (plaintext.length !== lengthAt(place)) throw new RangeError('another length than the place has')
  return crypto.seal(key, nonceOf(place), aadOf(place), plaintext)
}

/**
 * Opens one chunk.
 *
 * @returns the plaintext of that place, or `null` where it is anything else
 */
export const openChunk = async (
  crypto: Crypto,
  key: Secret,
  place: ChunkPlace,
  sealed: Uint8Array,
): Promise<Bytes | null> => {
  if (place.index >= chunkCount(place.size) || sealed.length !== lengthAt(place) + tagBytes) return null
  return crypto.tryOpen(key, nonceOf(place), aadOf(place), sealed)
}
