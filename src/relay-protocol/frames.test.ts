import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Codec, concat, DecodeError, decode, encode, fromHex, toHex } from '../codec/index.ts'
import {
  type ClientFrame,
  clientFrame,
  FRAME_BYTES,
  frameFrom,
  headOf,
  PAYLOAD_BYTES,
  type RelayFrame,
  readClientFrame,
  relayFrame,
  turnSend,
} from './frames.ts'

const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((raw) => new Uint8Array(raw))
const id = bytes(32, 32).map(toHex)
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const u48 = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const kind = <const K extends string>(name: K) => fc.constant(name)

const token = fc.record({ current: bytes(32, 32), former: fc.option(bytes(32, 32)) })

const anyClientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({ kind: kind('hello'), secret: bytes(32, 32) }),
  fc.record({ kind: kind('join'), room: id }),
  fc.record({ kind: kind('join'), room: id, token }),
  fc.record({ kind: kind('token'), token }),
  fc.record({
    kind: kind('multicast'),
    recipients: fc.array(fc.record({ to: id, tag: fc.option(bytes(16, 16)) }), { maxLength: 4 }),
    payload: bytes(0, 300),
  }),
  fc.record({ kind: kind('leave') }),
  fc.record({ kind: kind('send'), to: id, payload: bytes(0, 300) }),
  fc.record({ kind: kind('ping') }),
  fc.record({
    kind: kind('prekeys-put'),
    request: u32,
    replace: fc.boolean(),
    items: fc.array(bytes(0, 40), { maxLength: 4 }),
  }),
  fc.record({ kind: kind('prekeys-take'), request: u32, of: id }),
  fc.record({ kind: kind('prekeys-count'), request: u32 }),
  fc.record({ kind: kind('forget'), request: u32 }),
  fc.record({ kind: kind('mail'), request: u32, to: id, payload: bytes(0, 300) }),
  fc.record({ kind: kind('mail-fetch'), request: u32, after: u48 }),
  fc.record({ kind: kind('turn'), request: u32 }),
  fc.record({ kind: kind('mail-ack'), request: u32, ids: fc.array(u48, { maxLength: 4 }) }),
)

const limits = fc.record({
  frameBytes: u32,
  messagesPerSecond: u32,
  messageBurst: u32,
  bytesPerSecond: u32,
  byteBurst: u32,
  roomMembers: fc.integer({ min: 0, max: 0xffff }),
})

const anyRelayFrame: fc.Arbitrary<RelayFrame> = fc.oneof(
  fc.record({ kind: kind('welcome'), address: id, limits }),
  fc.record({ kind: kind('joined'), members: fc.array(id, { maxLength: 8 }) }),
  fc.record({ kind: kind('presence'), address: id, present: fc.boolean() }),
  fc.record({ kind: kind('frame'), from: id, payload: bytes(0, 300) }),
  fc.record({ kind: kind('undelivered'), to: id }),
  fc.record({
    kind: kind('error'),
    code: fc.constantFrom('malformed', 'message-rate', 'room-full', 'replaced'),
    retryAfterMs: u32,
  }),
  fc.record({ kind: kind('going-away'), afterMs: u32 }),
  fc.record({ kind: kind('pong') }),
  fc.record({ kind: kind('standing'), member: fc.boolean() }),
  fc.record({
    kind: kind('refused'),
    request: u32,
    code: fc.constantFrom('not-joined', 'mailbox-full', 'unavailable'),
    retryAfterMs: u32,
  }),
  fc.record({ kind: kind('prekeys-stored'), request: u32, stock: fc.nat({ max: 0xffff }) }),
  fc.record({ kind: kind('prekey'), request: u32, item: fc.option(bytes(0, 40)) }),
  fc.record({
    kind: kind('prekeys-counted'),
    request: u32,
    stocks: fc.array(fc.record({ address: id, count: fc.nat({ max: 0xffff }) }), { maxLength: 4 }),
  }),
  fc.record({ kind: kind('forgotten'), request: u32 }),
  fc.record({
    kind: kind('turn-servers'),
    request: u32,
    urls: fc.array(fc.string({ maxLength: 60, unit: 'grapheme-ascii' }), { maxLength: 8 }),
    username: fc.string({ maxLength: 60 }),
    credential: fc.string({ maxLength: 60 }),
    seconds: u32,
  }),
  fc.record({ kind: kind('mailed'), request: u32 }),
  fc.record({
    kind: kind('letters'),
    request: u32,
    letters: fc.array(fc.record({ id: u48, from: id, payload: bytes(0, 40) }), { maxLength: 3 }),
    more: fc.boolean(),
  }),
  fc.record({ kind: kind('mail-acked'), request: u32 }),
  fc.record({ kind: kind('mail-waiting') }),
)

test('every client frame decodes to itself', () => {
  fc.assert(
    fc.property(anyClientFrame, (frame) => {
      expect(decode(clientFrame, encode(clientFrame, frame))).toEqual(frame)
    }),
  )
})

test('every relay frame decodes to itself', () => {
  fc.assert(
    fc.property(anyRelayFrame, (frame) => {
      expect(decode(relayFrame, encode(relayFrame, frame))).toEqual(frame)
    }),
  )
})

/** Either decodes, and encodes to the same bytes, or throws DecodeError. */
function survives<T>(codec: Codec<T>, input: Uint8Array): void {
  let value: T
  try {
    value = decode(codec, input)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return
  }
  if (toHex(encode(codec, value)) !== toHex(input)) throw new Error(`not canonical: ${toHex(input)}`)
}

