/**
 * Both sides of a session, begun as a handshake would begin it, for tests, simulations and benchmarks.
 */

import type { Bytes } from '../../codec/index.ts'
import { type Crypto, Secret } from '../../crypto/index.ts'
import { generateKeyPairs, type KeyPairs, publicKeysOf } from '../../identity/index.ts'
import { createSession, open, type Session, seal } from '../index.ts'

/** 0: the initiator, 1: the responder. */
export type Side = 0 | 1

export const groupId: Bytes = new Uint8Array(16).fill(7)
/** The initiator has the greater one: roles decide, not the order of ids. */
export const ids: readonly [Bytes, Bytes] = [new Uint8Array(16).fill(2), new Uint8Array(16).fill(1)]

/** What a handshake left to both. */
interface Agreed {
  /** The responder's first key pairs. */
  readonly keys: KeyPairs
  /** 32 bytes each. */
  readonly key: Bytes
  readonly transcript: Bytes
}

/** @returns initiator and responder, before either has spoken */
export const startPair = async (
  crypto: Crypto,
  { keys, key, transcript }: Agreed,
): Promise<[Session, Session]> => {
  const shared = { key: new Secret(key), transcript }
  return [
    await createSession(crypto, {
      start: { ...shared, role: 'initiator', keys: null, peerKeys: publicKeysOf(keys) },
      groupId,
      self: ids[0],
      peer: ids[1],
    }),
    await createSession(crypto, {
      start: { ...shared, role: 'responder', keys, peerKeys: null },
      groupId,
      self: ids[1],
      peer: ids[0],
    }),
  ]
}

/** @returns initiator and responder of a drawn handshake, before either has spoken */
export const createPair = async (crypto: Crypto): Promise<[Session, Session]> =>
  startPair(crypto, {
    keys: await generateKeyPairs(crypto),
    key: crypto.random(32),
    transcript: crypto.random(32),
  })

/** @returns initiator and responder after one frame each way, both of which turned */
export const createSpokenPair = async (crypto: Crypto): Promise<[Session, Session]> => {
  const pair = await createPair(crypto)
  for (const from of [0, 1] as const) {
    const to = from === 0 ? 1 : 0
    const sealed = await seal(crypto, pair[from], new Uint8Array(0), {
      padding: 'control',
      turn: 'due',
      now: 0,
    })
    const opened = await open(crypto, pair[to], sealed.bytes, 0)
    if (opened.kind === 'rejected') throw new Error(opened.code)
    pair[from] = sealed.session
    pair[to] = opened.session
  }
  return pair
}
