/**
 * One epoch: a header that all its members see, and the keys that follow from its secret.
 *
 *   J ──(header)──> E ──> commit · confirm · export · media · header key · safety
 *                     └─> one sender chain for each member
 *
 * There are no parents and no resumption secret: J itself travels, so they would protect nothing. Key schedule in
 * SPEC.md.
 */
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
import { type MemberId, memberId } from '../identity/index.ts'
import type { ReceivingChain, SendingChain } from './sender-chain.ts'

/** SHA3-256 of an encoded header: 64 hexadecimal digits. */
export type EpochId = string & { readonly __epochId: never }
export const epochId = hexId<EpochId>(32)

export const epochVersion = 2
/** Live members of one group, and so members of one epoch. */
export const maxMembers = 256

/** Public to the members; its hash is the epoch's id. At most 4,169 bytes. */
export interface EpochHeader {
  readonly version: number
  /** 16 bytes. */
  readonly group: Bytes
  readonly counter: number
  readonly author: MemberId
  /** Who holds the epoch, sorted: the sender index is a position here. */
  readonly members: readonly MemberId[]
  /** Binds the header to one secret: 32 bytes. */
  readonly commitment: Bytes
}

const uncommittedFields = {
  version: u8,
  group: fixed(16),
  counter: u48,
  author: memberId,
  members: list(memberId, maxMembers),
}
type Uncommitted = Omit<EpochHeader, 'commitment'>
const uncommitted = struct<Uncommitted>(uncommittedFields)
export const epochHeader = struct<EpochHeader>({ ...uncommittedFields, commitment: fixed(32) })

/** The secrets of an epoch. J and E are gone once these are derived. */
export interface EpochKeys {
  readonly confirm: Secret
  readonly exporter: Secret
  /** From which keys for media are derived. */
  readonly media: Secret
  readonly headerKey: Secret
  /** `null` once superseded, and after a restart. */
  readonly sending: SendingChain | null
  readonly receiving: ReadonlyMap<MemberId, ReceivingChain>
}

export interface HeldEpoch extends EpochKeys {
  readonly id: EpochId
  readonly counter: number
  readonly author: MemberId
  readonly members: readonly MemberId[]
  /** When this member took it, milliseconds. */
  readonly since: number
  /** Whether its members once were exactly the live ones: then it stays sendable while entries are only added. */
  readonly wasUsable: boolean
  /** Whether its author was in good standing when it came; otherwise others have to show it first. */
  readonly preferred: boolean
  /** 16 bytes, shown to people. */
  readonly fingerprint: Bytes
}

type Ordered = Pick<HeldEpoch, 'counter' | 'id'>

/**
 * Order of preference: counter, then id.
 *
 * @returns whether `b` is preferred to `a`
 */
export const precedes = (a: Ordered, b: Ordered): boolean =>
  a.counter !== b.counter ? a.counter < b.counter : a.id < b.id

const label = (name: string): Bytes => utf8(`mlwe-pake v2 ${name}`)

/** The id of an epoch: SHA3-256 over label and header. */
export const headerId = (crypto: Crypto, header: EpochHeader): EpochId =>
  toHex(crypto.hash(label('epoch'), encode(epochHeader, header))) as EpochId

const epochSecret = (crypto: Crypto, joint: Secret, header: Uncommitted): Promise<Secret> => {
  const digest = crypto.hash(label('epoch header'), encode(uncommitted, header))
  return crypto.expand(joint, concat(label('epoch/secret'), digest), 32)
}

interface Holder {
  readonly self: MemberId
  readonly now: number
  readonly preferred: boolean
}

