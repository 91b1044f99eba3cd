/**
 * With whom a member keeps a direct link. Up to 16 members everybody with everybody; in larger rooms with those near to it
 * on the ring of ids, so that both ends agree without a word, and the number of links stays bounded. The relay carries
 * the rest.
 */
import { liveMembers } from '../group/index.ts'
import type { MemberId } from '../identity/index.ts'
import { isMember } from './members.ts'
import { noteLinked } from './room.ts'
import type { PeerState } from './state.ts'
import type { Transaction } from './transaction.ts'

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

const linkedTo = ({ group, self }: PeerState): ReadonlySet<MemberId> =>
  linkedMembers(
    liveMembers(group).map(({ id }) => id),
    self.id,
  )

/** One that is on no roster here yet is linked for now: a newcomer meets its doorkeeper before it hears the roster. */
export const isLinked = (state: PeerState, member: MemberId): boolean =>
  !isMember(state, member) || linkedTo(state).has(member)

/** In a larger room the ring of links moves with each member that comes or goes. */
export const tickLinks = (tx: Transaction): void => {
  const { group, room, self, pairs } = tx.state
  if (room.linkedFor === group.roster) return
  const live = liveMembers(group)
  const most = Math.max(room.linked, live.length)
  noteLinked(tx, live.length)
  if (most <= fullMesh) return
  const linked = linkedTo(tx.state)
  for (const { id, entry } of live) {
    const { address } = entry
    const isDirect = room.direct.has(address)
    if (id === self.id || linked.has(id) === isDirect) continue
    if (isDirect) tx.effects.push({ kind: 'disconnect', address })
    else if (pairs.pairs.get(id)?.session != null)
      tx.effects.push({ kind: 'connect', address, initiator: self.id > id })
  }
}
