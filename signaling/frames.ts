import {
  type Bytes,
  bool,
  bytes,
  type Codec,
  concat,
  fixed,
  hexId,
  list,
  oneOf,
  struct,
  u16,
  u32,
  union,
  utf8,
} from '../src/codec/index.ts'

/** First byte of every frame. A relay or client that sees another value answers `version` or hangs up. */
export const FRAME_VERSION = 1
/** Largest frame in bytes, envelope included. */
export const FRAME_BYTES = 64 * 1024
/** Largest payload of `send` in bytes. */
export const PAYLOAD_BYTES = 60 * 1024
/** Most members that a `joined` frame can list. */
export const ROOM_MEMBERS = 1024
/** Length of the secret behind an address, in bytes. */
const SECRET_BYTES = 32

/** SHA-256(addressInput(secret)) as 64 lower-case hexadecimal digits. */
export type Address = string
/** 32 bytes that only members can name, as 64 lower-case hexadecimal digits. */
export type Room = string

export type ClientFrame =
  | { readonly kind: 'hello'; readonly secret: Bytes }
  | { readonly kind: 'join'; readonly room: Room }
  | { readonly kind: 'leave' }
  | { readonly kind: 'send'; readonly to: Address; readonly payload: Bytes }
  | { readonly kind: 'ping' }

/** What one socket may use; larger bursts drain at the rate per second. */
export interface SocketLimits {
  readonly frameBytes: number
  readonly messagesPerSecond: number
  readonly messageBurst: number
  readonly bytesPerSecond: number
  readonly byteBurst: number
  readonly roomMembers: number
}

/** Position is the byte on the wire: append only. */
const errorCodes = [
  'malformed',
  'version',
  'too-large',
  'unexpected',
  'message-rate',
  'byte-rate',
  'room-full',
  'too-many-sockets',
  'hello-timeout',
  'replaced',
] as const
export type ErrorCode = (typeof errorCodes)[number]

export type RelayFrame =
  | { readonly kind: 'welcome'; readonly address: Address; readonly limits: SocketLimits }
  | { readonly kind: 'joined'; readonly members: readonly Address[] }
  | { readonly kind: 'presence'; readonly address: Address; readonly present: boolean }
  | { readonly kind: 'frame'; readonly from: Address; readonly payload: Bytes }
  | { readonly kind: 'undelivered'; readonly to: Address }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly retryAfterMs: number }
  | { readonly kind: 'going-away'; readonly afterMs: number }
  | { readonly kind: 'pong' }

/** One version byte in front; any other value is refused, never guessed at. */
const versioned = <T>(frame: Codec<T>): Codec<T> => ({
  write: (out, value) => {
    out.uint(FRAME_VERSION, 1)
    frame.write(out, value)
  },
  read: (input) => (input.uint(1) === FRAME_VERSION ? frame.read(input) : input.fail('unknown version')),
})

const address = hexId<Address>(32)
const empty = struct<object>({})
const socketLimits = struct<SocketLimits>({
  frameBytes: u32,
  messagesPerSecond: u32,
  messageBurst: u32,
  bytesPerSecond: u32,
  byteBurst: u32,
  roomMembers: u16,
})

/** Client to relay. Tags 0x10–0x1f are kept for pre-keys, 0x20–0x2f for mailboxes. */
export const clientFrame: Codec<ClientFrame> = versioned(
  union<ClientFrame>({
    hello: [0x01, struct({ secret: fixed(SECRET_BYTES) })],
    join: [0x02, struct({ room: hexId<Room>(32) })],
    leave: [0x03, empty],
    send: [0x04, struct({ to: address, payload: bytes(PAYLOAD_BYTES) })],
    ping: [0x05, empty],
  }),
)

/** Relay to client. Tags 0x90–0x9f are kept for pre-keys, 0xa0–0xaf for mailboxes. */
export const relayFrame: Codec<RelayFrame> = versioned(
  union<RelayFrame>({
    welcome: [0x81, struct({ address, limits: socketLimits })],
    joined: [0x82, struct({ members: list(address, ROOM_MEMBERS) })],
    presence: [0x83, struct({ address, present: bool })],
    frame: [0x84, struct({ from: address, payload: bytes(PAYLOAD_BYTES) })],
    undelivered: [0x85, struct({ to: address })],
    error: [0x86, struct({ code: oneOf<ErrorCode>(...errorCodes), retryAfterMs: u32 })],
    'going-away': [0x87, struct({ afterMs: u32 })],
    pong: [0x88, empty],
  }),
)

const addressLabel = utf8('mlwe-pake relay address v1')

/** What SHA-256 turns into the address of whoever holds `secret` (32 bytes): 58 bytes. */
export const addressInput = (secret: Bytes): Bytes => concat(addressLabel, secret)
