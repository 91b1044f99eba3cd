import {
  type Bytes,
  bytes,
  type Codec,
  concat,
  DecodeError,
  decode,
  encode,
  fixed,
  list,
  struct,
  u8,
  utf8,
} from '../codec/index.ts'
import { type Crypto, type KeyPair, type Secret, secretBytes } from '../crypto/index.ts'
import { oquakeInitBytes, oquakeResponseBytes, type Suite } from '../pake/index.ts'

const format = 1

/** What everybody may see of a pre-key. */
export interface PublicHalf {
  /** 16 bytes. */
  readonly id: Bytes
  /** The member's first ratchet keys for whoever answers: X25519, 32 bytes, and ML-KEM-768, 1,184 bytes. */
  readonly dh: Bytes
  readonly kem: Bytes
  /** OQUAKE's first message: 1,284 or 1,658 bytes. */
  readonly initiation: Bytes
}

/** The member's own record of a pre-key: all else is computed from it. */
export interface StoredPreKey {
  readonly id: Bytes
  /** 32 bytes. */
  readonly seed: Secret
  readonly dh: KeyPair
  /** 64 bytes. */
  readonly kemSeed: Secret
}

export interface Answer {
  readonly id: Bytes
  /** OQUAKE's second message: 1,152 or 1,632 bytes. */
  readonly response: Bytes
  /** X25519, for this root alone. */
  readonly ephemeral: Bytes
  /** The newcomer's first ratchet keys. */
  readonly dh: Bytes
  readonly kem: Bytes
}

/** One version byte and the suite in front: anything else is refused. */
const framed = <T>(suite: Suite, body: Codec<T>): Codec<T> => ({
  write: (out, value) => {
    u8.write(out, format)
    u8.write(out, suite.id)
    body.write(out, value)
  },
  read: (input) => {
    if (u8.read(input) !== format) input.fail('unknown format')
    if (u8.read(input) !== suite.id) input.fail('unknown suite')
    return body.read(input)
  },
})

const publicHalf = (suite: Suite): Codec<PublicHalf> =>
  framed(
    suite,
    struct<PublicHalf>({
      id: fixed(16),
      dh: fixed(32),
      kem: fixed(1184),
      initiation: fixed(oquakeInitBytes(suite)),
    }),
  )

const answerFields = (suite: Suite): Codec<Answer> =>
  framed(
    suite,
    struct<Answer>({
      id: fixed(16),
      response: fixed(oquakeResponseBytes(suite)),
      ephemeral: fixed(32),
      dh: fixed(32),
      kem: fixed(1184),
    }),
  )

/** 2,518 bytes in suite 1, 2,892 in suite 2. */
export const encodePreKey = (suite: Suite, half: PublicHalf): Bytes => encode(publicHalf(suite), half)
/** 2,418 bytes in suite 1, 2,898 in suite 2. */
export const encodeAnswer = (suite: Suite, answer: Answer): Bytes => encode(answerFields(suite), answer)

const orNull = <T>(read: () => T): T | null => {
  try {
    return read()
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

export const decodePreKey = (suite: Suite, published: Uint8Array): PublicHalf | null =>
  orNull(() => decode(publicHalf(suite), published))
export const decodeAnswer = (suite: Suite, answer: Uint8Array): Answer | null =>
  orNull(() => decode(answerFields(suite), answer))

/** 176 bytes, secret. */
const storedPreKey = struct<StoredPreKey>({
  id: fixed(16),
  seed: secretBytes(32),
  dh: struct<KeyPair>({ publicKey: fixed(32), privateKey: secretBytes(32) }),
  kemSeed: secretBytes(64),
})

/** Most private halves that a member keeps. */
export const maxStock = 300
/** A member's record of its pre-keys, oldest first, for its stored state. */
export const stockCodec: Codec<readonly StoredPreKey[]> = list(storedPreKey, maxStock)

const transcriptParts = list(bytes(4096), 2)

/** Everything that both sides saw: 32 bytes. */
export const transcriptOf = (
  crypto: Crypto,
  { groupId, member, newcomer }: { groupId: Bytes; member: Bytes; newcomer: Bytes },
  messages: readonly [published: Bytes, answer: Bytes],
): Bytes => {
  const parts = encode(transcriptParts, messages).slice(2)
  return crypto.hash(utf8('mlwe-pake pre-key transcript'), concat(groupId, member, newcomer), parts)
}
