/**
 * Byte formats of pre-keys and of what answers them: fields of fixed length behind one version byte.
 *
 *   published   version · id · dh · kem · OQUAKE's first message · place · path        at the relay, for anybody
 *   stored      id · seed · dh pair · kemSeed · leaf · root                            in the owner's sealed profile
 */

import {
  type Bytes,
  type Codec,
  DecodeError,
  decode,
  encode,
  fixed,
  list,
  struct,
  u8,
} from '../codec/index.ts'
import { type Crypto, type KeyPair, type Secret, secretBytes } from '../crypto/index.ts'
import { arePlausible } from '../identity/index.ts'
import { oquakeInitBytes } from '../pake/index.ts'
import { depth, leafOf, rootAbove } from './merkle.ts'

/** First byte of every format here, and part of every label's input. */
export const version = 2

/** What everybody may see of a pre-key, without its place in the stock. */
export interface PublicHalf {
  /** 16 bytes. */
  readonly id: Bytes
  /** X25519, 32 bytes, and ML-KEM-768, 1,184 bytes, for one session. */
  readonly dh: Bytes
  readonly kem: Bytes
  /** OQUAKE's first message, 1,658 bytes. */
  readonly initiation: Bytes
}

/** The owner's own record of a pre-key: all else is computed from it. */
export interface StoredPreKey {
  readonly id: Bytes
  /** 32 bytes. */
  readonly seed: Secret
  readonly dh: KeyPair
  /** 64 bytes. */
  readonly kemSeed: Secret
  /** Hash of the public half, and root over the stock that it was made with: 32 bytes each. */
  readonly leaf: Bytes
  readonly root: Bytes
}

interface Published {
  readonly half: PublicHalf
  /** Place among the leaves. */
  readonly place: number
  /** One node a level, from the leaf up. */
  readonly path: readonly Bytes[]
}

/**
 * @param body - fields after the version byte
 * @returns the same behind it; another version is refused
 */
export const versioned = <T>(body: Codec<T>): Codec<T> => ({
  write: (out, value) => {
    u8.write(out, version)
    body.write(out, value)
  },
  read: (input) => {
    if (u8.read(input) !== version) input.fail('unknown version')
    return body.read(input)
  },
})

const publicHalf: Codec<PublicHalf> = versioned(
  struct<PublicHalf>({ id: fixed(16), dh: fixed(32), kem: fixed(1184), initiation: fixed(oquakeInitBytes) }),
)
const node = fixed(32)
const pathNodes: Codec<readonly Bytes[]> = {
  write: (out, path) => {
    if (path.length !== depth) throw new RangeError(`a path has ${depth} nodes`)
    for (const each of path) node.write(out, each)
  },
  read: (input) => Array.from({ length: depth }, () => node.read(input)),
}
const publishedFields = struct<Published>({ half: publicHalf, place: u8, path: pathNodes })

/**
 * @param half - public half
 * @returns 2,891 bytes: what the leaf is over
 */
export const encodePublicHalf = (half: PublicHalf): Bytes => encode(publicHalf, half, 4096)

/**
 * @param published - public half, place and path
 * @returns 3,116 bytes
 */
export const encodePublished = (published: Published): Bytes => encode(publishedFields, published, 4096)

/**
 * @param codec - a format of this folder
 * @param bytes - untrusted
 * @returns the value, or `null` where the bytes have another form
 */
export const decodeOrNull = <T>(codec: Codec<T>, bytes: Uint8Array): T | null => {
  try {
    return decode(codec, bytes)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

/** A pre-key as seen by the side that takes it from the relay. */
export interface OpenedPreKey extends PublicHalf {
  /** 32 bytes. */
  readonly leaf: Bytes
  /** 32 bytes: to be compared with the roots that the owner announced. */
  readonly root: Bytes
}

/**
 * @param crypto - primitives
 * @param published - untrusted
 * @returns its parts and the root that its path leads to, or `null` for another form or keys that no honest side makes
 */
export const openPublished = (crypto: Crypto, published: Uint8Array): OpenedPreKey | null => {
  const opened = decodeOrNull(publishedFields, published)
  if (opened === null || opened.place >= 2 ** depth || !arePlausible(opened.half)) return null
  const { half, place, path } = opened
  const leaf = leafOf(crypto, encodePublicHalf(half))
  return { ...half, leaf, root: rootAbove(crypto, leaf, place, path) }
}

/** 240 bytes, secret. */
const storedPreKey = struct<StoredPreKey>({
  id: fixed(16),
  seed: secretBytes(32),
  dh: struct<KeyPair>({ publicKey: fixed(32), privateKey: secretBytes(32) }),
  kemSeed: secretBytes(64),
  leaf: fixed(32),
  root: fixed(32),
})

/** Most private halves that a member keeps. */
export const maxStock = 300
/** A member's record of its pre-keys, oldest first, for its stored state. */
export const stockCodec: Codec<readonly StoredPreKey[]> = list(storedPreKey, maxStock)
