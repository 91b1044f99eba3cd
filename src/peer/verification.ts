/**
 * Numbers that people compare. One room number verifies everybody at once; beside it stands one for each pair. What the
 * user found equal is kept with the member's id, which no entry can change under.
 */
import type { Crypto } from '../crypto/index.ts'
import { type GroupState, liveMembers, memberOf } from '../group/index.ts'
import {
  type EntryHash,
  type Identified,
  type MemberId,
  pairNumber,
  roomNumber,
  type SafetyNumber,
} from '../identity/index.ts'
import type { PeerEvent, PeerState } from './state.ts'
import { Rejection, type Transaction, write } from './transaction.ts'

/** The user compared numbers: with one member, or the room's with everybody. */
export const noteVerified = (
  tx: Transaction,
  { member, same }: Extract<PeerEvent, { kind: 'verify' }>,
): void => {
  const others = liveMembers(tx.state.group)
    .map(({ id }) => id)
    .filter((id) => id !== tx.state.self.id)
  if (member !== null && !others.includes(member)) throw new Rejection('member/unknown')
  const verified = new Set(tx.state.verified)
  for (const id of member === null ? others : [member]) {
    if (same) verified.add(id)
    else verified.delete(id)
  }
  write(tx, 'verified', verified)
  tx.effects.push({ kind: 'persist' })
}

export const forgetVerified = (tx: Transaction, member: MemberId): void => {
  if (!tx.state.verified.has(member)) return
  write(tx, 'verified', new Set([...tx.state.verified].filter((id) => id !== member)))
}

/** Numbers change with the roster alone, and are read whenever something is shown. */
const rooms = new WeakMap<GroupState['roster'], SafetyNumber>()
const pairs = new WeakMap<Identified, { readonly self: EntryHash; readonly number: SafetyNumber }>()

/** Of all live members: the same on every screen while nobody comes or goes. */
export const roomNumberOf = (crypto: Crypto, { group }: PeerState): SafetyNumber => {
  const known = rooms.get(group.roster)
  if (known !== undefined) return known
  const made = roomNumber(
    crypto,
    liveMembers(group).map(({ hash }) => hash),
  )
  rooms.set(group.roster, made)
  return made
}

/** Of this member and one other. */
export const pairNumberOf = (
  crypto: Crypto,
  { group, groupId, self }: PeerState,
  member: MemberId,
): SafetyNumber | null => {
  const other = memberOf(group, member)
  if (other === null) return null
  const known = pairs.get(other)
  if (known?.self === self.hash) return known.number
  const number = pairNumber(crypto, groupId, self.hash, other.hash)
  pairs.set(other, { self: self.hash, number })
  return number
}
