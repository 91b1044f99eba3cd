/**
 * Who is out, by whom, and why. A removal wins over the entry of its id for ever, so any order of merges ends alike.
 */
import { oneOf, struct } from '../codec/index.ts'
import { type MemberId, memberId } from '../identity/index.ts'
import type { Attribution } from './roster-entry.ts'

export type RemovalReason = 'left' | 'evicted' | 'expired'

export interface Removal {
  readonly id: MemberId
  readonly by: MemberId
  readonly reason: RemovalReason
}

/** A removal as one member tells another, with the member that told the sender: itself where it was its own doing. */
export interface ToldRemoval extends Removal {
  readonly teller: MemberId
}

export interface KeptRemoval extends Removal, Attribution {
  /** When it was learned here, milliseconds. */
  readonly at: number
  /** Whether I removed it with everybody whom it let in: entries that come later are answered with a removal. */
  readonly withInvited: boolean
}

export const removalReason = oneOf('left', 'evicted', 'expired')

/** 49 bytes. */
export const toldRemoval = struct<ToldRemoval>({
  id: memberId,
  by: memberId,
  reason: removalReason,
  teller: memberId,
})
