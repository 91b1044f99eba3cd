/**
 * Every frame between a client and the relay, as `signaling/PROTOCOL.md` specifies them.
 *
 *   version 02 || tag 1 || fields         tags 01 to 7f: client to relay, 80 to ff: relay to client
 *
 * A request to the store carries a number, and its response repeats it.
 */

import {
  type Bytes,
  bool,
  bytes,
  type Codec,
  concat,
  decode,
  encode,
  fixed,
  hexId,
  list,
  oneOf,
  optional,
  struct,
  text,
  toHex,
  u16,
  u32,
  u48,
  union,
  utf8,
  view,
} from '../codec/index.ts'

/** First byte of every frame. On any other value the relay sends `error version` and a client closes. */
export const FRAME_VERSION = 2
/** Largest frame in bytes, envelope included. */
export const FRAME_BYTES = 64 * 1024
/** Largest payload of `send` in bytes. */
export const PAYLOAD_BYTES = 60 * 1024
/** Most members that a `joined` frame can list. */
export const ROOM_MEMBERS = 1024
/** Largest pre-key in bytes. The relay does not look inside. */
const PREKEY_BYTES = 4096
/** Most pre-keys in one `prekeys-put`. The frame limit allows fewer if they are large. */
const PREKEYS_PUT = 100
/** Most owners of pre-keys that `prekeys-counted` can list. */
export const ROOM_OWNERS = 1024
/** Largest payload of a letter in bytes. */
const LETTER_BYTES = 32 * 1024
/** Most letters in one `letters` or `mail-ack`. */
export const LETTERS = 128
/** Length of the secret behind an address, and of a member token, in bytes. */
const SECRET_BYTES = 32
/** Most TURN servers, and the longest text about one in bytes. */
const TURN_SERVERS = 8
const TURN_TEXT = 256
/** Most recipients of one `multicast`. */
export const RECIPIENTS = 64
/** Length of a recipient's tag in bytes. */
export const TAG_BYTES = 16

/** SHA-256(addressInput(secret)) as 64 lower-case hexadecimal digits. */
export type Address = string
/** 32 bytes known only to members, as 64 lower-case hexadecimal digits. */
export type Room = string

/** What tells the members of a room from strangers: 32 random bytes that the members share, and the ones before. */
export interface MemberToken {
  readonly current: Bytes
  readonly former: Bytes | null
}

/** One addressee of a `multicast`, with the 16 bytes that only this one gets, appended to the payload. */
export interface Recipient {
  readonly to: Address
  readonly tag: Bytes | null
}

export type ClientFrame =
  | { readonly kind: 'hello'; readonly secret: Bytes }
  | { readonly kind: 'join'; readonly room: Room; readonly token?: MemberToken }
  | { readonly kind: 'leave' }
  | { readonly kind: 'send'; readonly to: Address; readonly payload: Bytes }
  /** Shows another member token while in the room. */
  | { readonly kind: 'token'; readonly token: MemberToken }
  /** One payload for up to 64 addressees. */
  | { readonly kind: 'multicast'; readonly recipients: readonly Recipient[]; readonly payload: Bytes }
  | { readonly kind: 'ping' }
  | RequestFrame

/** Has one response with the same number. */
export type RequestFrame = StoreFrame | { readonly kind: 'turn'; readonly request: number }

/** A request to the relay's store, scoped to the sender's address and current room. Its response repeats `request`. */
export type StoreFrame =
  | {
      readonly kind: 'prekeys-put'
      readonly request: number
      /** Whether to drop the existing stock. */
      readonly replace: boolean
      readonly items: readonly Bytes[]
    }
  | { readonly kind: 'prekeys-take'; readonly request: number; readonly of: Address }
  | { readonly kind: 'prekeys-count'; readonly request: number }
  | { readonly kind: 'forget'; readonly request: number }
  | { readonly kind: 'mail'; readonly request: number; readonly to: Address; readonly payload: Bytes }
  | { readonly kind: 'mail-fetch'; readonly request: number; readonly after: number }
  | { readonly kind: 'mail-ack'; readonly request: number; readonly ids: readonly number[] }

/** Stays in the mailbox until the addressee acknowledges `id`. Ids only grow. */
export interface Letter {
  readonly id: number
  readonly from: Address
  readonly payload: Bytes
}

export interface Stock {
  readonly address: Address
  readonly count: number
}

/** The limits of one socket, as `welcome` announces them. */
export interface SocketLimits {
  readonly frameBytes: number
  readonly messagesPerSecond: number
  readonly messageBurst: number
  readonly bytesPerSecond: number
  readonly byteBurst: number
  readonly roomMembers: number
}

