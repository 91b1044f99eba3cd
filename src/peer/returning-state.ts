/** What a return from an expiry keeps: slice of `returning.ts`. Not stored. */
import type { Bytes } from '../codec/index.ts'
import type { Secret } from '../crypto/index.ts'
import {
  type Identified,
  type InitiatorState,
  type MemberId,
  type Self,
  secretsOfInitiator,
} from '../identity/index.ts'

export interface Run {
  readonly run: Bytes
  readonly state: InitiatorState
  readonly until: number
}

export interface Returning {
  /** The identity that expired: what it says last is where it went. */
  readonly old: Self
  /** Members of the roster that was dropped, the one that told first. */
  readonly hosts: readonly Identified[]
  readonly asked: { readonly host: MemberId; readonly run: Run | null; readonly until: number } | null
  readonly since: number
}

export interface ReturningState {
  readonly self: Returning | null
  /** Those that this member is letting in again, by their new ids. */
  readonly guests: ReadonlyMap<MemberId, Run & { readonly who: Identified }>
}

export const nobodyReturns: ReturningState = { self: null, guests: new Map() }

export const secretsOfReturning = ({ self, guests }: ReturningState): readonly Secret[] => [
  ...(self?.asked?.run ? secretsOfInitiator(self.asked.run.state) : []),
  ...[...guests.values()].flatMap(({ state }) => secretsOfInitiator(state)),
]
