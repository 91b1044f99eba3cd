/**
 * The relay core, without sockets, clock or runtime: events in, effects out.
 *
 *   connected ──hello──> identified ──join──> [claiming ──seated──>] in a room ──leave──> identified
 *   any ──replaced, displaced, breach of protocol, hello timeout, socket lost, drain──> gone
 *
 * Claiming lasts while the store looks up a member token, and while processes that share rooms agree on a seat. Frames that
 * arrive meanwhile wait, so that their order is kept.
 */

import { type Bytes, DecodeError, encode } from '../../src/codec/index.ts'
import {
  type Address,
  type ClientFrame,
  type ErrorCode,
  FRAME_VERSION,
  headOf,
  type MemberToken,
  type RelayLimits,
  type Room,
  readClientFrame,
  relayFrame,
} from '../../src/relay-protocol/index.ts'
import { admit, UNLIMITED } from './admission.ts'
import { createCharging } from './charging.ts'
import { type Connection, openConnection } from './connection.ts'
import { createDelivery } from './delivery.ts'
import type { Relay, RelayEffect } from './effects.ts'
import { createNames } from './names.ts'
import { createNetworks } from './networks.ts'
import { passRequest, requestOf } from './requests.ts'
import { fail, sendFrame } from './responses.ts'
import { createRooms, isSame, type Seat } from './rooms.ts'

