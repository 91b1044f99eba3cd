/**
 * What of the sleepers outlives a tab: the stock, roots, sessions of pre-keys, letters and runs by mail.
 */
import {
  bool,
  bytes,
  type Codec,
  fixed,
  hexId,
  list,
  oneOf,
  optional,
  struct,
  text,
  u8,
  u48,
} from '../codec/index.ts'
import { secretBytes } from '../crypto/index.ts'
import {
  type Address,
  address,
  entryHash,
  flow1Bytes,
  keyPairs,
  type MemberId,
  memberId,
} from '../identity/index.ts'
import { stockCodec } from '../prekeys/index.ts'
import { decodeSession, encodeSession, type Session } from '../ratchet/index.ts'
import {
  type AsleepState,
  type HeldFrame,
  type KnownRoot,
  type LongCandidate,
  type LongRun,
  nobodyAsleep,
  type PreKeyed,
  type ReadLetter,
  type WrittenLetter,
} from './asleep-state.ts'
import { maxFrameBytes } from './frames.ts'

const maxPeople = 1_024
const maxLetters = 8
const maxRuns = 1_024
const maxHeld = 256
const maxFrame = 2 * maxFrameBytes

const sessionBytes = bytes(64 * 1024 - 1)
const session: Codec<Session> = {
  write: (out, value) => sessionBytes.write(out, encodeSession(value)),
  read: (input) => decodeSession(sessionBytes.read(input)),
}

const byKey = <K, V>(key: Codec<K>, value: Codec<V>, max = maxPeople): Codec<ReadonlyMap<K, V>> => {
  const pairs = list(struct<{ key: K; value: V }>({ key, value }), max)
  return {
    write: (out, map) =>
      pairs.write(
        out,
        [...map].slice(-max).map(([each, its]) => ({ key: each, value: its })),
      ),
    read: (input) => new Map(pairs.read(input).map((pair) => [pair.key, pair.value])),
  }
}

const root = struct<KnownRoot>({ root: fixed(32), own: bool })
const preKeyed = struct<PreKeyed>({
  role: oneOf('newcomer', 'sleeper'),
  member: optional(memberId),
  session,
  a2: secretBytes(32),
  psk: secretBytes(32),
  id: fixed(16),
  at: u48,
  heard: bool,
})
const written = struct<WrittenLetter>({ hash: fixed(32), at: u48 })
const read = struct<ReadLetter>({
  hash: fixed(32),
  at: u48,
  liveAt: optional(u48),
  numbers: list(u48, maxPeople),
})
const longRun = struct<LongRun>({
  state: struct<LongRun['state']>({
    sides: struct<LongRun['state']['sides']>({
      groupId: fixed(16),
      initiator: entryHash,
      responder: entryHash,
    }),
    peerDh: fixed(32),
    flow1: fixed(flow1Bytes),
    ephemeral: keyPairs,
    k1: secretBytes(32),
    psk: optional(secretBytes(32)),
  }),
  until: u48,
})
const candidate = struct<LongCandidate>({ session, run: fixed(16), until: u48 })

type Stored = Pick<
  AsleepState,
  | 'stored'
  | 'stock'
  | 'stockFor'
  | 'left'
  | 'ownRoots'
  | 'roots'
  | 'preKeyed'
  | 'sleepers'
  | 'written'
  | 'read'
  | 'openedRuns'
  | 'longRuns'
  | 'candidates'
  | 'held'
> & { readonly unproved: readonly MemberId[]; readonly answers: number }

const stored = struct<Stored>({
  stored: bool,
  stock: stockCodec,
  stockFor: text(64),
  left: optional(u8),
  ownRoots: list(fixed(32), 2),
  roots: byKey(memberId, list(root, 4)),
  preKeyed: byKey(address, preKeyed),
  sleepers: byKey<Address, MemberId>(address, memberId),
  written: byKey(memberId, list(written, maxLetters)),
  read: byKey(memberId, list(read, maxLetters)),
  openedRuns: list(hexId<string>(16), maxRuns),
  longRuns: byKey(memberId, longRun),
  candidates: byKey(memberId, candidate),
  held: list(struct<HeldFrame>({ from: address, bytes: bytes(maxFrame), at: u48 }), maxHeld),
  unproved: list(memberId, maxPeople),
  answers: u8,
})

/** For states that are sealed before they are stored. Letters are read and roots told again after each restart. */
export const asleepCodec: Codec<AsleepState> = {
  write: (out, state) =>
    stored.write(out, {
      ...state,
      left: state.left === null ? null : Math.min(state.left, 255),
      unproved: [...state.unproved],
    }),
  read: (input) => {
    const { unproved, ...kept } = stored.read(input)
    return {
      ...nobodyAsleep(kept.stored),
      ...kept,
      left: kept.left ?? 0,
      unproved: new Set(unproved),
      mailRead: false,
    }
  },
}
