import {
  type Bytes,
  bool,
  bytes,
  type Codec,
  concat,
  DecodeError,
  decode,
  encode,
  fixed,
  fromHex,
  list,
  oneOf,
  optional,
  struct,
  toHex,
  u8,
  u16,
  u32,
  u48,
} from '../codec/index.ts'
import { type Crypto, type Secret, secretBytes } from '../crypto/index.ts'
import { decodeGroup, encodeGroup, type MemberId, maxEntries, memberId } from '../group/index.ts'
import { suiteOf } from '../pake/index.ts'
import { type Stock, stockCodec } from '../prekeys/index.ts'
import { decodeSession, encodeSession, safetyNumber } from '../ratchet/index.ts'
import type { Failure, GuessBudget } from './guesses.ts'
import {
  maxBacklog,
  maxSeen,
  type Outgoing,
  type Pair,
  type PasswordChange,
  type PeerState,
  type Trust,
} from './state.ts'
import { digestBytes, type Text, textMessage } from './wire.ts'

const format = 1
const maxPairs = 4096

/** A session as it is stored: about 17,000 bytes at most, the rest is room for its format to grow. */
const session: Codec<Bytes> = bytes(64 * 1024 - 1)

interface StoredPair {
  readonly member: MemberId
  readonly session: Bytes
  readonly former: { readonly session: Bytes; readonly until: number } | null
  readonly trust: Trust
  readonly unconfirmed: Bytes | null
  readonly seen: readonly Bytes[]
}

interface StoredOutgoing extends Omit<Outgoing, 'waiting' | 'message' | 'resendAt' | 'recipients'> {
  readonly message: Text
  readonly waiting: readonly MemberId[] | null
  readonly recipients: readonly MemberId[]
}

interface StoredPeer {
  readonly suite: number
  readonly self: MemberId
  readonly verifier: Secret
  readonly publicKey: Bytes
  readonly change: PasswordChange
  readonly group: Bytes
  readonly joined: boolean
  readonly pairs: readonly StoredPair[]
  readonly guesses: GuessBudget
  readonly outbox: readonly StoredOutgoing[]
  readonly stock: Stock
}

const fields = struct<StoredPeer>({
  suite: u8,
  self: memberId,
  verifier: secretBytes(32),
  publicKey: fixed(1216),
  change: struct<PasswordChange>({ revision: u48, by: memberId, excludes: list(memberId, maxEntries) }),
  group: bytes(64 * 1024 * 1024),
  joined: bool,
  pairs: list(
    struct<StoredPair>({
      member: memberId,
      session,
      former: optional(struct({ session, until: u48 })),
      trust: oneOf<Trust>('verified', 'pre-keyed'),
      unconfirmed: optional(fixed(16)),
      seen: list(fixed(16), maxSeen),
    }),
    maxPairs,
  ),
  guesses: struct<GuessBudget>({
    failures: list(struct<Failure>({ at: u48, by: optional(memberId) }), 1024),
    blockedUntil: u48,
    delay: u32,
  }),
  outbox: list(
    struct<StoredOutgoing>({
      message: textMessage,
      waiting: optional(list(memberId, maxPairs)),
      confirmed: u16,
      of: u16,
      digest: optional(fixed(digestBytes)),
      recipients: list(memberId, maxPairs),
    }),
    maxBacklog,
  ),
  stock: stockCodec,
})

/** All of a member that outlives its tab, secrets included: to be sealed by whoever stores it. */
export const encodePeer = (state: PeerState): Bytes => {
  const pairs = [...state.pairs].map(([member, { session, former, trust, unconfirmed, seen }]) => ({
    member,
    session: encodeSession(session),
    former: former === null ? null : { ...former, session: encodeSession(former.session) },
    trust,
    unconfirmed,
    seen: seen.map(fromHex),
  }))
  const outbox = state.outbox.map(({ waiting, recipients, ...entry }) => ({
    ...entry,
    recipients: [...recipients],
    waiting: waiting === null ? null : [...waiting],
  }))
  const stored = { ...state, suite: state.suite.id, group: encodeGroup(state.group), pairs, outbox }
  return concat(encode(u8, format), encode(fields, stored))
}

/**
 * The member in its next life: offline, no run, every session to be proved anew, no epoch to send on.
 * Throws DecodeError.
 */
export const decodePeer = async (crypto: Crypto, stored: Uint8Array): Promise<PeerState> => {
  if (stored[0] !== format) throw new DecodeError('unknown format', 'peer', 0)
  const { suite: suiteId, ...kept } = decode(fields, stored.subarray(1))
  const suite = suiteOf(suiteId)
  const group = decodeGroup(crypto, kept.group)
  if (suite === null || group.self !== kept.self) throw new DecodeError('inconsistent state', 'peer', 1)
  const pairs = new Map<MemberId, Pair>()
  for (const { member, session, former, trust, unconfirmed, seen } of kept.pairs) {
    const opened = decodeSession(session)
    pairs.set(member, {
      session: opened,
      former: former === null ? null : { ...former, session: decodeSession(former.session) },
      trust,
      unconfirmed,
      safety: await safetyNumber(crypto, opened),
      seen: seen.map(toHex),
    })
  }
  return {
    ...kept,
    suite,
    group,
    pairs,
    outbox: kept.outbox.map(({ waiting, recipients, ...entry }) => ({
      ...entry,
      recipients: new Set(recipients),
      resendAt: 0,
      waiting: waiting === null ? null : new Set(waiting),
    })),
    renew: new Set(pairs.keys()),
    // A stored member has been in, or is no more than a member: it proves the verifier.
    seed: null,
    ended: 'no',
    retryAt: null,
    neededSuite: null,
    enteredAt: null,
    online: false,
    present: new Set(),
    direct: new Set(),
    runs: new Map(),
    greet: new Set(),
    refused: new Map(),
    heard: new Map(),
    idle: new Map(),
    informed: new Set(),
    tellAt: 0,
    recent: [],
    gaps: new Map(),
  }
}
