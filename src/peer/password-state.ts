/**
 * The password that is in force: what was typed, until the room's record comes, then the greatest record heard.
 *
 *   typed ──record──> record (revision, hash) ──greater──> record ──> …
 */
import {
  type Bytes,
  type Codec,
  fixed,
  hexId,
  list,
  oneOf,
  optional,
  struct,
  u8,
  u48,
} from '../codec/index.ts'
import { type Crypto, type Secret, secretBytes } from '../crypto/index.ts'
import { type MemberId, memberId } from '../identity/index.ts'
import { maxExcludes } from './controls.ts'
import type { Newcomer, NewPassword } from './state.ts'

/** What names a record beside the password in it. */
export interface RecordHead {
  readonly revision: number
  readonly by: MemberId
  readonly excludes: readonly MemberId[]
  /** 32 bytes. */
  readonly relayToken: Bytes
  /** Over the whole record: 64 hexadecimal digits. */
  readonly hash: string
  /** When it was taken here. */
  readonly takenAt: number
}

/** A password that this member chose, until all live members have it. */
export interface Intention {
  readonly password: NewPassword
  readonly excludes: readonly MemberId[]
  /** How often it was put above another's record. */
  readonly answers: number
}

/** What a member was told of the record in force. */
export interface Told {
  readonly at: number
  readonly times: number
  /** The whole record, not only its hash. */
  readonly whole: boolean
}

export interface PasswordState {
  /** 32 bytes. */
  readonly verifier: Secret
  /** 1,216 bytes. */
  readonly publicKey: Bytes
  readonly door: 'strict' | 'open'
  /** `null`: typed, and no record has come. */
  readonly record: RecordHead | null
  /** The relay token before this one, and when it was replaced. */
  readonly formerToken: { readonly token: Bytes; readonly until: number } | null
  readonly intention: Intention | null
  /** Hashes of the newest records that this member made. */
  readonly made: readonly string[]
  /** Whose record is the one in force, as far as this member knows. Not stored. */
  readonly confirmed: ReadonlySet<MemberId>
  readonly told: ReadonlyMap<MemberId, Told>
}

export const maxMade = 16

export const startPassword = (_crypto: Crypto, { verifier, publicKey, door }: Newcomer): PasswordState => ({
  verifier,
  publicKey,
  door,
  record: null,
  formerToken: null,
  intention: null,
  made: [],
  confirmed: new Set(),
  told: new Map(),
})

type Stored = Omit<PasswordState, 'confirmed' | 'told'>

const door = oneOf('strict', 'open')
const hash = hexId<string>(32)
const excludes = list(memberId, maxExcludes)

const stored = struct<Stored>({
  verifier: secretBytes(32),
  publicKey: fixed(1216),
  door,
  record: optional(
    struct<RecordHead>({
      revision: u48,
      by: memberId,
      excludes,
      relayToken: fixed(32),
      hash,
      takenAt: u48,
    }),
  ),
  formerToken: optional(struct({ token: fixed(32), until: u48 })),
  intention: optional(
    struct<Intention>({
      password: struct<NewPassword>({ verifier: secretBytes(32), publicKey: fixed(1216), door }),
      excludes,
      answers: u8,
    }),
  ),
  made: list(hash, maxMade),
})

/** For states that are sealed before they are stored. Who has the record is asked again. */
export const passwordCodec: Codec<PasswordState> = {
  write: stored.write,
  read: (input) => ({ ...stored.read(input), confirmed: new Set(), told: new Map() }),
}
