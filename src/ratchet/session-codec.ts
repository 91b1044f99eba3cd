/**
 * The stored form of a session, and the rules that tell a damaged one from a whole one.
 */

import {
  type Bytes,
  DecodeError,
  decode,
  encode,
  fixed,
  list,
  oneOf,
  optional,
  struct,
  u8,
  u32,
  u48,
} from '../codec/index.ts'
import { secretBytes } from '../crypto/index.ts'
import { keyPairs } from '../identity/index.ts'
import type { ReceivingAuth, ReceivingAuths } from './auth.ts'
import { turnBlockFields } from './header.ts'
import { publicKeyFields } from './keys.ts'
import type { MessageChain } from './message-chain.ts'
import type { RootChain } from './root-chain.ts'
import type { KeySet, Receiving, Role, Sending, Session } from './session.ts'
import {
  type ClosedChain,
  maxClosedChains,
  maxSkipped,
  type SkippedKey,
  type SkippedKeys,
} from './skipped-keys.ts'

const format = 2

const id = fixed(16)
const key = secretBytes(32)
const print = list(fixed(32), 4)

const rootChain = struct<RootChain>({ root: key, nextHeaderKey: key, turn: u32 })
const chain = optional(struct<MessageChain>({ headerKey: key, key, next: u32 }))
const keySet = struct<KeySet>({ index: u32, keys: keyPairs })

const sending = struct<Sending>({
  rootChain,
  acked: u32,
  freshFrom: u32,
  turnedAt: u48,
  chain,
  previous: u32,
  block: optional(turnBlockFields),
  auth: key,
  nextAuth: optional(key),
})
const skipped = struct<SkippedKeys>({
  keys: list(struct<SkippedKey>({ turn: u32, number: u32, key, storedAt: u48 }), maxSkipped),
  closed: list(struct<ClosedChain>({ turn: u32, headerKey: key }), maxClosedChains),
})
const auths = struct<ReceivingAuths>({
  held: list(struct<ReceivingAuth>({ turn: u32, auth: key }), 2),
  confirmedAt: optional(u48),
})
const receiving = struct<Receiving>({ rootChain, chain, skipped, auths })

const fields = struct<Session>({
  role: oneOf<Role>('initiator', 'responder'),
  groupId: id,
  self: id,
  peer: id,
  sending,
  receiving,
  keySets: list(keySet, 1),
  peerKeys: optional(publicKeyFields),
  seen: struct<Session['seen']>({ own: print, peer: print }),
})

export const storedSession = struct<{ readonly format: number; readonly session: Session }>({
  format: u8,
  session: fields,
})

const isSendingConsistent = ({ role, sending, receiving, peerKeys }: Session): boolean => {
  const { turn } = sending.rootChain
  const current = receiving.rootChain.turn
  const isAwaiting = sending.acked + 1 === turn
  return (
    (sending.acked === turn || isAwaiting) &&
    (sending.block !== null) === isAwaiting &&
    (sending.nextAuth !== null) === isAwaiting &&
    (sending.chain !== null) === turn > 0 &&
    sending.freshFrom <= current + 1 &&
    (peerKeys === null) === (role === 'responder' && current === 0) &&
    (peerKeys !== null || turn === 0)
  )
}

const isReceivingConsistent = ({ receiving }: Session): boolean => {
  const { keys, closed } = receiving.skipped
  const { held, confirmedAt } = receiving.auths
  const current = receiving.rootChain.turn
  return (
    (receiving.chain !== null) === current > 0 &&
    closed.every((one, i) => one.turn < (closed[i + 1]?.turn ?? current)) &&
    keys.every(({ turn }) => turn === current || closed.some((one) => one.turn === turn)) &&
    held.length > 0 &&
    held.every(({ turn }, i) => turn === current - i) &&
    (confirmedAt === null || held.length === 2)
  )
}

/** The set of the last own turn, there unless a turn of the peer has used it. */
const areKeySetsConsistent = ({ sending, receiving, keySets }: Session): boolean => {
  const { turn } = sending.rootChain
  const isUsed = receiving.rootChain.turn >= sending.freshFrom
  return keySets.length === (isUsed ? 0 : 1) && keySets.every(({ index }) => index === turn)
}

/** True of every session that this folder makes: a stored one that fails is damaged. */
const isConsistent = (session: Session): boolean =>
  isSendingConsistent(session) && isReceivingConsistent(session) && areKeySetsConsistent(session)

/** Enough for a session with few skipped keys. */
const usualBytes = 4096

/** @returns the whole state, secrets included: 1,570 to about 13,000 bytes. The caller seals it before storing it */
export const encodeSession = (session: Session): Bytes =>
  encode(storedSession, { format, session }, usualBytes)

/**
 * @param bytes - as `encodeSession` made them
 * @returns the session
 * @throws DecodeError on another format, damage, or a state that no session can be in
 */
export const decodeSession = (bytes: Uint8Array): Session => {
  if (bytes[0] !== format) throw new DecodeError('unknown format', 'session', 0)
  const { session } = decode(storedSession, bytes)
  if (!isConsistent(session)) throw new DecodeError('inconsistent state', 'session', 1)
  return session
}
