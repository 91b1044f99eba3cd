import { type Bytes, DecodeError, decode, encode, toHex } from '../src/codec/index.ts'
import { type Bucket, pay } from './bucket.ts'
import {
  type Address,
  addressInput,
  type ClientFrame,
  clientFrame,
  type ErrorCode,
  FRAME_BYTES,
  FRAME_VERSION,
  type RelayFrame,
  type Room,
  relayFrame,
  type SocketLimits,
  type StoreAnswer,
  type StoreFrame,
} from './frames.ts'
import type { StoreRequest } from './request.ts'

/** Every bound the relay enforces. Rates are per socket. */
export interface RelayLimits extends SocketLimits {
  readonly socketsPerIp: number
  readonly helloMs: number
}

export const defaultLimits: RelayLimits = {
  frameBytes: FRAME_BYTES,
  messagesPerSecond: 200,
  messageBurst: 1000,
  bytesPerSecond: 4 * 1024 * 1024,
  // One burst fits the send queue of a reader (8 MiB), so no single sender can get a reader dropped.
  byteBurst: 8 * 1024 * 1024,
  roomMembers: 64,
  socketsPerIp: 64,
  helloMs: 10_000,
}

export type RelayEffect =
  | { readonly kind: 'send'; readonly socket: number; readonly bytes: Bytes; readonly code?: ErrorCode }
  | { readonly kind: 'close'; readonly socket: number; readonly code: number; readonly reason: string }
  /** To be done by the store; what it answers goes to `answered`. */
  | { readonly kind: 'ask'; readonly ask: StoreRequest }

/** Socket ids are the caller's and never come back; `now` is in milliseconds and never runs backwards. */
export interface Relay {
  connect(socket: number, ip: string, now: number): RelayEffect[]
  receive(socket: number, bytes: Uint8Array, now: number): RelayEffect[]
  /** The store's answer to an `ask`. */
  answered(ask: StoreRequest, answer: StoreAnswer): RelayEffect[]
  disconnect(socket: number): RelayEffect[]
  /** Closes sockets that did not say hello in time. Call about once a second. */
  tick(now: number): RelayEffect[]
  /** Tells everyone to come back after a pause of their own, and closes every socket. */
  drain(afterMs: () => number): RelayEffect[]
  /** Numbers only: no identifier leaves the relay. */
  counts(): { readonly sockets: number; readonly members: readonly number[] }
}

interface Connection {
  readonly id: number
  readonly ip: string
  readonly since: number
  readonly messages: Bucket
  readonly bytes: Bucket
  address: Address | null
  room: Room | null
  /** Requests that the store has not answered yet. */
  asking: number
}

/** A join or leave is told to the whole room, so it costs more than a message to one. */
const PRESENCE_COST = 10
/** Requests of one socket that may wait for the store. */
const MOST_ASKING = 256
/** How long to wait when only others can make room. */
const CROWDED_MS = 10_000

const closeCodes: { readonly [code in ErrorCode]?: number } = {
  malformed: 1002,
  version: 1002,
  unexpected: 1002,
  'too-large': 1009,
  'too-many-sockets': 1008,
  'hello-timeout': 1008,
  replaced: 1008,
}

/**
 * The relay without sockets, clock or runtime: events in, effects out.
 * `hash` is SHA-256. Secrets are hashed and forgotten; payloads are never looked at.
 */
