/**
 * The pair sessions of a member, and the handshakes that make them.
 *
 *   none ──flow 1, 2──> next ──first frame of the other side opens──> session ──another handshake──> former ──2 min──> gone
 *                        └──30 s──> gone
 */
import type { Bytes } from '../codec/index.ts'
import type { Address, InitiatorState, MemberId } from '../identity/index.ts'
import type { Session } from '../ratchet/index.ts'

/** A session whose other side has not spoken in it yet. */
export interface NextSession {
  readonly role: 'initiator' | 'responder'
  readonly session: Session
  /** 16 bytes, of the handshake. */
  readonly run: Bytes
  /** Flow 2 or the first sealed frame, whole: sent again with the same bytes. */
  readonly frame: Bytes
  readonly since: number
  readonly until: number
  /** The initiator repeats its first frame by itself, the responder flow 2 when flow 1 comes again. */
  readonly resendAt: number | null
  readonly tries: number
}

export interface Pair {
  readonly address: Address
  readonly session: Session | null
  readonly next: NextSession | null
  /** Opens what was still on its way, and sends nothing. */
  readonly former: { readonly session: Session; readonly until: number } | null
  /** Frames in a row that did not open, tags included, and when such a row last led to a handshake. */
  readonly unopened: number
  readonly mendedAt: number | null
}

/** A handshake that this member opened. */
export interface Meeting {
  readonly address: Address
  readonly state: InitiatorState
  readonly run: Bytes
  /** Flow 1, whole. */
  readonly frame: Bytes
  readonly resendAt: number | null
  readonly tries: number
  readonly until: number
}

/** When the next handshake with a member may begin, and how long the wait after it is. */
export interface Backoff {
  readonly nextAt: number
  readonly waitMs: number
}

export interface PairsState {
  readonly pairs: ReadonlyMap<MemberId, Pair>
  readonly meetings: ReadonlyMap<MemberId, Meeting>
  readonly backoff: ReadonlyMap<MemberId, Backoff>
  /** When a new flow 1 of a member was answered last. */
  readonly answeredAt: ReadonlyMap<MemberId, number>
  /** The last flow 1 of addresses whose entry is not known yet, oldest first. */
  readonly strangers: ReadonlyMap<Address, { readonly from: MemberId; readonly body: Bytes }>
}

export const noPairs: PairsState = {
  pairs: new Map(),
  meetings: new Map(),
  backoff: new Map(),
  answeredAt: new Map(),
  strangers: new Map(),
}
