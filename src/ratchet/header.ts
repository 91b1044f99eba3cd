/**
 * Encrypted headers: four counters and, until a turn is acknowledged, the turn block. An observer can neither count
 * messages nor link them to one another.
 */

import { type Bytes, concat, decode, encode, fixed, optional, struct, u32 } from '../codec/index.ts'
import type { Crypto, Secret } from '../crypto/index.ts'
import type { PublicKeys } from '../identity/index.ts'
import { publicKeyFields } from './keys.ts'

/** What the receiver needs to follow a turn: 2,308 bytes, in every header until the turn is acknowledged. */
export interface TurnBlock {
  /** The sender's new keys; their index is the turn's number. */
  readonly keys: PublicKeys
  /** Encapsulated to the receiver's keys `peerKeyIndex`: 1,088 bytes. */
  readonly ciphertext: Bytes
  readonly peerKeyIndex: number
}

export interface Header {
  /** Number of the turn that began this message's chain, from 1. */
  readonly turn: number
  /** Number of the message in its chain, from 0. */
  readonly number: number
  /** How many messages the chain before had. */
  readonly previous: number
  /** The highest turn of the receiver that the sender has processed; 0 for none. */
  readonly ack: number
  readonly block: TurnBlock | null
}

export const turnBlockFields = struct<TurnBlock>({
  keys: publicKeyFields,
  ciphertext: fixed(1088),
  peerKeyIndex: u32,
})

export const headerFields = struct<Header>({
  turn: u32,
  number: u32,
  previous: u32,
  ack: u32,
  block: optional(turnBlockFields),
})
const nonceBytes = 12
const tagBytes = 16
/** Nonce, four counters, presence byte, tag. */
export const shortHeader = nonceBytes + 16 + 1 + tagBytes
export const longHeader = shortHeader + 1216 + 1088 + 4

/**
 * @param key - header key of the chain: one key serves one chain
 * @param aad - see `associatedData`
 * @param header - the counters, and the turn block where the turn is unacknowledged
 * @returns random nonce || AES-256-GCM: 45 bytes, or 2,353 with a turn block
 */
export const sealHeader = async (crypto: Crypto, key: Secret, aad: Bytes, header: Header): Promise<Bytes> => {
  const nonce = crypto.random(nonceBytes)
  const room = (header.block === null ? shortHeader : longHeader) - nonceBytes - tagBytes
  return concat(nonce, await crypto.seal(key, nonce, aad, encode(headerFields, header, room)))
}

/**
 * @param key - a header key that may be the right one
 * @param aad - see `associatedData`
 * @param sealed - as `sealHeader` made it
 * @returns the header, or `null` where `key` does not open it
 * @throws DecodeError on an authentic header of another form
 */
export const openHeader = async (
  crypto: Crypto,
  key: Secret,
  aad: Bytes,
  sealed: Bytes,
): Promise<Header | null> => {
  const opened = await crypto.tryOpen(key, sealed.subarray(0, nonceBytes), aad, sealed.subarray(nonceBytes))
  if (opened === null) return null
  return decode(headerFields, opened)
}
