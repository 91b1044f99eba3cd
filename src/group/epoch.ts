import {
  type Bytes,
  concat,
  encode,
  fixed,
  fromHex,
  hexId,
  list,
  struct,
  toHex,
  u8,
  u48,
  utf8,
} from '../codec/index.ts'
import { type Crypto, equalSecrets, Secret } from '../crypto/index.ts'
import { type MemberId, maxEntries, memberId, type RosterDelta, rosterDelta } from './roster.ts'
import type { ReceivingChain, SendingChain } from './sender-chain.ts'

/** SHA3-256 of an encoded header: 64 hexadecimal digits. */
export type EpochId = string & { readonly __epochId: never }
export const epochId = hexId<EpochId>(32)

export const epochVersion = 1
export const maxParents = 4
/** Highest counter that a member without any epoch believes: far from the 48 bits' end. */
export const maxCounter = 2 ** 40

/** Public to the members; its hash is the epoch's id. */
export interface EpochHeader {
  readonly version: number
  readonly group: Bytes
  /** 1 + the greatest counter among the parents. */
  readonly counter: number
  readonly parents: readonly EpochId[]
  readonly author: MemberId
  /** Who holds the epoch, sorted: the sender index is a position here. */
  readonly members: readonly MemberId[]
  /** Of the author's merged roster, tombstones included. */
  readonly rosterHash: string
  /** What the author's roster has beyond its parents'. */
  readonly delta: RosterDelta
  /** Binds the header to one secret: 32 bytes. */
  readonly commitment: Bytes
}

const uncommittedFields = {
  version: u8,
  group: fixed(16),
  counter: u48,
  parents: list(epochId, maxParents),
  author: memberId,
  members: list(memberId, maxEntries),
  rosterHash: hexId<string>(32),
  delta: rosterDelta,
}
const uncommitted = struct<Omit<EpochHeader, 'commitment'>>(uncommittedFields)
export const epochHeader = struct<EpochHeader>({ ...uncommittedFields, commitment: fixed(32) })

/** An epoch that this member holds. J and E are gone; everything here was derived from them. */
export interface HeldEpoch {
  readonly id: EpochId
  readonly counter: number
  readonly author: MemberId
  readonly parents: readonly EpochId[]
  readonly members: readonly MemberId[]
  readonly rosterHash: string
  /** When this member took it, milliseconds. */
  readonly since: number
  /** 16 bytes, shown to people. */
  readonly fingerprint: Bytes
  readonly confirm: Secret
  /** `null` once a held epoch has this one as a parent. */
  readonly resume: Secret | null
  readonly exporter: Secret
  readonly headerKey: Secret
  /** `null` once superseded. */
  readonly sending: SendingChain | null
  readonly receiving: ReadonlyMap<MemberId, ReceivingChain>
}

/** Order of preference: counter, then id. */
export const precedes = (
  a: Pick<HeldEpoch, 'counter' | 'id'>,
  b: Pick<HeldEpoch, 'counter' | 'id'>,
): boolean => (a.counter !== b.counter ? a.counter < b.counter : a.id < b.id)

const idOf = (crypto: Crypto, header: EpochHeader): EpochId =>
  toHex(crypto.hash(utf8('mlwe-pake epoch'), encode(epochHeader, header))) as EpochId

const headerDigest = (crypto: Crypto, header: Omit<EpochHeader, 'commitment'>): Bytes =>
  crypto.hash(utf8('mlwe-pake epoch header'), encode(uncommitted, header))

const epochSecret = (
  crypto: Crypto,
  joint: Secret,
  header: Omit<EpochHeader, 'commitment'>,
): Promise<Secret> => crypto.expand(joint, concat(utf8('epoch/secret'), headerDigest(crypto, header)), 32)

