/**
 * The relay core, without sockets, clock or runtime: events in, effects out.
 *
 *   connected ──hello──> identified ──join──> [claiming ──seated──>] in a room ──leave──> identified
 *   any ──replaced, breach of protocol, hello timeout, socket lost, drain──> gone
 *
 * Claiming exists only if processes share rooms; frames that arrive meanwhile wait, so that their order is kept.
 */

import { type Bytes, DecodeError, decode, encode, toHex } from '../../src/codec/index.ts'
import {
  type Address,
  type Allowance,
  addressInput,
  type ClientFrame,
  clientFrame,
  closeCodes,
  type ErrorCode,
  FRAME_VERSION,
  frameFrom,
  fullAllowance,
  headOf,
  payFor,
  type RelayFrame,
  type RelayLimits,
  type Room,
  relayFrame,
  type StoreFrame,
} from '../../src/relay-protocol/index.ts'
import type { Relay, RelayEffect } from './effects.ts'
import { createRooms, isSame, type Seat } from './rooms.ts'

interface Connection extends Allowance {
  readonly id: number
  readonly ip: string
  readonly since: number
  address: Address | null
  /** The head of every frame from this address. */
  head: Bytes
  room: Room | null
  /** The shared room in which a seat is being claimed. Later frames wait in `waiting`. */
  claim: Room | null
  waiting: ClientFrame[]
  /** Requests without a response from the store. */
  pendingRequests: number
}

/** Limit of pending requests per socket. */
const MAX_PENDING_REQUESTS = 256
/** Retry delay when other members must leave first. */
const CROWDED_MS = 10_000
const UNAVAILABLE_MS = 2000

/**
 * Creates a relay core. It hashes secrets and keeps only the hash, and never looks into payloads.
 *
 * @param hash - SHA-256
 * @param shared - the name of this process among those that share rooms; `null` if none do
 */
