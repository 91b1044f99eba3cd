/**
 * One place on the roster: a self-certifying entry and who let it in.
 *
 * The entry itself never changes under its id. Who let it in is hearsay, so it may differ between tellers: of two the
 * smaller id counts, and a member that is named and did not let the entry in has itself struck off ("not by me").
 */
import { type Codec, list, struct } from '../codec/index.ts'
import {
  type Identified,
  type MemberEntry,
  type MemberId,
  maxEntryBytes,
  memberEntry,
  memberId,
} from '../identity/index.ts'

/** An entry as one member tells another: who is in, and who let it in. */
export interface ToldEntry {
  readonly entry: MemberEntry
  /** The member that let it in; a founder names itself. */
  readonly by: MemberId
}

/** Who is named for an entry or a removal, and how that came to be known here. */
export interface Attribution {
  readonly by: MemberId
  /** The member that told me; my own id where it was my doing. */
  readonly teller: MemberId
  /** Members that were named and answered "not by me". */
  readonly denied: readonly MemberId[]
}

export interface RosterEntry extends Identified, Attribution {}

export const maxToldEntryBytes = maxEntryBytes + 16

export const toldEntry = struct<ToldEntry>({ entry: memberEntry, by: memberId })

/** Members that can have denied one thing: as many as a roster has. */
const maxDenied = 256

export const deniedList: Codec<readonly MemberId[]> = list(memberId, maxDenied)

/**
 * @returns what is known after `teller` named `by`: of two the smaller id, unless it denied
 */
export const hear = <T extends Attribution>(known: T, by: MemberId, teller: MemberId): T =>
  by < known.by && !known.denied.includes(by) ? { ...known, by, teller } : known

/**
 * @returns what is known after `denier` said "not by me": who told me is named in its place. One that told me so
 * itself cannot take it back.
 */
export const deny = <T extends Attribution>(known: T, denier: MemberId): T => {
  if (known.denied.includes(denier) || known.denied.length >= maxDenied) return known
  if (known.by === denier && known.teller === denier) return known
  const denied = [...known.denied, denier]
  return known.by === denier ? { ...known, by: known.teller, denied } : { ...known, denied }
}
