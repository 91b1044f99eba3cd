/**
 * With whom a member keeps a direct link. Up to 16 members everybody with everybody; in larger rooms with those near to it
 * on the ring of ids, so that both ends agree without a word, and the number of links stays bounded. The relay carries
 * the rest.
 */
import type { MemberId } from '../identity/index.ts'

/** Members of a room in which all are linked. */
export const fullMesh = 16
/** In larger rooms: links to each side of the ring. */
const reachOnRing = 7

/**
 * @param live - ids of all live members, this one included, in any order
 * @param self - this member
 * @returns whom it keeps a link to: symmetric wherever both ends hold the same roster
 */
export const linkedMembers = (live: readonly MemberId[], self: MemberId): ReadonlySet<MemberId> => {
  const others = live.filter((id) => id !== self)
  if (live.length <= fullMesh) return new Set(others)
  const ring = [...others, self].sort()
  const place = ring.indexOf(self)
  const at = (offset: number): MemberId | undefined => ring[(place + offset + ring.length) % ring.length]
  const near = Array.from({ length: reachOnRing }, (_, i) => [at(i + 1), at(-i - 1)]).flat()
  return new Set(near.filter((id) => id !== undefined))
}