export function createRelay(limits: RelayLimits, hash: (bytes: Bytes) => Uint8Array): Relay {
  const connections = new Map<number, Connection>()
  const byAddress = new Map<Address, Connection>()
  const rooms = new Map<Room, Set<Connection>>()
  const perIp = new Map<string, number>()

  const tell = (to: Connection, frame: RelayFrame): RelayEffect => ({
    kind: 'send',
    socket: to.id,
    bytes: encode(relayFrame, frame),
    ...('code' in frame ? { code: frame.code } : {}),
  })

  const fail = (socket: number, code: ErrorCode, retryAfterMs = 0): RelayEffect[] => {
    const closeCode = closeCodes[code]
    const bytes = encode(relayFrame, { kind: 'error', code, retryAfterMs })
    const effects: RelayEffect[] = [{ kind: 'send', socket, bytes, code }]
    if (closeCode !== undefined) effects.push({ kind: 'close', socket, code: closeCode, reason: code })
    return effects
  }

  const announce = (room: Room, about: Address, present: boolean): RelayEffect[] => {
    const bytes = encode(relayFrame, { kind: 'presence', address: about, present })
    return [...(rooms.get(room) ?? [])]
      .filter((member) => member.address !== about)
      .map((member) => ({ kind: 'send', socket: member.id, bytes }))
  }

  const leave = (connection: Connection): RelayEffect[] => {
    const { room, address } = connection
    if (room === null || address === null) return []
    connection.room = null
    const members = rooms.get(room)
    members?.delete(connection)
    if (members?.size === 0) rooms.delete(room)
    return announce(room, address, false)
  }

  const forget = (connection: Connection): RelayEffect[] => {
    connections.delete(connection.id)
    const left = (perIp.get(connection.ip) ?? 1) - 1
    if (left === 0) perIp.delete(connection.ip)
    else perIp.set(connection.ip, left)
    const effects = leave(connection)
    if (connection.address !== null) byAddress.delete(connection.address)
    return effects
  }

  /** Says why, closes, and lets go of the address at once: the socket's own end may be long in coming. */
  const expel = (connection: Connection, code: ErrorCode): RelayEffect[] => [
    ...fail(connection.id, code),
    ...forget(connection),
  ]

  const hello = (connection: Connection, secret: Bytes): RelayEffect[] => {
    const address = toHex(hash(addressInput(secret)))
    const older = byAddress.get(address)
    const effects = older === undefined ? [] : expel(older, 'replaced')
    connection.address = address
    byAddress.set(address, connection)
    return [...effects, tell(connection, { kind: 'welcome', address, limits })]
  }

  const join = (connection: Connection, self: Address, room: Room): RelayEffect[] => {
    const present = [...(rooms.get(room) ?? [])]
    const others = present.flatMap(({ address }) => (address === null || address === self ? [] : [address]))
    const joined = tell(connection, { kind: 'joined', members: others })
    if (connection.room === room) return [joined]
    if (present.length >= limits.roomMembers) return fail(connection.id, 'room-full', CROWDED_MS)
    const effects = leave(connection)
    connection.room = room
    rooms.set(room, new Set([...present, connection]))
    return [...effects, joined, ...announce(room, self, true)]
  }

  /** Absent, elsewhere and never heard of look the same to the sender. */
  const send = (connection: Connection, from: Address, to: Address, payload: Bytes): RelayEffect => {
    const target = byAddress.get(to)
    return target === undefined || connection.room === null || target.room !== connection.room
      ? tell(connection, { kind: 'undelivered', to })
      : tell(target, { kind: 'frame', from, payload })
  }

  const ask = (connection: Connection, address: Address, frame: StoreFrame): RelayEffect => {
    const { room, ip: network, id: socket } = connection
    const { request } = frame
    if (room === null) {
      return tell(connection, { kind: 'refused', request, code: 'not-joined', retryAfterMs: 0 })
    }
    if (connection.asking >= MOST_ASKING) {
      return tell(connection, { kind: 'refused', request, code: 'message-rate', retryAfterMs: 1000 })
    }
    connection.asking++
    return { kind: 'ask', ask: { socket, network, room, address, frame } }
  }

  const charge = (connection: Connection, frame: ClientFrame, size: number, now: number): RelayEffect[] => {
    const cost = frame.kind === 'join' || frame.kind === 'leave' ? PRESENCE_COST : 1
    const { messagesPerSecond, messageBurst, bytesPerSecond, byteBurst } = limits
    const messagesMs = pay(connection.messages, cost, messagesPerSecond, messageBurst, now)
    const bytesMs = messagesMs > 0 ? 0 : pay(connection.bytes, size, bytesPerSecond, byteBurst, now)
    if (messagesMs + bytesMs === 0) return []
    const code = messagesMs > 0 ? 'message-rate' : 'byte-rate'
    const retryAfterMs = messagesMs + bytesMs
    if ('request' in frame) {
      return [tell(connection, { kind: 'refused', request: frame.request, code, retryAfterMs })]
    }
    const effects = fail(connection.id, code, retryAfterMs)
    if (frame.kind === 'send') effects.push(tell(connection, { kind: 'undelivered', to: frame.to }))
    return effects
  }

  const accept = (connection: Connection, frame: ClientFrame): RelayEffect[] => {
    const { address } = connection
    if (address === null) {
      return frame.kind === 'hello' ? hello(connection, frame.secret) : expel(connection, 'unexpected')
    }
    switch (frame.kind) {
      case 'hello':
        return expel(connection, 'unexpected')
      case 'join':
        return join(connection, address, frame.room)
      case 'leave':
        return leave(connection)
      case 'send':
        return [send(connection, address, frame.to, frame.payload)]
      case 'ping':
        return [tell(connection, { kind: 'pong' })]
      default:
        return [ask(connection, address, frame)]
    }
  }

  return {
    connect(socket, ip, now) {
      const open = perIp.get(ip) ?? 0
      if (open >= limits.socketsPerIp) return fail(socket, 'too-many-sockets', CROWDED_MS)
      perIp.set(ip, open + 1)
      connections.set(socket, {
        id: socket,
        ip,
        since: now,
        messages: { tokens: limits.messageBurst, at: now },
        bytes: { tokens: limits.byteBurst, at: now },
        address: null,
        room: null,
        asking: 0,
      })
      return []
    },

    receive(socket, bytes, now) {
      const connection = connections.get(socket)
      // Bytes that were on their way when the socket was closed.
      if (connection === undefined) return []
      if (bytes.length > limits.frameBytes) return expel(connection, 'too-large')
      if (bytes.length > 0 && bytes[0] !== FRAME_VERSION) return expel(connection, 'version')
      let frame: ClientFrame
      try {
        frame = decode(clientFrame, bytes)
      } catch (error) {
        if (error instanceof DecodeError) return expel(connection, 'malformed')
        throw error
      }
      const refused = charge(connection, frame, bytes.length, now)
      return refused.length > 0 ? refused : accept(connection, frame)
    },

    answered({ socket, room, frame }, answer) {
      const connection = connections.get(socket)
      if (connection !== undefined) connection.asking--
      const effects = connection === undefined ? [] : [tell(connection, answer)]
      const target = frame.kind === 'mail' ? byAddress.get(frame.to) : undefined
      if (answer.kind === 'mailed' && target?.room === room) {
        effects.push(tell(target, { kind: 'mail-waiting' }))
      }
      return effects
    },

    disconnect(socket) {
      const connection = connections.get(socket)
      return connection === undefined ? [] : forget(connection)
    },

    tick(now) {
      return [...connections.values()]
        .filter(({ address, since }) => address === null && now - since >= limits.helloMs)
        .flatMap((connection) => expel(connection, 'hello-timeout'))
    },

    drain(afterMs) {
      const effects = [...connections.values()].flatMap((connection): RelayEffect[] => [
        tell(connection, { kind: 'going-away', afterMs: afterMs() }),
        { kind: 'close', socket: connection.id, code: 1001, reason: 'going-away' },
      ])
      for (const state of [connections, byAddress, rooms, perIp]) state.clear()
      return effects
    },

    counts: () => ({ sockets: connections.size, members: [...rooms.values()].map((room) => room.size) }),
  }
}
