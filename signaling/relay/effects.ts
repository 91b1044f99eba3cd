/**
 * The interface of the relay core: methods take events, and return effects for the server to carry out.
 */

import type { Bytes } from '../../src/codec/index.ts'
import type { Address, ErrorCode, Recipient, Room } from '../../src/relay-protocol/index.ts'
import type { RelayResponse, StoreRequest } from '../store/request.ts'
import type { Network } from './networks.ts'
import type { Seat } from './rooms.ts'

export type RelayEffect =
  | {
      readonly kind: 'send'
      readonly socket: number
      readonly bytes: Bytes
      readonly code?: ErrorCode
      /** The socket that caused it, if that is another client's. */
      readonly from?: number
      /** Read no more from the socket for so long. */
      readonly pauseMs?: number
    }
  | { readonly kind: 'close'; readonly socket: number; readonly code: number; readonly reason: string }
  /** For the store. Its response goes to `responded`. */
  | { readonly kind: 'request'; readonly request: StoreRequest }
  /** Asks for TURN credentials, which the server sends. */
  | {
      readonly kind: 'turn'
      readonly socket: number
      readonly request: number
      readonly address: Address
      /** The pseudonym of a network with limits. */
      readonly network: string | null
    }
  /** For the other processes, if rooms are shared. */
  | { readonly kind: 'share'; readonly share: ShareRequest }

/** A claim results in `seated` or `refused`, a failed forward in `undelivered`. */
export type ShareRequest =
  | { readonly kind: 'claim' | 'release' | 'renew'; readonly room: Room; readonly seat: Seat }
  | {
      readonly kind: 'forward'
      readonly socket: number
      readonly room: Room
      /** Recipients in that process. */
      readonly to: readonly Recipient[]
      readonly process: string
      readonly bytes: Bytes
    }

/** The caller assigns socket ids and never reuses them. `now`: milliseconds on a monotonic clock. */
export interface Relay {
  /** Milliseconds until a network may open another socket. Asked before each upgrade. */
  delay(network: Network, now: number): number
  connect(socket: number, network: Network, now: number): RelayEffect[]
  /** `bytes` are the relay's from now on: it may overwrite them. */
  receive(socket: number, bytes: Uint8Array, now: number): RelayEffect[]
  /** The store's response to a `request` effect. */
  responded(request: StoreRequest, response: RelayResponse): RelayEffect[]
  disconnect(socket: number): RelayEffect[]
  /** Every seat of a shared room now, and the one that had to give way, if any. */
  seated(room: Room, seats: readonly Seat[], displaced?: Seat | null): RelayEffect[]
  /** A claim failed. */
  refused(socket: number, code: 'room-full' | 'unavailable'): RelayEffect[]
  /** A frame from another process. */
  forwarded(room: Room, to: readonly Recipient[], bytes: Bytes): RelayEffect[]
  /** A `forward` failed. */
  undelivered(socket: number, to: Address): RelayEffect[]
  /** The reader's queue takes no more from `socket`. */
  undeliveredTo(socket: number, reader: number): RelayEffect[]
  /** Every room with a seat in this process, with all its seats. */
  rooms(): ReadonlyMap<Room, ReadonlyMap<Address, Seat>>
  /** Closes sockets without a timely `hello`. Call about once a second. */
  tick(now: number): RelayEffect[]
  /** Sends `going-away` with a separate delay to each client, and closes every socket. */
  drain(afterMs: () => number): RelayEffect[]
  /** Numbers without identifiers. */
  counts(): { readonly sockets: number; readonly members: readonly number[] }
}