const expandAll = async (
  crypto: Crypto,
  secret: Secret,
  header: EpochHeader,
  { self, now }: { self: MemberId; now: number },
): Promise<HeldEpoch> => {
  const expand = (name: string, context: Bytes = new Uint8Array(0), length = 32) =>
    crypto.expand(secret, concat(utf8(name), context), length)
  const chains = new Map<MemberId, Secret>()
  for (const member of header.members) chains.set(member, await expand('epoch/sender', fromHex(member)))
  const sending = chains.get(self)
  if (sending === undefined) throw new TypeError('not a member of this epoch')
  const receiving = [...chains].filter(([member]) => member !== self)
  return {
    id: idOf(crypto, header),
    counter: header.counter,
    author: header.author,
    parents: header.parents,
    members: header.members,
    rosterHash: header.rosterHash,
    since: now,
    fingerprint: (await expand('epoch/safety', undefined, 16)).expose(),
    confirm: await expand('epoch/confirm'),
    resume: await expand('epoch/resume'),
    exporter: await expand('epoch/export'),
    headerKey: await expand('epoch/header'),
    sending: { chain: sending, generation: 0 },
    receiving: new Map(
      receiving.map(([member, chain]) => [
        member,
        { chain, generation: 0, skipped: new Map<number, Secret>() },
      ]),
    ),
  }
}

export interface EpochDraft {
  readonly group: Bytes
  readonly author: MemberId
  readonly members: readonly MemberId[]
  readonly rosterHash: string
  readonly delta: RosterDelta
  readonly parents: readonly HeldEpoch[]
  /** 32 bytes of each member that acknowledged the author's last epoch. */
  readonly contributions: ReadonlyMap<MemberId, Bytes>
  readonly now: number
}

export interface AuthoredEpoch {
  readonly header: EpochHeader
  /** J: 32 bytes for every member, through its pair session. */
  readonly joint: Secret
  readonly epoch: HeldEpoch
}

const missingSecret = (id: EpochId): never => {
  throw new TypeError(`epoch ${id} has no resumption secret left`)
}

/** Makes an epoch: PROTOCOL §5 of this project, see SPEC.md for the key schedule. */
export const authorEpoch = async (crypto: Crypto, draft: EpochDraft): Promise<AuthoredEpoch> => {
  const { group, author, members, rosterHash, delta, contributions, now } = draft
  const parents = [...draft.parents].sort((a, b) => (a.id < b.id ? -1 : 1))
  const inherited = parents.map(({ id, resume }) =>
    concat(fromHex(id), resume?.expose() ?? missingSecret(id)),
  )
  const inheritance = new Secret(concat(...inherited))
  const mix = await crypto.derive(new Uint8Array(32), inheritance, utf8('epoch/parents'), 32)
  const gathered = [...contributions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bytes]) => bytes)
  const joint = await crypto.extract(mix, new Secret(concat(crypto.random(32), ...gathered)))
  const header = {
    version: epochVersion,
    group,
    counter: 1 + Math.max(0, ...parents.map(({ counter }) => counter)),
    parents: parents.map(({ id }) => id),
    author,
    members,
    rosterHash,
    delta,
  }
  const secret = await epochSecret(crypto, joint, header)
  const commitment = (await crypto.expand(secret, utf8('epoch/commit'), 32)).expose()
  const committed = { ...header, commitment }
  const epoch = await expandAll(crypto, secret, committed, { self: author, now })
  for (const used of [inheritance, mix, secret]) used.wipe() // FS
  return { header: committed, joint, epoch }
}

/** The epoch of a header and its J, or `null` where the commitment does not fit. */
export const openEpoch = async (
  crypto: Crypto,
  header: EpochHeader,
  joint: Secret,
  holder: { self: MemberId; now: number },
): Promise<HeldEpoch | null> => {
  const { commitment, ...body } = header
  const secret = await epochSecret(crypto, joint, body)
  const expected = await crypto.expand(secret, utf8('epoch/commit'), 32)
  const epoch = equalSecrets(expected, commitment) ? await expandAll(crypto, secret, header, holder) : null
  secret.wipe() // FS
  return epoch
}

/** MAC that acknowledges an epoch: only a holder can make it. 32 bytes. */
export const confirmation = (
  crypto: Crypto,
  epoch: HeldEpoch,
  member: MemberId,
  contribution: Bytes,
): Promise<Bytes> => crypto.mac(epoch.confirm, concat(fromHex(epoch.id), fromHex(member), contribution))