/** The index is the byte on the wire: append only. */
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
  'not-joined',
  'stock-full',
  'no-mailbox',
  'mailbox-full',
  'network-rate',
  'unavailable',
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
  /** Whether the relay takes this client for a member of its room. Follows each member token that was shown. */
  | { readonly kind: 'standing'; readonly member: boolean }
  | ResponseFrame
  /** A letter arrived in this client's mailbox. */
  | { readonly kind: 'mail-waiting' }

export type ResponseFrame = StoreResponse | TurnServers

/** What a member needs for TURN, and for how many seconds it holds. Without URLs there is no TURN server. */
export interface TurnServers {
  readonly kind: 'turn-servers'
  readonly request: number
  readonly urls: readonly string[]
  readonly username: string
  readonly credential: string
  readonly seconds: number
}

export type StoreResponse =
  | {
      readonly kind: 'refused'
      readonly request: number
      readonly code: ErrorCode
      readonly retryAfterMs: number
    }
  | { readonly kind: 'prekeys-stored'; readonly request: number; readonly stock: number }
  | { readonly kind: 'prekey'; readonly request: number; readonly item: Bytes | null }
  | { readonly kind: 'prekeys-counted'; readonly request: number; readonly stocks: readonly Stock[] }
  | { readonly kind: 'forgotten'; readonly request: number }
  | { readonly kind: 'mailed'; readonly request: number }
  | {
      readonly kind: 'letters'
      readonly request: number
      readonly letters: readonly Letter[]
      readonly more: boolean
    }
  | { readonly kind: 'mail-acked'; readonly request: number }

/** Prefixes the version byte and refuses every other value. */
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

const request = { request: u32 }
const refusal = { code: oneOf<ErrorCode>(...errorCodes), retryAfterMs: u32 }
const preKey = bytes(PREKEY_BYTES)
const letter = struct<Letter>({ id: u48, from: address, payload: bytes(LETTER_BYTES) })

const token = struct<MemberToken>({ current: fixed(SECRET_BYTES), former: optional(fixed(SECRET_BYTES)) })
const recipient = struct<Recipient>({ to: address, tag: optional(fixed(TAG_BYTES)) })
const room = hexId<Room>(32)

/** A join without a token leaves the field out of the value, not only empty. */
const join: Codec<{ readonly room: Room; readonly token?: MemberToken }> = {
  write: (out, value) => {
    room.write(out, value.room)
    optional(token).write(out, value.token ?? null)
  },
  read: (input) => {
    const into = room.read(input)
    const shown = optional(token).read(input)
    return shown === null ? { room: into } : { room: into, token: shown }
  },
}

/** Tag of `send`. */
const SEND = 0x04

/** Client to relay. */
export const clientFrame: Codec<ClientFrame> = versioned(
  union<ClientFrame>({
    hello: [0x01, struct({ secret: fixed(SECRET_BYTES) })],
    join: [0x02, join],
    leave: [0x03, empty],
    send: [SEND, struct({ to: address, payload: view(PAYLOAD_BYTES) })],
    ping: [0x05, empty],
    token: [0x06, struct({ token })],
    multicast: [
      0x07,
      struct({ recipients: list(recipient, RECIPIENTS), payload: view(PAYLOAD_BYTES - TAG_BYTES) }),
    ],
    'prekeys-put': [0x10, struct({ ...request, replace: bool, items: list(preKey, PREKEYS_PUT) })],
    'prekeys-take': [0x11, struct({ ...request, of: address })],
    'prekeys-count': [0x12, struct(request)],
    forget: [0x13, struct(request)],
    turn: [0x14, struct(request)],
    mail: [0x20, struct({ ...request, to: address, payload: bytes(LETTER_BYTES) })],
    'mail-fetch': [0x21, struct({ ...request, after: u48 })],
    'mail-ack': [0x22, struct({ ...request, ids: list(u48, LETTERS) })],
  }),
)

