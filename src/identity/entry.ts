/**
 * The member entry: who somebody is, in one self-certifying record.
 *
 *   entry      name · lease · relay address · X25519 key · ML-KEM-768 key · nonce
 *   entryHash  SHA3-256(label || groupId || entry)        memberId = its first 16 bytes
 *
 * Since the id is a hash of all fields, nobody can rewrite a name, a lease or a key under an id. Byte tables in SPEC.md.
 */
import {
  type Bytes,
  type Codec,
  decode,
  encode,
  fixed,
  hexId,
  pad,
  struct,
  text,
  toHex,
  u48,
  unpad,
  utf8,
} from '../codec/index.ts'
import type { Crypto } from '../crypto/index.ts'
import { acceptsName, maxNameBytes } from './name.ts'
import { arePlausible, dhKeyBytes, kemKeyBytes } from './public-keys.ts'

/** A relay address: 64 hexadecimal digits for 32 bytes. */
export type Address = string & { readonly __address: never }
export const address = hexId<Address>(32)

/** A member: 32 hexadecimal digits for 16 bytes, the first half of its entry's hash. */
export type MemberId = string & { readonly __memberId: never }
export const memberId = hexId<MemberId>(16)

/** SHA3-256 of a member's entry: 64 hexadecimal digits for 32 bytes. */
export type EntryHash = string & { readonly __entryHash: never }
export const entryHash = hexId<EntryHash>(32)

/** How long a member may be out of reach before it counts as expired: 5 minutes to 30 days, in milliseconds. */
export const minLease = 5 * 60_000
export const maxLease = 30 * 86_400_000

export const groupIdBytes = 16
const nonceBytes = 16

export interface MemberEntry {
  readonly name: string
  /** Milliseconds. */
  readonly lease: number
  readonly address: Address
  /** X25519 identity key, 32 bytes. */
  readonly dh: Bytes
  /** ML-KEM-768 identity key, 1,184 bytes. */
  readonly kem: Bytes
  /** 16 bytes: another entry for the same keys. */
  readonly nonce: Bytes
}

const fields = struct<MemberEntry>({
  name: text(maxNameBytes),
  lease: u48,
  address,
  dh: fixed(dhKeyBytes),
  kem: fixed(kemKeyBytes),
  nonce: fixed(nonceBytes),
})

const problemOf = (entry: MemberEntry): string | null => {
  if (!acceptsName(entry.name)) return 'not a name'
  if (entry.lease < minLease || entry.lease > maxLease) return 'lease out of bounds'
  return arePlausible(entry) ? null : 'not a public key'
}

/** Strict in both directions: what a receiver would refuse cannot be written. */
export const memberEntry: Codec<MemberEntry> = {
  write: (out, entry) => {
    const problem = problemOf(entry)
    if (problem !== null) throw new RangeError(problem)
    fields.write(out, entry)
  },
  read: (input) => {
    const entry = fields.read(input)
    const problem = problemOf(entry)
    return problem === null ? entry : input.fail(problem)
  },
}

/** Longest entry, 1,336 bytes. */
export const maxEntryBytes = 2 + maxNameBytes + 6 + 32 + dhKeyBytes + kemKeyBytes + nonceBytes

/** Every entry has this size before it is sealed, so that a sealed one does not show the length of its name. */
export const sealedEntryBytes = 4 + maxEntryBytes

/** Length, entry, zeros: `sealedEntryBytes`. */
export const padEntry = (entry: MemberEntry): Bytes =>
  pad(encode(memberEntry, entry, maxEntryBytes), sealedEntryBytes)

/** Throws DecodeError on another size, padding that is not zero, and whatever `memberEntry` refuses. */
export const unpadEntry = (padded: Uint8Array): MemberEntry =>
  decode(memberEntry, unpad(decode(fixed(sealedEntryBytes), padded)))

/** An entry with what identifies it. Made by `identify` only. */
export interface Identified {
  readonly entry: MemberEntry
  readonly hash: EntryHash
  readonly id: MemberId
}

export const memberIdOf = (hash: EntryHash): MemberId => hash.slice(0, 32) as MemberId

/** Throws RangeError on an entry that could not be written. `groupId`: 16 bytes. */
export const identify = (crypto: Crypto, groupId: Bytes, entry: MemberEntry): Identified => {
  if (groupId.length !== groupIdBytes) throw new RangeError('a group id has 16 bytes')
  const bytes = encode(memberEntry, entry, maxEntryBytes)
  const hash = toHex(crypto.hash(utf8('mlwe-pake v2 member'), groupId, bytes)) as EntryHash
  return { entry, hash, id: memberIdOf(hash) }
}
