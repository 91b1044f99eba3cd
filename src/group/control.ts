import { type Bytes, fixed, hexId, optional, struct, u48, union } from '../codec/index.ts'
import { type EpochHeader, type EpochId, epochHeader, epochId } from './epoch.ts'
import { type RosterDelta, rosterDelta } from './roster.ts'

/** What group members tell each other through their pair sessions. */
export type GroupControl =
  /** Entries of the sender's roster; `hash` is that of its whole merged roster. */
  | { readonly kind: 'roster'; readonly delta: RosterDelta; readonly hash: string }
  | { readonly kind: 'epoch'; readonly header: EpochHeader; readonly joint: Bytes }
  | { readonly kind: 'ack'; readonly epoch: EpochId; readonly mac: Bytes; readonly contribution: Bytes }
  /** Where the sender stands: its roster and its current epoch. */
  | { readonly kind: 'heads'; readonly hash: string; readonly current: Head | null }
  | { readonly kind: 'leave' }

export interface Head {
  readonly id: EpochId
  readonly counter: number
}

const head = struct<Head>({ id: epochId, counter: u48 })

export const groupControl = union<GroupControl>({
  roster: [1, struct({ delta: rosterDelta, hash: hexId<string>(32) })],
  epoch: [2, struct({ header: epochHeader, joint: fixed(32) })],
  ack: [3, struct({ epoch: epochId, mac: fixed(32), contribution: fixed(32) })],
  heads: [4, struct({ hash: hexId<string>(32), current: optional(head) })],
  leave: [5, struct({})],
})
