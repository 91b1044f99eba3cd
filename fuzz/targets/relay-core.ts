/** The relay's core with its store: sockets in two rooms say anything, and time passes. */

import type { RelayEffect } from '../../signaling/relay/effects.ts'
import { createRelay } from '../../signaling/relay/relay.ts'
import { createMemoryStore } from '../../signaling/store/memory-store.ts'
import { handleRequest } from '../../signaling/store/request.ts'
import { defaultStoreLimits } from '../../signaling/store/store.ts'
import { addressOf, networkOf, otherRoom, relayHash, room, secret } from '../../signaling/testing/relay.ts'
import { type Bytes, type Codec, decode, encode, struct, u8, u16 } from '../../src/codec/index.ts'
import {
  type ClientFrame,
  clientFrame,
  defaultLimits,
  FRAME_BYTES,
  relayFrame,
} from '../../src/relay-protocol/index.ts'
import { fieldsBy } from '../fields.ts'
import { demand, type Input, type Target } from '../target.ts'

/** What happens at one socket: time passes, and it says `frame`, or its line breaks where `socket` is odd beyond 127. */
interface Happening {
  readonly socket: number
  readonly waitMs: number
  readonly frame: ClientFrame
}
const happening: Codec<Happening> = struct<Happening>({ socket: u8, waitMs: u16, frame: clientFrame })
const headBytes = 3
const sockets = 4

const payload = new Uint8Array(100).fill(2)
const token = { current: secret(9), former: null }
const said: readonly ClientFrame[] = [
  { kind: 'join', room },
  { kind: 'join', room: otherRoom, token },
  { kind: 'leave' },
  { kind: 'hello', secret: secret(1) },
  { kind: 'send', to: addressOf(2), payload },
  {
    kind: 'multicast',
    recipients: [
      { to: addressOf(1), tag: new Uint8Array(16) },
      { to: addressOf(2), tag: null },
    ],
    payload,
  },
  { kind: 'ping' },
  { kind: 'token', token },
  { kind: 'prekeys-put', request: 1, replace: false, items: [payload, payload.slice(1)] },
  { kind: 'prekeys-take', request: 2, of: addressOf(2) },
  { kind: 'prekeys-count', request: 3 },
  { kind: 'forget', request: 4 },
  { kind: 'turn', request: 4 },
  { kind: 'mail', request: 5, to: addressOf(1), payload },
  { kind: 'mail-fetch', request: 6, after: 0 },
  { kind: 'mail-ack', request: 7, ids: [1, 2, 3] },
]

const start = () => {
  const clock = { now: 0 }
  const store = createMemoryStore(defaultStoreLimits, () => clock.now)
  const relay = createRelay(defaultLimits, relayHash)
  const open = new Set<number>()
  /** Carries out what the relay asks for; returns the kinds of what it said. */
  const settle = async (effects: readonly RelayEffect[]): Promise<readonly string[]> => {
    demand(effects.length <= 300, 'one event has a bounded number of effects')
    const kinds: string[] = []
    for (const effect of effects) {
      if (effect.kind === 'request')
        kinds.push(
          ...(await settle(relay.responded(effect.request, await handleRequest(store, effect.request)))),
        )
      if (effect.kind === 'close') {
        open.delete(effect.socket)
        kinds.push('close', ...(await settle(relay.disconnect(effect.socket))))
      }
      if (effect.kind !== 'send') continue
      demand(effect.bytes.length <= FRAME_BYTES, 'a frame of the relay fits')
      const frame = decode(relayFrame, effect.bytes)
      kinds.push(
        frame.kind === 'error' || frame.kind === 'refused' ? `${frame.kind} ${frame.code}` : frame.kind,
      )
    }
    return kinds
  }
  const connect = async (socket: number, who: number, into: string): Promise<void> => {
    open.add(socket)
    await settle(relay.connect(socket, networkOf(`network ${who}`), clock.now))
    for (const frame of [
      { kind: 'hello', secret: secret(who) },
      { kind: 'join', room: into },
    ] as const)
      await settle(relay.receive(socket, encode(clientFrame, frame), clock.now))
  }
  return { clock, relay, open, settle, connect }
}

const run = async (input: Input): Promise<readonly string[]> => {
  const { clock, relay, open, settle, connect } = start()
  const ids = new Map<number, number>()
  let last = 0
  const enter = async (who: number): Promise<void> => {
    ids.set(who, ++last)
    await connect(last, who, who === sockets ? otherRoom : room)
  }
  for (let who = 1; who <= sockets; who++) await enter(who)
  const outcomes: string[] = []
  for (const bytes of input) {
    const [socket = 0, high = 0, low = 0] = bytes
    const who = 1 + (socket % sockets)
    clock.now += 256 * high + low
    outcomes.push(...(await settle(relay.tick(clock.now))))
    if (!open.has(ids.get(who)!)) await enter(who)
    else if (socket > 250) await settle(relay.disconnect(ids.get(who)!))
    outcomes.push(...(await settle(relay.receive(ids.get(who)!, bytes.slice(headBytes), clock.now))))
    const { sockets: count, members } = relay.counts()
    demand(count <= sockets && members.every((size) => size <= sockets), 'only who is connected is counted')
  }
  for (const socket of [...open]) await settle(relay.disconnect(socket))
  demand(relay.counts().sockets === 0 && relay.rooms().size === 0, 'nothing stays of who has left')
  return outcomes
}

export const createTarget = async (): Promise<Target> => ({
  fields: fieldsBy(happening),
  seeds: said.map((frame, i): Bytes => encode(happening, { socket: i % sockets, waitMs: 10 * i, frame })),
  longest: 24,
  run,
})
