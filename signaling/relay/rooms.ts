/** Which addresses are in which room, for the rooms with a member in this process. */

import type { Address, Room } from '../../src/relay-protocol/index.ts'

/** A socket's membership in a room, in this process or another that shares rooms. */
export interface Seat {
  readonly address: Address
  readonly process: string
  readonly socket: number
}

export interface Rooms {
  in(room: Room): readonly Seat[]
  find(room: Room, address: Address): Seat | undefined
  /** Makes `next` the seats of the room, and returns the difference. */
  set(
    room: Room,
    next: readonly Seat[],
  ): { readonly stayed: readonly Seat[]; readonly gone: readonly Seat[]; readonly came: readonly Seat[] }
  /** The seats of this process. */
  own(): ReadonlyMap<Room, readonly Seat[]>
  clear(): void
}

export const isSame = (one: Seat | undefined, other: Seat): boolean =>
  one?.process === other.process && one.socket === other.socket

/** Creates the table. `self`: the name of this process. */
export function createRooms(self: string): Rooms {
  const rooms = new Map<Room, ReadonlyMap<Address, Seat>>()
  return {
    in: (room) => [...(rooms.get(room)?.values() ?? [])],
    find: (room, address) => rooms.get(room)?.get(address),
    set(room, next) {
      const before = rooms.get(room) ?? new Map<Address, Seat>()
      const after = new Map(next.map((seat) => [seat.address, seat]))
      if (next.some(({ process }) => process === self)) rooms.set(room, after)
      else rooms.delete(room)
      return {
        stayed: next.filter((seat) => isSame(before.get(seat.address), seat)),
        gone: [...before.values()].filter((seat) => !isSame(after.get(seat.address), seat)),
        came: next.filter((seat) => !isSame(before.get(seat.address), seat)),
      }
    },
    own: () =>
      new Map(
        [...rooms].map(([room, seats]) => [
          room,
          [...seats.values()].filter(({ process }) => process === self),
        ]),
      ),
    clear: () => rooms.clear(),
  }
}
