/**
 * Who is on the roster: what the other modules read of the group.
 */
import { liveMembers, memberOf, removalOf } from '../group/index.ts'
import type { Address, Identified, MemberId } from '../identity/index.ts'
import type { PeerState } from './state.ts'

/** The live entry under this id. */
export const entryOf = ({ group }: PeerState, member: MemberId): Identified | null =>
  memberOf(group, member) ?? null

export const isMember = (state: PeerState, member: MemberId): boolean => entryOf(state, member) !== null

export const isRemoved = ({ group }: PeerState, member: MemberId): boolean =>
  (removalOf(group, member) ?? null) !== null

/** The name that the live entry under this id has. */
export const nameOf = (state: PeerState, member: MemberId): string | null =>
  entryOf(state, member)?.entry.name ?? null

/** Live members whose entries name this address: one, or two while an entry follows another. */
export const membersAt = ({ group }: PeerState, address: Address): readonly MemberId[] =>
  liveMembers(group)
    .filter(({ entry }) => entry.address === address)
    .map(({ id }) => id)

/** All live members but this one. */
export const otherMembers = ({ group, self }: PeerState): readonly Identified[] =>
  liveMembers(group).filter(({ id }) => id !== self.id)
