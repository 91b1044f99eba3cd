/**
 * Who gets a seat in a crowded room. Members are told from strangers by their token; strangers share their seats by network.
 *
 *   stranger   free share left ──> seated        share full ──> the youngest of the network that holds most gives way, if it
 *                                                               holds at least two more than the newcomer's
 *   member     room not full ──> seated          strangers over their share, or another class that holds more, give way
 *
 * `shared-rooms.ts` applies the same rule inside Redis, and a test compares the two.
 */

import type { RelayLimits } from '../../src/relay-protocol/index.ts'
import type { Seat } from './rooms.ts'

/** The group of everybody on a network without limits, such as this computer. */
export const UNLIMITED = '-'

const isMember = (group: string): boolean => group.startsWith('m')

export type AdmissionLimits = Pick<RelayLimits, 'roomMembers' | 'strangerSeats' | 'networkSeats'>

/** The youngest seat of the group with most seats, if those are at least `least`. Seats are sorted by age. */
function youngestOfLargest(seats: readonly Seat[], least: number): Seat | 'full' {
  const sizes = new Map<string, number>()
  for (const { group } of seats) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const most = Math.max(0, ...sizes.values())
  return (most < least ? undefined : seats.findLast(({ group }) => sizes.get(group) === most)) ?? 'full'
}

/**
 * Decides about one newcomer.
 *
 * @param seats - of the others, oldest first
 * @returns `null`: there is a seat; a seat: it has to give way; `full`: none
 */
export function admit(
  seats: readonly Seat[],
  group: string,
  { roomMembers, strangerSeats, networkSeats }: AdmissionLimits,
): Seat | 'full' | null {
  const strangers = seats.filter((seat) => !isMember(seat.group))
  const members = seats.length - strangers.length
  const kin = seats.filter((seat) => seat.group === group).length
  if (isMember(group)) {
    if (seats.length < roomMembers) return null
    if (strangers.length > strangerSeats || members === 0) return youngestOfLargest(strangers, 0)
    return youngestOfLargest(
      seats.filter((seat) => isMember(seat.group)),
      kin + 2,
    )
  }
  if (group !== UNLIMITED && kin >= networkSeats) return 'full'
  const share = Math.min(members > 0 ? strangerSeats : roomMembers, roomMembers - members)
  return strangers.length < share ? null : youngestOfLargest(strangers, kin + 2)
}
