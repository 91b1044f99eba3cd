/** The relay core with a memory store, driven by frames. */

import { createHash } from 'node:crypto'
import { type Bytes, decode, encode, toHex } from '../../src/codec/index.ts'
import {
  addressInput,
  type ClientFrame,
  clientFrame,
  defaultLimits,
  type RelayFrame,
  type RelayLimits,
  relayFrame,
} from '../../src/relay-protocol/index.ts'
import type { RelayEffect, ShareRequest } from '../relay/effects.ts'
import { createRelay } from '../relay/relay.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { handleRequest } from '../store/request.ts'
import { defaultStoreLimits, type StoreLimits } from '../store/store.ts'

export const relayHash = (bytes: Bytes): Uint8Array => createHash('sha256').update(bytes).digest()
export const secret = (n: number): Bytes => new Uint8Array(32).fill(n)
export const addressOf = (n: number): string => toHex(relayHash(addressInput(secret(n))))
export const room = 'aa'.repeat(32)
export const otherRoom = 'bb'.repeat(32)

/** A network with limits. */
export const networkOf = (name: string) => ({ name, wide: null })

/** An effect as tests compare it: the socket, and the decoded frame or close code. */
export type Seen = readonly [
  socket: number,
  frame: RelayFrame | { kind: 'close'; code: number } | { kind: 'request' | 'turn' | ShareRequest['kind'] },
]

export const see = (effects: readonly RelayEffect[]): Seen[] =>
  effects.map((effect): Seen => {
    if (effect.kind === 'request') return [effect.request.socket, { kind: 'request' }]
    if (effect.kind === 'turn') return [effect.socket, { kind: 'turn' }]
    if (effect.kind === 'share') return [0, { kind: effect.share.kind }]
    if (effect.kind === 'close') return [effect.socket, { kind: 'close', code: effect.code }]
    return [effect.socket, decode(relayFrame, effect.bytes)]
  })

/** Creates a relay with its store. */
export function setUp(limits: Partial<RelayLimits> = {}, storeLimits: Partial<StoreLimits> = {}) {
  const store = createMemoryStore({ ...defaultStoreLimits, ...storeLimits }, () => 0)
  const relay = createRelay({ ...defaultLimits, ...limits }, relayHash)
  const say = (socket: number, frame: ClientFrame, now = 0) =>
    see(relay.receive(socket, encode(clientFrame, frame), now))
  const enter = (socket: number, into = room, who = socket): Seen[] => {
    relay.connect(socket, `ip${socket}`, 0)
    say(socket, { kind: 'hello', secret: secret(who) })
    return say(socket, { kind: 'join', room: into })
  }
  /** Sends a frame and lets the store respond. */
  const request = async (socket: number, frame: ClientFrame): Promise<Seen[]> => {
    const settle = async (effects: readonly RelayEffect[]): Promise<Seen[]> => {
      const seen: Seen[] = []
      for (const effect of effects) {
        if (effect.kind !== 'request') seen.push(...see([effect]))
        else
          seen.push(
            ...(await settle(relay.responded(effect.request, await handleRequest(store, effect.request)))),
          )
      }
      return seen
    }
    return await settle(relay.receive(socket, encode(clientFrame, frame), 0))
  }
  return { relay, say, enter, request }
}

export const payload = new Uint8Array([1, 2, 3])