const expandAll = async (
  crypto: Crypto,
  secret: Secret,
  header: EpochHeader,
  { self, now, preferred }: Holder,
): Promise<HeldEpoch> => {
  const id = headerId(crypto, header)
  const expand = (name: string, context: Bytes = new Uint8Array(0), length = 32) =>
    crypto.expand(secret, concat(label(name), context), length)
  const chains = new Map<MemberId, Secret>()
  for (const member of header.members) chains.set(member, await expand('epoch/sender', fromHex(member)))
  const sending = chains.get(self)
  if (sending === undefined) throw new TypeError('not a member of this epoch')
  chains.delete(self)
  const receiving = [...chains].map(([member, chain]): [MemberId, ReceivingChain] => [
    member,
    { chain, generation: 0, skipped: new Map<number, Secret>() },
  ])
  return {
    id,
    counter: header.counter,
    author: header.author,
    members: header.members,
    since: now,
    wasUsable: false,
    preferred,
    fingerprint: (await expand('epoch/safety', undefined, 16)).expose(),
    confirm: await expand('epoch/confirm'),
    exporter: await expand('epoch/export'),
    media: await expand('epoch/media', fromHex(id)),
    headerKey: await expand('epoch/header'),
    sending: { chain: sending, generation: 0 },
    receiving: new Map(receiving),
  }
}

export interface EpochDraft {
  /** 16 bytes. */
  readonly group: Bytes
  readonly counter: number
  readonly author: MemberId
  /** Sorted, the author among them. */
  readonly members: readonly MemberId[]
  /** 32 bytes of each member that acknowledged an epoch of this author. */
  readonly contributions: ReadonlyMap<MemberId, Bytes>
  readonly now: number
}

export interface AuthoredEpoch {
  readonly header: EpochHeader
  /** J: 32 bytes for every member, through its pair session. */
  readonly joint: Secret
  readonly epoch: HeldEpoch
}

/**
 * Makes an epoch. Draws 32 bytes.
 *
 * @returns header and J for the members, and the epoch as its author holds it
 */
export const authorEpoch = async (crypto: Crypto, draft: EpochDraft): Promise<AuthoredEpoch> => {
  const { group, counter, author, members, contributions, now } = draft
  const gathered = [...contributions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bytes]) => bytes)
  const inputs = new Secret(concat(crypto.random(32), ...gathered))
  const joint = await crypto.extract(label('epoch/joint'), inputs)
  const header = { version: epochVersion, group, counter, author, members }
  const secret = await epochSecret(crypto, joint, header)
  const commitment = (await crypto.expand(secret, label('epoch/commit'), 32)).expose()
  const committed = { ...header, commitment }
  const epoch = await expandAll(crypto, secret, committed, { self: author, now, preferred: true })
  for (const used of [inputs, secret]) used.wipe() // FS
  return { header: committed, joint, epoch }
}

/**
 * Derives an epoch from its header and its J.
 *
 * @returns `null` where the commitment does not fit
 */
export const openEpoch = async (
  crypto: Crypto,
  header: EpochHeader,
  joint: Secret,
  holder: Holder,
): Promise<HeldEpoch | null> => {
  const { commitment, ...body } = header
  const secret = await epochSecret(crypto, joint, body)
  const expected = await crypto.expand(secret, label('epoch/commit'), 32)
  const epoch = equalSecrets(expected, commitment) ? await expandAll(crypto, secret, header, holder) : null
  for (const used of [secret, expected]) used.wipe() // FS
  return epoch
}

/**
 * The MAC that acknowledges an epoch: only a holder can make it.
 *
 * @param contribution 32 fresh bytes for the author's next epoch
 * @returns 32 bytes
 */
export const confirmation = (
  crypto: Crypto,
  epoch: Pick<HeldEpoch, 'confirm' | 'id'>,
  member: MemberId,
  contribution: Bytes,
): Promise<Bytes> =>
  crypto.mac(epoch.confirm, concat(label('epoch ack'), fromHex(epoch.id), fromHex(member), contribution))

/**
 * How many messages of the room went by an epoch, as far as this member has seen.
 *
 * @returns the sum over all senders, oneself included
 */
export const messagesOf = ({ sending, receiving }: Pick<HeldEpoch, 'sending' | 'receiving'>): number => {
  let count = sending?.generation ?? 0
  for (const { generation } of receiving.values()) count += generation
  return count
}
