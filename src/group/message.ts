/**
 * A message to the whole group, sealed once, and the tags that prove to each recipient who sent it.
 *
 *   version 1 · epoch 8 · nonce 12 · sealed (sender index 2, generation 4) 22 · salt 16 · body + 16
 *   and beside it, one for each recipient, a tag of 16
 */
import {
  type Bytes,
  concat,
  DecodeError,
  decode,
  encode,
  fixed,
  fromHex,
  struct,
  u8,
  u16,
  u32,
  utf8,
} from '../codec/index.ts'
import { type Crypto, CryptoError, equalSecrets, type Secret } from '../crypto/index.ts'
import type { MemberId } from '../identity/index.ts'
import type { HeldEpoch } from './epoch.ts'
import { sendableOf } from './keeping.ts'
import { openBody, sealBody } from './sender-chain.ts'
import type { GroupState } from './state.ts'

const messageVersion = 2
const prefixBytes = 8
const sealedBytes = 6 + 16
export const tagBytes = 16
/** Bytes that a sealed message is longer than its body. */
const messageOverhead = 1 + prefixBytes + 12 + sealedBytes + 16 + 16

interface Envelope {
  readonly version: number
  readonly prefix: Bytes
  readonly nonce: Bytes
  readonly position: Bytes
}

const envelope = struct<Envelope>({
  version: u8,
  prefix: fixed(prefixBytes),
  nonce: fixed(12),
  position: fixed(sealedBytes),
})
const position = struct<{ sender: number; generation: number }>({ sender: u16, generation: u32 })
const envelopeBytes = 1 + prefixBytes + 12 + sealedBytes

const contextOf = (state: GroupState, epoch: HeldEpoch): Bytes =>
  concat(utf8('mlwe-pake v2 group message'), Uint8Array.of(messageVersion), state.groupId, fromHex(epoch.id))

/**
 * Seals a message by the sendable epoch. Draws 12 and 16 bytes.
 *
 * @param body already padded
 * @returns the message and the epoch whose members can open it, or `null` when no epoch is sendable
 */
export const sealMessage = async (
  crypto: Crypto,
  state: GroupState,
  body: Uint8Array,
): Promise<{ state: GroupState; bytes: Bytes; epoch: HeldEpoch; stale: readonly Secret[] } | null> => {
  const epoch = sendableOf(state)
  if (epoch?.sending == null) return null
  const context = contextOf(state, epoch)
  let head: Bytes = new Uint8Array(0)
  const sealed = await sealBody(crypto, epoch.sending, body, async (generation) => {
    const nonce = crypto.random(12)
    const plain = encode(position, { sender: epoch.members.indexOf(state.self.id), generation })
    const prefix = fromHex(epoch.id).slice(0, prefixBytes)
    const hidden = await crypto.seal(epoch.headerKey, nonce, context, plain)
    head = encode(envelope, { version: messageVersion, prefix, nonce, position: hidden })
    return concat(context, head)
  })
  const next = { ...epoch, sending: sealed.chain }
  const epochs = state.epochs.map((held) => (held === epoch ? next : held))
  return { state: { ...state, epochs }, bytes: concat(head, sealed.bytes), epoch, stale: sealed.stale }
}

export type MessageReject =
  | 'group/malformed'
  | 'group/unknown-epoch'
  | 'group/unreadable'
  | 'group/replayed'
  | 'group/jump'
  | 'group/wrong-sender'

export type OpenedMessage =
  | {
      readonly kind: 'opened'
      readonly state: GroupState
      readonly body: Bytes
      readonly epoch: HeldEpoch
      readonly stale: readonly Secret[]
    }
  | { readonly kind: 'rejected'; readonly code: MessageReject }

const rejected = (code: MessageReject): OpenedMessage => ({ kind: 'rejected', code })

/**
 * Opens a message that `from` is known to have sent: its tag was verified before.
 *
 * @returns the body with its padding, or why it was refused; then the state stays as it was
 */
export const openMessage = async (
  crypto: Crypto,
  state: GroupState,
  from: MemberId,
  bytes: Uint8Array,
): Promise<OpenedMessage> => {
  try {
    if (bytes.length < messageOverhead) return rejected('group/malformed')
    const head = bytes.subarray(0, envelopeBytes)
    const { version, prefix, nonce, position: hidden } = decode(envelope, head)
    if (version !== messageVersion) return rejected('group/malformed')
    const epoch = state.epochs.find(({ id }) => equalSecrets(fromHex(id).subarray(0, prefixBytes), prefix))
    if (epoch === undefined) return rejected('group/unknown-epoch')
    const context = contextOf(state, epoch)
    const { sender, generation } = decode(
      position,
      await crypto.open(epoch.headerKey, nonce, context, hidden),
    )
    if (epoch.members[sender] !== from) return rejected('group/wrong-sender')
    const chain = epoch.receiving.get(from)
    if (chain === undefined) return rejected('group/wrong-sender')
    const opened = await openBody(
      crypto,
      chain,
      generation,
      bytes.subarray(envelopeBytes),
      concat(context, head),
    )
    if (opened.kind === 'rejected') return opened
    const next = { ...epoch, receiving: new Map(epoch.receiving).set(from, opened.chain) }
    const epochs = state.epochs.map((held) => (held === epoch ? next : held))
    return {
      kind: 'opened',
      state: { ...state, epochs },
      body: opened.plaintext,
      epoch: next,
      stale: opened.stale,
    }
  } catch (error) {
    if (error instanceof CryptoError || error instanceof DecodeError) return rejected('group/unreadable')
    throw error
  }
}

/**
 * Proves to one recipient who sent a message: HMAC under the pair's `auth`, so that no member can speak as another,
 * and nobody can show a third party who said it.
 *
 * @param bytes the whole message as `sealMessage` returned it
 * @returns 16 bytes
 */
export const tagFor = async (
  crypto: Crypto,
  auth: Secret,
  { sender, recipient }: { sender: MemberId; recipient: MemberId },
  bytes: Uint8Array,
): Promise<Bytes> => {
  const subject = concat(utf8('mlwe-pake v2 tag'), fromHex(sender), fromHex(recipient), crypto.hash(bytes))
  return (await crypto.mac(auth, subject)).slice(0, tagBytes)
}