/** Limit of frames that wait for a seat. */
const MAX_WAITING = 512
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
  /** Sockets without a `hello`, oldest first. */
  const silent = new Map<number, number>()
  const byAddress = new Map<Address, Connection>()
  const rooms = createRooms(self)
  const networks = createNetworks(limits)
  const names = createNames(hash)
  const delivery = createDelivery(self, rooms)
  let lastSeat = 0

  const announce = (seats: readonly Seat[], about: Address, present: boolean): RelayEffect[] => {
    const bytes = encode(relayFrame, { kind: 'presence', address: about, present })
    return seats
      .filter(({ process }) => process === self)
      .map(({ socket }) => ({ kind: 'send', socket, bytes }))
  }

  /** Closes the socket of a seat that had to give way in a full room. */
  const displace = (connection: Connection): RelayEffect[] => [
    ...fail(connection.id, 'room-full', CROWDED_MS),
    { kind: 'close', socket: connection.id, code: 1008, reason: 'room-full' },
    ...forget(connection),
  ]

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
      if (entering !== null) effects.push(...leave(entering), ...enter(entering, room, rooms.in(room)))
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
      const next = connection.waiting.shift()
      if (next === undefined) break
      effects.push(...accept(connection, next))
    }
    return effects
  }

  const groupOf = ({ memberOf, network, pseudonym }: Connection): string => {
    if (memberOf !== null) return `m${memberOf}`
    if (typeof network === 'string') return UNLIMITED
    return `s${pseudonym}`
  }

  const seatOf = (connection: Connection, address: Address, since = 0): Seat => ({
    address,
    process: self,
    socket: connection.id,
    since,
    group: groupOf(connection),
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
    silent.delete(connection.id)
    networks.leave(connection.network)
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
    const address = names.address(secret)
    const older = byAddress.get(address)
    const effects = older === undefined ? [] : expel(older, 'replaced')
    silent.delete(connection.id)
    connection.address = address
    connection.head = headOf(address)
    byAddress.set(address, connection)
    return [...effects, sendFrame(connection, { kind: 'welcome', address, limits })]
  }

  /** Asks the store for the class of the token. Its response goes on in `stood`. */
  const askStanding = (
    connection: Connection,
    address: Address,
    room: Room,
    owner: boolean,
  ): RelayEffect[] =>
    connection.token === null
      ? []
      : [
          requestOf(connection, address, room, {
            kind: 'standing',
            request: 0,
            token: connection.token,
            owner,
          }),
        ]

  const join = (
    connection: Connection,
    address: Address,
    { room, token }: { readonly room: Room; readonly token?: MemberToken },
  ): RelayEffect[] => {
    connection.token = token === undefined ? null : names.token(token)
    if (connection.token === null) {
      if (connection.room !== room) connection.memberOf = null
      return sit(connection, address, room)
    }
    connection.claim = room
    return askStanding(connection, address, room, false)
  }

  /** Takes a seat, or claims one if processes share rooms. */
  const sit = (connection: Connection, address: Address, room: Room): RelayEffect[] => {
    const seats = rooms.in(room)
    if (connection.room === room) return [...enter(connection, room, seats), ...regroup(connection)]
    const seat = seatOf(connection, address)
    if (shared !== null) {
      connection.claim = room
      return [{ kind: 'share', share: { kind: 'claim', room, seat } }]
    }
    const verdict = admit(seats, seat.group, limits)
    if (verdict === 'full') {
      connection.claim = null
      return fail(connection.id, 'room-full', CROWDED_MS)
    }
    const displaced = verdict === null ? undefined : connections.get(verdict.socket)
    const effects = displaced === undefined ? [] : displace(displaced)
    connection.claim = room
    return [...effects, ...reseat(room, [...rooms.in(room), { ...seat, since: ++lastSeat }])]
  }

  /** Moves the seat of the connection to the group that its token gives it. */
  const regroup = (connection: Connection): RelayEffect[] => {
    const { room, address } = connection
    const seat = room === null || address === null ? undefined : rooms.find(room, address)
    const group = groupOf(connection)
    if (room === null || seat === undefined || seat.process !== self || seat.group === group) return []
    const moved = { ...seat, group }
    rooms.set(
      room,
      rooms.in(room).map((one) => (one === seat ? moved : one)),
    )
    return shared === null ? [] : [{ kind: 'share', share: { kind: 'renew', room, seat: moved } }]
  }

  /** The store knows whether the connection's token is a member's. */
  const stood = (connection: Connection, room: Room, memberOf: string | null): RelayEffect[] => {
    const { address, claim } = connection
    if (address === null || (claim !== room && connection.room !== room)) return []
    const verdict = (): RelayEffect => sendFrame(connection, { kind: 'standing', member: memberOf !== null })
    connection.memberOf = memberOf
    if (claim !== room) return [verdict(), ...regroup(connection)]
    connection.claim = null
    return [verdict(), ...sit(connection, address, room), ...resume(connection)]
  }

  /** A member token that is shown inside the room. */
  const show = (connection: Connection, address: Address, token: MemberToken): RelayEffect[] => {
    connection.token = names.token(token)
    return connection.room === null ? [] : askStanding(connection, address, connection.room, false)
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
        return join(connection, address, frame)
      case 'leave': {
        const effects = leave(connection)
        connection.memberOf = null
        return effects
      }
      case 'send':
        return delivery.send(connection, [{ to: frame.to, tag: null }], frame.payload)
      case 'multicast':
        return delivery.send(connection, frame.recipients, frame.payload)
      case 'token':
        return show(connection, address, frame.token)
      case 'ping':
        return [sendFrame(connection, { kind: 'pong' })]
      default:
        return [passRequest(connection, address, frame)]
    }
  }

  const charging = createCharging(limits, networks, rooms, forget)

  return {
    delay: (network, now) => networks.open(network, now),

    connect(socket, network, now) {
      if (!networks.enter(network, now)) return fail(socket, 'too-many-sockets', CROWDED_MS)
      connections.set(socket, openConnection(socket, network, names.network(network), limits, now))
      silent.set(socket, now)
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
        frame = readClientFrame(bytes)
      } catch (error) {
        if (error instanceof DecodeError) return expel(connection, 'malformed')
        throw error
      }
      const overdue = charging.charge(connection, frame, bytes.length, now)
      if (overdue !== null) return charging.refuse(connection, frame, overdue, now)
      if (connection.claim === null) {
        return frame.kind === 'send' && connection.address !== null
          ? delivery.sendOne(connection, frame.to, frame.payload, bytes)
          : accept(connection, frame)
      }
      if (connection.waiting.length >= MAX_WAITING) return expel(connection, 'unexpected')
      connection.waiting.push(frame)
      return []
    },

    responded({ socket, room, frame }, response) {
      const connection = connections.get(socket)
      if (frame.kind === 'standing') {
        // A store that does not work makes a stranger, who can still join.
        const memberOf = response.kind === 'standing' ? response.memberOf : null
        return connection === undefined ? [] : stood(connection, room, memberOf)
      }
      if (connection !== undefined) connection.pendingRequests--
      if (response.kind === 'standing') return []
      const effects: RelayEffect[] = connection === undefined ? [] : [sendFrame(connection, response)]
      if (response.kind === 'prekeys-stored' && connection?.address != null && connection.memberOf === null) {
        effects.push(...askStanding(connection, connection.address, room, true))
      }
      if (frame.kind !== 'mail' || response.kind !== 'mailed') return effects
      const hint = encode(relayFrame, { kind: 'mail-waiting' })
      return [...effects, ...delivery.deliver(socket, room, [{ to: frame.to, tag: null }], hint, () => [])]
    },

    seated(room, seats, displaced = null) {
      const given = displaced === null ? undefined : localOf(displaced)
      const effects: RelayEffect[] = given?.room === room ? displace(given) : []
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

    forwarded: delivery.forwarded,

    undelivered(socket, to) {
      const connection = connections.get(socket)
      return connection === undefined ? [] : [sendFrame(connection, { kind: 'undelivered', to })]
    },

    undeliveredTo(socket, reader) {
      const connection = connections.get(socket)
      const to = connections.get(reader)?.address ?? null
      return connection === undefined || to === null
        ? []
        : [sendFrame(connection, { kind: 'undelivered', to })]
    },

    rooms: rooms.all,

    disconnect(socket) {
      const connection = connections.get(socket)
      return connection === undefined ? [] : forget(connection)
    },

    tick(now) {
      networks.sweep(now)
      const effects: RelayEffect[] = []
      for (const [socket, since] of silent) {
        if (now - since < limits.helloMs) break
        const connection = connections.get(socket)
        if (connection !== undefined) effects.push(...expel(connection, 'hello-timeout'))
      }
      return effects
    },

    drain(afterMs) {
      const effects = [...connections.values()].flatMap((connection): RelayEffect[] => [
        sendFrame(connection, { kind: 'going-away', afterMs: afterMs() }),
        { kind: 'close', socket: connection.id, code: 1001, reason: 'going-away' },
        ...release(connection, connection.room),
        ...release(connection, connection.claim),
      ])
      for (const state of [connections, silent, byAddress, rooms, networks]) state.clear()
      return effects
    },

    counts: () => ({
      sockets: connections.size,
      members: [...rooms.all().values()].map((seats) => {
        let here = 0
        for (const { process } of seats.values()) if (process === self) here++
        return here
      }),
    }),
  }
}
