/** One socket as the relay core knows it. */

import type { Bytes } from '../../src/codec/index.ts'
import {
  type Address,
  type Allowance,
  type Bucket,
  type ClientFrame,
  fullAllowance,
  type Room,
  type SocketLimits,
} from '../../src/relay-protocol/index.ts'
import type { ShownToken } from '../store/store.ts'
import type { Network } from './networks.ts'

export interface Connection extends Allowance {
  readonly id: number
  readonly network: Network
  /** The network in all that leaves this process or stays in the store. */
  readonly pseudonym: string
  readonly since: number
  /** Refusals that are forgiven. */
  readonly patience: Bucket
  address: Address | null
  /** The head of every frame from this address. */
  head: Bytes
  room: Room | null
  /** The room in which a seat is being claimed. Later frames wait in `waiting`. */
  claim: Room | null
  waiting: ClientFrame[]
  /** Requests without a response from the store. */
  pendingRequests: number
  /** Hashes of the token that was last shown for the room. */
  token: ShownToken | null
  /** The class of members to which that token belongs; `null`: a stranger. */
  memberOf: string | null
}

/** Refusals that a socket may collect before it is closed, and how many are forgiven each second. */
const PATIENCE = 100
const FORGIVEN_PER_SECOND = 1

export const patience = { burst: PATIENCE, rate: FORGIVEN_PER_SECOND }

export const openConnection = (
  id: number,
  network: Network,
  pseudonym: string,
  limits: SocketLimits,
  now: number,
): Connection => ({
  id,
  network,
  pseudonym,
  since: now,
  ...fullAllowance(limits, now),
  patience: { tokens: PATIENCE, at: now },
  address: null,
  head: new Uint8Array(0),
  room: null,
  claim: null,
  waiting: [],
  pendingRequests: 0,
  token: null,
  memberOf: null,
})