export function createRelay(
  limits: RelayLimits,
  hash: (bytes: Bytes) => Uint8Array,
  shared: string | null = null,
): Relay {
  const self = shared ?? ''
  const connections = new Map<number, Connection>()
  const byAddress = new Map<Address, Connection>()
  const rooms = createRooms(self)
  const perIp = new Map<string, number>()

  const sendFrame = (to: Connection, frame: RelayFrame): RelayEffect => ({
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

  const announce = (seats: readonly Seat[], about: Address, present: boolean): RelayEffect[] => {
    const bytes = encode(relayFrame, { kind: 'presence', address: about, present })
    return seats
      .filter(({ process }) => process === self)
      .map(({ socket }) => ({ kind: 'send', socket, bytes }))
  }

  const localOf = ({ process, socket }: Seat): Connection | undefined =>
    process === self ? connections.get(socket) : undefined

  /** Makes `next` the seats of the room, and announces the changes to the members in this process. */
  const reseat = (room: Room, next: readonly Seat[]): RelayEffect[] => {
    const { stayed, gone, came } = rooms.set(room, next)
    const effects: RelayEffect[] = []
    for (const seat of gone) {
      const connection = localOf(seat)
      // It did not leave, so another socket proved its secret.
      if (connection?.room === room) effects.push(...expel(connection, 'replaced'))
      effects.push(...announce(stayed, seat.address, false))
    }
    for (const seat of came) {
      const connection = localOf(seat)
      const entering = connection?.claim === room ? connection : null
      if (entering !== null) effects.push(...leave(entering), ...enter(entering, room, next))
      effects.push(...announce(stayed, seat.address, true))
      if (entering !== null) effects.push(...resume(entering))
    }
    return effects
  }

  const enter = (connection: Connection, room: Room, seats: readonly Seat[]): RelayEffect[] => {
    connection.room = room
    connection.claim = null
    const members = seats.flatMap(({ address }) => (address === connection.address ? [] : [address]))
    return [sendFrame(connection, { kind: 'joined', members })]
  }

  /** Handles the frames that waited for a seat, up to the next claim. */
  const resume = (connection: Connection): RelayEffect[] => {
    const effects: RelayEffect[] = []
    while (connection.claim === null && connections.has(connection.id)) {
      const frame = connection.waiting.shift()
      if (frame === undefined) break
      effects.push(...accept(connection, frame))
    }
    return effects
  }

  const seatOf = (connection: Connection, address: Address): Seat => ({
    address,
    process: self,
    socket: connection.id,
  })

  const release = (connection: Connection, room: Room | null): RelayEffect[] =>
    shared === null || room === null || connection.address === null
      ? []
      : [{ kind: 'share', share: { kind: 'release', room, seat: seatOf(connection, connection.address) } }]

  const leave = (connection: Connection): RelayEffect[] => {
    const { room, address } = connection
    if (room === null || address === null) return []
    connection.room = null
    if (!isSame(rooms.find(room, address), seatOf(connection, address))) return []
    const others = rooms.in(room).filter((seat) => seat.address !== address)
    return [...reseat(room, others), ...release(connection, room)]
  }

  const forget = (connection: Connection): RelayEffect[] => {
    connections.delete(connection.id)
    const left = (perIp.get(connection.ip) ?? 1) - 1
    if (left === 0) perIp.delete(connection.ip)
    else perIp.set(connection.ip, left)
    const effects = [...leave(connection), ...release(connection, connection.claim)]
    if (connection.address !== null) byAddress.delete(connection.address)
    return effects
  }

  /** Sends the error, closes, and releases the address at once, since the socket's close event may come late. */
  const expel = (connection: Connection, code: ErrorCode): RelayEffect[] => [
    ...fail(connection.id, code),
    ...forget(connection),
  ]

  const hello = (connection: Connection, secret: Bytes): RelayEffect[] => {
    const address = toHex(hash(addressInput(secret)))
    const older = byAddress.get(address)
    const effects = older === undefined ? [] : expel(older, 'replaced')
    connection.address = address
    connection.head = headOf(address)
    byAddress.set(address, connection)
    return [...effects, sendFrame(connection, { kind: 'welcome', address, limits })]
  }

  const join = (connection: Connection, address: Address, room: Room): RelayEffect[] => {
    const seats = rooms.in(room)
    if (connection.room === room) return enter(connection, room, seats)
    const seat = seatOf(connection, address)
    if (shared === null && seats.length >= limits.roomMembers) {
      return fail(connection.id, 'room-full', CROWDED_MS)
    }
    connection.claim = room
    return shared === null
      ? reseat(room, [...seats, seat])
      : [{ kind: 'share', share: { kind: 'claim', room, seat } }]
  }

  /** `null` if the address is not in the room. Absent, elsewhere and unknown addresses are indistinguishable. */
  const deliver = (
    socket: number,
    room: Room | null,
    to: Address,
    encoded: () => Bytes,
  ): RelayEffect | null => {
    const seat = room === null ? undefined : rooms.find(room, to)
    if (room === null || seat === undefined) return null
    const bytes = encoded()
    return seat.process === self
      ? { kind: 'send', socket: seat.socket, bytes }
      : { kind: 'share', share: { kind: 'forward', socket, room, to, bytes } }
  }

  const send = (connection: Connection, to: Address, payload: Bytes): RelayEffect =>
    deliver(connection.id, connection.room, to, () => frameFrom(connection.head, payload)) ??
    sendFrame(connection, { kind: 'undelivered', to })

  const requestStore = (connection: Connection, address: Address, frame: StoreFrame): RelayEffect => {
    const { room, ip: network, id: socket } = connection
    const { request } = frame
    if (room === null) {
      return sendFrame(connection, { kind: 'refused', request, code: 'not-joined', retryAfterMs: 0 })
    }
    if (connection.pendingRequests >= MAX_PENDING_REQUESTS) {
      return sendFrame(connection, { kind: 'refused', request, code: 'message-rate', retryAfterMs: 1000 })
    }
    connection.pendingRequests++
    return { kind: 'request', request: { socket, network, room, address, frame } }
  }

  const charge = (connection: Connection, frame: ClientFrame, size: number, now: number): RelayEffect[] => {
    const due = payFor(connection, frame.kind, size, { ...limits, now })
    if (due === null) return []
    const { code, retryAfterMs } = due
    if ('request' in frame) {
      return [sendFrame(connection, { kind: 'refused', request: frame.request, code, retryAfterMs })]
    }
    const effects = fail(connection.id, code, retryAfterMs)
    if (frame.kind === 'send') effects.push(sendFrame(connection, { kind: 'undelivered', to: frame.to }))
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
        return [send(connection, frame.to, frame.payload)]
      case 'ping':
        return [sendFrame(connection, { kind: 'pong' })]
      default:
        return [requestStore(connection, address, frame)]
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
        ...fullAllowance(limits, now),
        address: null,
        head: new Uint8Array(0),
        room: null,
        claim: null,
        waiting: [],
        pendingRequests: 0,
      })
      return []
    },

    receive(socket, bytes, now) {
      const connection = connections.get(socket)
      // Bytes in flight when the socket was closed.
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
      if (refused.length > 0) return refused
      if (connection.claim === null) return accept(connection, frame)
      connection.waiting.push(frame)
      return []
    },

    responded({ socket, room, frame }, response) {
      const connection = connections.get(socket)
      if (connection !== undefined) connection.pendingRequests--
      const effects = connection === undefined ? [] : [sendFrame(connection, response)]
      if (frame.kind !== 'mail' || response.kind !== 'mailed') return effects
      const hint = deliver(socket, room, frame.to, () => encode(relayFrame, { kind: 'mail-waiting' }))
      return hint === null ? effects : [...effects, hint]
    },

    seated(room, seats) {
      const effects: RelayEffect[] = []
      const now = new Map(seats.map((seat) => [seat.address, seat]))
      for (const seat of seats) {
        const connection = seat.process === self ? connections.get(seat.socket) : undefined
        if (seat.process !== self || connection?.room === room || connection?.claim === room) continue
        now.delete(seat.address)
        effects.push({ kind: 'share', share: { kind: 'release', room, seat } })
      }
      for (const seat of rooms.in(room)) {
        // The shared store lost this seat, for example with its data.
        if (seat.process !== self || now.has(seat.address)) continue
        now.set(seat.address, seat)
        effects.push({ kind: 'share', share: { kind: 'renew', room, seat } })
      }
      return [...effects, ...reseat(room, [...now.values()])]
    },

    refused(socket, code) {
      const connection = connections.get(socket)
      if (connection === undefined || connection.claim === null) return []
      connection.claim = null
      const retryAfterMs = code === 'room-full' ? CROWDED_MS : UNAVAILABLE_MS
      return [...fail(socket, code, retryAfterMs), ...resume(connection)]
    },

    forwarded(room, to, bytes) {
      const seat = rooms.find(room, to)
      return seat?.process === self ? [{ kind: 'send', socket: seat.socket, bytes }] : []
    },

    undelivered(socket, to) {
      const connection = connections.get(socket)
      return connection === undefined ? [] : [sendFrame(connection, { kind: 'undelivered', to })]
    },

    seats: rooms.own,

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
        sendFrame(connection, { kind: 'going-away', afterMs: afterMs() }),
        { kind: 'close', socket: connection.id, code: 1001, reason: 'going-away' },
        ...release(connection, connection.room),
        ...release(connection, connection.claim),
      ])
      for (const state of [connections, byAddress, rooms, perIp]) state.clear()
      return effects
    },

    counts: () => ({
      sockets: connections.size,
      members: [...rooms.own().values()].map((seats) => seats.length),
    }),
  }
}
