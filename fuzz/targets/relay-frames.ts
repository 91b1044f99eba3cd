/** Frames between a client and the relay, both ways, and the client itself fed with what a hostile relay sends. */

import { type Bytes, type Codec, concat, encode } from '../../src/codec/index.ts'
import {
  type ClientFrame,
  clientFrame,
  FRAME_BYTES,
  type RelayFrame,
  relayFrame,
} from '../../src/relay-protocol/index.ts'
import { createRelayClient } from '../../src/transport/index.ts'
import { fieldsBy } from '../fields.ts'
import { decodeStrictly, oneOfLayouts, whichOf } from '../strict.ts'
import { demand, type Target } from '../target.ts'

const hash = 'ab'.repeat(32)
const key = new Uint8Array(32).fill(1)
const payload = new Uint8Array(40).fill(2)
const limits = {
  frameBytes: 65_536,
  messagesPerSecond: 50,
  messageBurst: 200,
  bytesPerSecond: 1e6,
  byteBurst: 2e6,
  roomMembers: 256,
}

const clientFrames: readonly ClientFrame[] = [
  { kind: 'hello', secret: key },
  { kind: 'join', room: hash },
  { kind: 'join', room: hash, token: { current: key, former: key } },
  { kind: 'leave' },
  { kind: 'send', to: hash, payload },
  { kind: 'ping' },
  { kind: 'token', token: { current: key, former: null } },
  {
    kind: 'multicast',
    recipients: [
      { to: hash, tag: null },
      { to: hash, tag: key.slice(16) },
    ],
    payload,
  },
  { kind: 'prekeys-put', request: 1, replace: true, items: [payload, payload] },
  { kind: 'prekeys-take', request: 2, of: hash },
  { kind: 'prekeys-count', request: 3 },
  { kind: 'forget', request: 4 },
  { kind: 'turn', request: 4 },
  { kind: 'mail', request: 5, to: hash, payload },
  { kind: 'mail-fetch', request: 6, after: 9 },
  { kind: 'mail-ack', request: 7, ids: [1, 2] },
]
const relayFrames: readonly RelayFrame[] = [
  { kind: 'welcome', address: hash, limits },
  { kind: 'joined', members: [hash, 'cd'.repeat(32)] },
  { kind: 'presence', address: hash, present: true },
  { kind: 'frame', from: hash, payload },
  { kind: 'undelivered', to: hash },
  { kind: 'error', code: 'message-rate', retryAfterMs: 100 },
  { kind: 'going-away', afterMs: 100 },
  { kind: 'pong' },
  { kind: 'standing', member: true },
  { kind: 'refused', request: 1, code: 'stock-full', retryAfterMs: 0 },
  { kind: 'prekeys-stored', request: 1, stock: 3 },
  { kind: 'prekey', request: 1, item: payload },
  { kind: 'prekeys-counted', request: 1, stocks: [{ address: hash, count: 2 }] },
  { kind: 'forgotten', request: 1 },
  { kind: 'turn-servers', request: 1, urls: ['turn:a'], username: 'u', credential: 'c', seconds: 60 },
  { kind: 'mailed', request: 1 },
  { kind: 'letters', request: 1, letters: [{ id: 1, from: hash, payload }], more: false },
  { kind: 'mail-acked', request: 1 },
  { kind: 'mail-waiting' },
]

const tagged = <T>(which: number, codec: Codec<T>, frames: readonly T[]): readonly Bytes[] =>
  frames.map((frame) => concat(Uint8Array.of(which), encode(codec, frame)))

/** A client whose relay says anything: whatever it says comes as events, and never leaves more than a few timers. */
const startClient = () => {
  const timers = new Set<() => void>()
  const listeners = new Map<string, (event: unknown) => void>()
  let [now, events, sends] = [0, 0, 0]
  const client = createRelayClient({
    urls: () => ['ws://relay', 'ws://second'],
    secret: key,
    room: hash,
    openSocket: () => ({
      binaryType: '',
      send: (bytes) => demand(bytes.length <= FRAME_BYTES, 'a frame of the client fits'),
      close: () => undefined,
      addEventListener: (type, listener) => void listeners.set(type, listener),
    }),
    now: () => now,
    random: () => 0.5,
    setTimer: (run) => {
      timers.add(run)
      return () => void timers.delete(run)
    },
    onEvent: () => {
      events += 1
    },
  })
  const open = (): void => listeners.get('open')?.({})
  open()
  return {
    hear(bytes: Bytes): void {
      const before = events
      listeners.get('message')?.({ data: bytes })
      demand(events - before <= 3 + sends, 'one frame makes a few events, and one for each frame that waited')
      demand(timers.size <= 8, 'a relay leaves a client few timers')
      client.send(hash, payload)
      sends += 1
    },
    wait(): void {
      now += 15_000
      for (const run of [...timers]) {
        timers.delete(run)
        run()
      }
      open()
    },
    ask: () => void client.request({ kind: 'prekeys-count' }),
  }
}

export const createTarget = async (): Promise<Target> => ({
  fields: fieldsBy(oneOfLayouts(clientFrame, relayFrame)),
  seeds: [
    ...tagged(0, clientFrame, clientFrames),
    ...tagged(1, relayFrame, relayFrames),
    ...tagged(3, relayFrame, relayFrames),
  ],
  longest: 16,
  run: async (input) => {
    const client = startClient()
    const isNew = ((input[0]?.[0] ?? 0) & 2) === 2
    for (const frame of isNew ? [] : relayFrames.slice(0, 2)) client.hear(encode(relayFrame, frame))
    return input.map((bytes) => {
      const { which, body } = whichOf(bytes, 2)
      const read = which === 0 ? decodeStrictly(clientFrame, body) : decodeStrictly(relayFrame, body)
      if (which === 1) client.hear(body)
      else client.wait()
      client.ask()
      return 'refusal' in read ? read.refusal : read.value.kind
    })
  },
})
