/** Which addresses are in which room, oldest first, for the rooms with a member in this process. */

import type { Address, Room } from '../../src/relay-protocol/index.ts'

/** A socket's membership in a room, in this process or another that shares rooms. */
export interface Seat {
  readonly address: Address
  readonly process: string
  readonly socket: number
  /** Grows with every seat that is taken in the room. */
  readonly since: number
  /** Who shares this seat's fate when the room is full: `m` and a class of members, `s` and a network, or `-`. */
  readonly group: string
}

export interface Rooms {
  /** Oldest first. */
  in(room: Room): readonly Seat[]
  size(room: Room): number
  find(room: Room, address: Address): Seat | undefined
  /** Makes `next` the seats of the room, and returns the difference. */
  set(
    room: Room,
    next: readonly Seat[],
  ): { readonly stayed: readonly Seat[]; readonly gone: readonly Seat[]; readonly came: readonly Seat[] }
  /** Every room with a seat in this process, with all its seats. */
  all(): ReadonlyMap<Room, ReadonlyMap<Address, Seat>>
  clear(): void
}

export const isSame = (one: Seat | undefined, other: Seat): boolean =>
  one?.process === other.process && one.socket === other.socket

/** Creates the table. `self`: the name of this process. */
export function createRooms(self: string): Rooms {
  const rooms = new Map<Room, ReadonlyMap<Address, Seat>>()
  return {
    in: (room) => [...(rooms.get(room)?.values() ?? [])],
    size: (room) => rooms.get(room)?.size ?? 0,
    find: (room, address) => rooms.get(room)?.get(address),
    set(room, next) {
      const before = rooms.get(room) ?? new Map<Address, Seat>()
      const sorted = next.toSorted((a, b) => a.since - b.since)
      const after = new Map(sorted.map((seat) => [seat.address, seat]))
      if (next.some(({ process }) => process === self)) rooms.set(room, after)
      else rooms.delete(room)
      return {
        stayed: sorted.filter((seat) => isSame(before.get(seat.address), seat)),
        gone: [...before.values()].filter((seat) => !isSame(after.get(seat.address), seat)),
        came: sorted.filter((seat) => !isSame(before.get(seat.address), seat)),
      }
    },
    all: () => rooms,
    clear: () => rooms.clear(),
  }
}