test('10,000 random and mutated frames are decoded or refused, nothing else', () => {
  const valid = fc.oneof(
    anyClientFrame.map((frame) => encode(clientFrame, frame)),
    anyRelayFrame.map((frame) => encode(relayFrame, frame)),
  )
  const flipped = fc.tuple(valid, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([frame, at, mask]) => {
    const index = at % frame.length
    return frame.map((byte, i) => (i === index ? byte ^ mask : byte))
  })
  const cut = fc.tuple(valid, fc.nat()).map(([frame, at]) => frame.slice(0, at % frame.length))
  const longer = fc.tuple(valid, bytes(1, 8)).map(([frame, more]) => new Uint8Array([...frame, ...more]))
  fc.assert(
    fc.property(fc.oneof(bytes(0, 80), flipped, cut, longer), (input) => {
      survives(clientFrame, input)
      survives(relayFrame, input)
    }),
    { numRuns: 10_000 },
  )
})

test('the largest payload fits a frame, one byte more is refused', () => {
  const to = '00'.repeat(32)
  const frame = encode(clientFrame, { kind: 'send', to, payload: new Uint8Array(PAYLOAD_BYTES) })
  expect(frame.length).toBe(PAYLOAD_BYTES + 36)
  expect(frame.length).toBeLessThanOrEqual(FRAME_BYTES)
  const larger = new Uint8Array(PAYLOAD_BYTES + 1)
  expect(() => encode(clientFrame, { kind: 'send', to, payload: larger })).toThrow(RangeError)
})

test('the examples of PROTOCOL.md encode to the bytes listed there', () => {
  const document = readFileSync(new URL('../../signaling/PROTOCOL.md', import.meta.url), 'utf8')
  const examples = [...document.matchAll(/```frame (client|relay)\n(.*)\n([0-9a-f\s]+)```/g)]
  const kinds = examples.map(([, direction, json = '', hex = '']) => {
    const codec: Codec<unknown> = direction === 'client' ? clientFrame : relayFrame
    const raw = fromHex(hex.replace(/\s/g, ''))
    const value = decode(codec, raw)
    const shown = JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? toHex(part) : part))
    expect(JSON.parse(shown)).toEqual(JSON.parse(json))
    expect(toHex(encode(codec, value))).toBe(toHex(raw))
    return JSON.parse(json).kind
  })
  const clientKinds = [
    'hello',
    'join',
    'leave',
    'send',
    'ping',
    'prekeys-put',
    'prekeys-take',
    'prekeys-count',
  ]
  const mailKinds = ['forget', 'turn', 'mail', 'mail-fetch', 'mail-ack', 'token', 'multicast']
  const relayKinds = [
    'welcome',
    'joined',
    'presence',
    'frame',
    'undelivered',
    'error',
    'going-away',
    'pong',
    'standing',
  ]
  const storeKinds = [
    'refused',
    'prekeys-stored',
    'prekey',
    'prekeys-counted',
    'forgotten',
    'turn-servers',
    'mailed',
    'letters',
  ]
  const all = [...clientKinds, ...mailKinds, ...relayKinds, ...storeKinds, 'mail-acked', 'mail-waiting']
  expect(kinds).toEqual(all)
})

test('frameFrom with a precomputed head equals the codec', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 600 }),
      (from, payload) => {
        const whole = encode(relayFrame, {
          kind: 'frame',
          from: toHex(from),
          payload: new Uint8Array(payload),
        })
        expect(frameFrom(headOf(toHex(from)), payload)).toEqual(whole)
      },
    ),
  )
})

test('the short way to read a send equals the codec on every input', () => {
  const read = (reader: (raw: Uint8Array) => ClientFrame, raw: Uint8Array): unknown => {
    try {
      return reader(raw)
    } catch (error) {
      if (error instanceof DecodeError) return error.message
      throw error
    }
  }
  const spoiled = fc
    .tuple(anyClientFrame, fc.nat(), fc.nat(255), fc.nat(3))
    .map(([frame, at, byte, extra]) => {
      const raw = concat(encode(clientFrame, frame), new Uint8Array(extra))
      raw[at % raw.length] = byte
      return raw
    })
  fc.assert(
    fc.property(fc.oneof(spoiled, bytes(0, 80)), (raw) => {
      expect(read(readClientFrame, raw)).toEqual(read((input) => decode(clientFrame, input), raw))
    }),
    { numRuns: 2000 },
  )
  const longest = encode(clientFrame, {
    kind: 'send',
    to: '0'.repeat(64),
    payload: new Uint8Array(PAYLOAD_BYTES),
  })
  const tooLong = concat(longest, new Uint8Array(1))
  tooLong[35]! += 1
  for (const raw of [longest, tooLong]) {
    expect(read(readClientFrame, raw)).toEqual(read((input) => decode(clientFrame, input), raw))
  }
})

test('a send turned in place equals a frame from its sender', () => {
  fc.assert(
    fc.property(bytes(32, 32), bytes(32, 32), bytes(0, 300), (from, to, payload) => {
      const head = headOf(toHex(from))
      const sent = encode(clientFrame, { kind: 'send', to: toHex(to), payload })
      expect(turnSend(head, sent)).toEqual(frameFrom(head, payload))
    }),
  )
})
