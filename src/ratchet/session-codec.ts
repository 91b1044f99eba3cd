/**
 * The stored form of a session, and the rules that tell a damaged one from a whole one.
 */

import {
  type Bytes,
  type Codec,
  DecodeError,
  decode,
  encode,
  fixed,
  list,
  optional,
  struct,
  u8,
  u32,
  u48,
} from '../codec/index.ts'
import { type KeyPair, Secret } from '../crypto/index.ts'
import { turnBlockFields } from './header.ts'
import { publicKeyFields, type RatchetKeys } from './keys.ts'
import type { MessageChain } from './message-chain.ts'
import type { RootChain } from './root-chain.ts'
import type { KeySet, Receiving, Sending, Session } from './session.ts'
import {
  type ClosedChain,
  maxClosedChains,
  maxSkipped,
  type SkippedKey,
  type SkippedKeys,
} from './skipped-keys.ts'

const format = 1

const secret = (size: number): Codec<Secret> => {
  const raw = fixed(size)
  return {
    write: (out, value) => raw.write(out, value.expose()),
    read: (input) => new Secret(raw.read(input)),
  }
}
const id = fixed(16)
const key = secret(32)
const print = list(fixed(32), 4)

const pair = (publicBytes: number, privateBytes: number): Codec<KeyPair> =>
  struct<KeyPair>({ publicKey: fixed(publicBytes), privateKey: secret(privateBytes) })
const rootChain = struct<RootChain>({ root: key, nextHeaderKey: key, turn: u32 })
const chain = optional(struct<MessageChain>({ headerKey: key, key, next: u32 }))
const keySet = struct<KeySet>({
  index: u32,
  keys: struct<RatchetKeys>({ dh: pair(32, 32), kem: pair(1184, 64) }),
})

const sending = struct<Sending>({
  rootChain,
  acked: u32,
  freshFrom: u32,
  chain,
  previous: u32,
  block: optional(turnBlockFields),
})
const skipped = struct<SkippedKeys>({
  keys: list(struct<SkippedKey>({ turn: u32, number: u32, key, storedAt: u48 }), maxSkipped),
  closed: list(struct<ClosedChain>({ turn: u32, headerKey: key }), maxClosedChains),
})
const receiving = struct<Receiving>({ rootChain, chain, skipped })

const fields = struct<Session>({
  groupId: id,
  self: id,
  peer: id,
  auth: key,
  safety: fixed(32),
  sending,
  receiving,
  keySets: list(keySet, 2),
  peerKeys: publicKeyFields,
  seen: struct<Session['seen']>({ own: print, peer: print }),
})

const stored = struct<{ readonly format: number; readonly session: Session }>({ format: u8, session: fields })

/** True of every session that this folder makes: a stored one that fails is damaged. */
const isConsistent = ({ sending, receiving, keySets }: Session): boolean => {
  const { turn } = sending.rootChain
  const { keys, closed } = receiving.skipped
  const current = receiving.rootChain.turn
  return (
    (sending.acked === turn || sending.acked + 1 === turn) &&
    (sending.block !== null) === sending.acked < turn &&
    (sending.chain !== null) === turn > 0 &&
    (receiving.chain !== null) === current > 0 &&
    sending.freshFrom <= current + 1 &&
    keySets.length === turn - sending.acked + 1 &&
    keySets.every(({ index }, i) => index === sending.acked + i) &&
    closed.every((one, i) => one.turn < (closed[i + 1]?.turn ?? current)) &&
    keys.every(({ turn }) => turn === current || closed.some((one) => one.turn === turn))
  )
}

/** Enough for a session with few skipped keys. */
const usualBytes = 4096

/** @returns the whole state, secrets included: 2,934 to about 13,000 bytes. The caller seals it before storing it */
export const encodeSession = (session: Session): Bytes => encode(stored, { format, session }, usualBytes)

/**
 * @param bytes - as `encodeSession` made them
 * @returns the session
 * @throws DecodeError on another format, damage, or a state that no session can be in
 */
export const decodeSession = (bytes: Uint8Array): Session => {
  if (bytes[0] !== format) throw new DecodeError('unknown format', 'session', 0)
  const { session } = decode(stored, bytes)
  if (!isConsistent(session)) throw new DecodeError('inconsistent state', 'session', 1)
  return session
}