/** Relay to client. */
export const relayFrame: Codec<RelayFrame> = versioned(
  union<RelayFrame>({
    welcome: [0x81, struct({ address, limits: socketLimits })],
    joined: [0x82, struct({ members: list(address, ROOM_MEMBERS) })],
    presence: [0x83, struct({ address, present: bool })],
    frame: [0x84, struct({ from: address, payload: bytes(PAYLOAD_BYTES) })],
    undelivered: [0x85, struct({ to: address })],
    error: [0x86, struct(refusal)],
    'going-away': [0x87, struct({ afterMs: u32 })],
    pong: [0x88, empty],
    standing: [0x8a, struct({ member: bool })],
    refused: [0x89, struct({ ...request, ...refusal })],
    'prekeys-stored': [0x90, struct({ ...request, stock: u16 })],
    prekey: [0x91, struct({ ...request, item: optional(preKey) })],
    'prekeys-counted': [
      0x92,
      struct({ ...request, stocks: list(struct<Stock>({ address, count: u16 }), ROOM_OWNERS) }),
    ],
    forgotten: [0x93, struct(request)],
    'turn-servers': [
      0x94,
      struct({
        ...request,
        urls: list(text(TURN_TEXT), TURN_SERVERS),
        username: text(TURN_TEXT),
        credential: text(TURN_TEXT),
        seconds: u32,
      }),
    ],
    mailed: [0xa0, struct(request)],
    letters: [0xa1, struct({ ...request, letters: list(letter, LETTERS), more: bool })],
    'mail-acked': [0xa2, struct(request)],
    'mail-waiting': [0xa3, empty],
  }),
)

/**
 * The first 34 bytes of every `frame` from one address: version, tag and sender.
 *
 * @param from - the sender
 */
export const headOf = (from: Address): Bytes =>
  encode(relayFrame, { kind: 'frame', from, payload: new Uint8Array(0) }).slice(0, 34)

/**
 * Encodes a `frame` from a precomputed head, since the relay does this for every message.
 *
 * @param head - from `headOf`, 34 bytes
 * @param payload - at most 61,440 bytes
 * @returns the bytes that `encode(relayFrame, …)` gives
 */
export const frameFrom = (head: Bytes, payload: Uint8Array): Bytes => {
  const frame = new Uint8Array(head.length + 2 + payload.length)
  frame.set(head)
  frame[head.length] = payload.length >> 8
  frame[head.length + 1] = payload.length & 255
  frame.set(payload, head.length + 2)
  return frame
}

/** Where the length of the payload is in a `frame`, and in a `send`. */
const LENGTH_AT = 34
/** A `send`, without the walk through all codecs; `null` for all other input. */
const readSend = (bytes: Uint8Array): ClientFrame | null => {
  const length = bytes.length - LENGTH_AT - 2
  if (length < 0 || length > PAYLOAD_BYTES) return null
  if (bytes[0] !== FRAME_VERSION || bytes[1] !== SEND) return null
  if (bytes[LENGTH_AT]! * 256 + bytes[LENGTH_AT + 1]! !== length) return null
  const to = toHex(bytes.subarray(2, LENGTH_AT))
  return { kind: 'send', to, payload: bytes.subarray(LENGTH_AT + 2) as Bytes }
}

/**
 * Reads a client's frame, with a shorter way for `send`, since almost every frame is one.
 *
 * @param bytes - the frame; payloads of `send` and `multicast` are parts of it
 * @returns what `decode(clientFrame, …)` gives
 * @throws DecodeError on all other input
 */
export const readClientFrame = (bytes: Uint8Array): ClientFrame =>
  readSend(bytes) ?? decode(clientFrame, bytes)

/**
 * Makes the `frame` for the addressee of a `send` in place: both have the same layout.
 *
 * @param head - of the sender, from `headOf`
 * @param bytes - a `send` that `readSend` has read; overwritten
 * @returns the bytes that `frameFrom` gives for its payload
 */
export const turnSend = (head: Bytes, bytes: Uint8Array): Bytes => {
  bytes.set(head)
  return bytes as Bytes
}

/**
 * Appends the tag of one recipient to the payload of an encoded `frame`.
 *
 * @param frame - from `frameFrom`, with a payload of at most 61,424 bytes
 * @param tag - 16 bytes
 * @returns the bytes that `encode` gives for the payload followed by the tag
 */
export const withTag = (frame: Bytes, tag: Bytes): Bytes => {
  const tagged = concat(frame, tag)
  const length = tagged.length - LENGTH_AT - 2
  tagged[LENGTH_AT] = length >> 8
  tagged[LENGTH_AT + 1] = length & 255
  return tagged
}

const addressLabel = utf8('mlwe-pake relay address v1')

/**
 * The SHA-256 input whose hash is the address that belongs to `secret`.
 *
 * @param secret - 32 bytes
 * @returns 58 bytes
 */
export const addressInput = (secret: Bytes): Bytes => concat(addressLabel, secret)
