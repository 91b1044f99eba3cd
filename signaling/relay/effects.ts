import type { Bytes } from '../../src/codec/index.ts'
import type { Address, ErrorCode, Room, StoreResponse } from '../../src/relay-protocol/index.ts'
import type { StoreRequest } from '../store/request.ts'
import type { Seat } from './rooms.ts'

export type RelayEffect =
  | { readonly kind: 'send'; readonly socket: number; readonly bytes: Bytes; readonly code?: ErrorCode }
  | { readonly kind: 'close'; readonly socket: number; readonly code: number; readonly reason: string }
  /** To be done by the store; what it answers goes to `answered`. */
  | { readonly kind: 'request'; readonly request: StoreRequest }
  /** Only where rooms are shared. */
  | { readonly kind: 'share'; readonly share: ShareRequest }

/** A claim ends in `seated` or `refused`, a forward that cannot be made in `undelivered`. */
export type ShareRequest =
  | { readonly kind: 'claim' | 'release' | 'renew'; readonly room: Room; readonly seat: Seat }
  | {
      readonly kind: 'forward'
      readonly socket: number
      readonly room: Room
      readonly to: Address
      readonly bytes: Bytes
    }

/** Socket ids are the caller's and never come back; `now` is in milliseconds and never runs backwards. */
export interface Relay {
  connect(socket: number, ip: string, now: number): RelayEffect[]
  receive(socket: number, bytes: Uint8Array, now: number): RelayEffect[]
  /** The store's answer to an `ask`. */
  responded(request: StoreRequest, response: StoreResponse): RelayEffect[]
  disconnect(socket: number): RelayEffect[]
  /** All who sit in a shared room now. */
  seated(room: Room, seats: readonly Seat[]): RelayEffect[]
  /** A claim did not succeed. */
  refused(socket: number, code: 'room-full' | 'unavailable'): RelayEffect[]
  /** A frame from another process. */
  forwarded(room: Room, to: Address, bytes: Bytes): RelayEffect[]
  /** A `forward` that could not be made. */
  undelivered(socket: number, to: Address): RelayEffect[]
  /** The seats of this process, by room. */
  seats(): ReadonlyMap<Room, readonly Seat[]>
  /** Closes sockets that did not say hello in time. Call about once a second. */
  tick(now: number): RelayEffect[]
  /** Tells everyone to come back after a pause of their own, and closes every socket. */
  drain(afterMs: () => number): RelayEffect[]
  /** Numbers only: no identifier leaves the relay. */
  counts(): { readonly sockets: number; readonly members: readonly number[] }
}
