import {
  type Bytes,
  bool,
  type Codec,
  concat,
  DecodeError,
  decode,
  encode,
  fixed,
  hexId,
  list,
  optional,
  struct,
  u8,
  u32,
  u48,
} from '../codec/index.ts'
import { type Crypto, type Secret, secretBytes } from '../crypto/index.ts'
import { type EpochId, epochId, type HeldEpoch, maxParents, precedes } from './epoch.ts'
import { maxDropped, maxHeld } from './keeping.ts'
import {
  difference,
  emptyRoster,
  type MemberId,
  memberId,
  merge,
  type RosterDelta,
  rosterHash,
  wholeRoster,
} from './roster.ts'
import { maxSkipped, type ReceivingChain } from './sender-chain.ts'
import type { GroupState } from './state.ts'

const format = 1
const maxMembers = 4096
const key = secretBytes(32)

interface Entry<K, V> {
  readonly key: K
  readonly value: V
}

/** A map as the list of its entries, each key once. */
const mapOf = <K, V>(keys: Codec<K>, values: Codec<V>, max: number): Codec<ReadonlyMap<K, V>> => {
  const entries = list(struct<Entry<K, V>>({ key: keys, value: values }), max)
  return {
    write: (out, map) => {
      const pairs = [...map].map(([key, value]) => ({ key, value }))
      entries.write(out, pairs)
    },
    read: (input) => {
      const pairs = entries.read(input)
      const map = new Map(pairs.map(({ key, value }) => [key, value]))
      return map.size === pairs.length ? map : input.fail('a key twice')
    },
  }
}

const receivingChain = struct<ReceivingChain>({
  chain: key,
  generation: u32,
  skipped: mapOf<number, Secret>(u32, key, maxSkipped),
})

/** No sending chain: a restored member sends on an epoch of its new life only. */
type StoredEpoch = Omit<HeldEpoch, 'sending'>

const storedEpoch = struct<StoredEpoch>({
  id: epochId,
  counter: u48,
  author: memberId,
  parents: list(epochId, maxParents),
  members: list(memberId, maxMembers),
  rosterHash: hexId<string>(32),
  since: u48,
  fingerprint: fixed(16),
  confirm: key,
  resume: optional(key),
  exporter: key,
  headerKey: key,
  receiving: mapOf<MemberId, ReceivingChain>(memberId, receivingChain, maxMembers),
})

interface StoredGroup {
  readonly groupId: Bytes
  readonly self: MemberId
  readonly roster: RosterDelta
  readonly founded: boolean
  readonly epochs: readonly StoredEpoch[]
  readonly dropped: readonly EpochId[]
  readonly unreachable: ReadonlyMap<MemberId, number>
}

const fields = struct<StoredGroup>({
  groupId: fixed(16),
  self: memberId,
  roster: wholeRoster,
  founded: bool,
  epochs: list(storedEpoch, maxHeld),
  dropped: list(epochId, maxDropped),
  unreachable: mapOf<MemberId, number>(memberId, u48, maxMembers),
})

/** What a stored profile keeps, secrets included, to be sealed by whoever stores it. */
export const encodeGroup = (state: GroupState): Bytes =>
  concat(encode(u8, format), encode(fields, { ...state, roster: difference(state.roster, emptyRoster) }))

/** Throws DecodeError. The member has to author an epoch before it can send. */
export const decodeGroup = (crypto: Crypto, bytes: Uint8Array): GroupState => {
  if (bytes[0] !== format) throw new DecodeError('unknown format', 'group', 0)
  const { roster: entries, epochs, ...rest } = decode(fields, bytes.subarray(1))
  const roster = merge(emptyRoster, entries)
  const ordered = epochs.every((epoch, i) => i === 0 || precedes(epochs[i - 1]!, epoch))
  if (!ordered || !roster.adds.has(rest.self)) throw new DecodeError('inconsistent state', 'group', 1)
  return {
    ...rest,
    roster,
    hash: rosterHash(crypto, roster),
    epochs: epochs.map((epoch) => ({ ...epoch, sending: null })),
    contributions: new Map(),
    pending: null,
    authorAt: null,
    authoredAt: 0,
    stale: false,
    heads: new Map(),
    split: new Set(),
    arrivals: new Map(),
    headsAt: 0,
    tickAt: null,
  }
}
