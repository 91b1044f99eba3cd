import type { Bytes } from '../codec/index.ts'
import type {
  Address,
  ErrorCode,
  Room,
  SocketLimits,
  StoreFrame,
  StoreResponse,
} from '../relay-protocol/index.ts'
import type { Quota } from './quota.ts'

/** Why a link ended: by ourselves, without a word, by silence, by what is no frame or out of order; else the relay's word. */
export type LinkEnd = 'closed' | 'lost' | 'silence' | 'breach' | 'going-away' | ErrorCode

/** What a link to the relay tells its owner; the in-memory network speaks the same. */
export type RelayEvent =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly address: Address; readonly members: readonly Address[] }
  | { readonly kind: 'presence'; readonly address: Address; readonly present: boolean }
  | { readonly kind: 'frame'; readonly from: Address; readonly bytes: Bytes }
  /** A frame to `to` was dropped here or at the relay; the layer above decides whether to try again. */
  | { readonly kind: 'undelivered'; readonly to: Address }
  /** Letters wait in one's mailbox. */
  | { readonly kind: 'mail-waiting' }
  /** `null`: it will not try again. */
  | { readonly kind: 'closed'; readonly reason: LinkEnd; readonly retryInMs: number | null }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly retryAfterMs: number }
  /** A question was refused; also its answer. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly retryAfterMs: number }
  /** What this socket may send, by the relay's word. */
  | { readonly kind: 'limits'; readonly limits: SocketLimits }
  /** Milliseconds from a `ping` to its `pong`. */
  | { readonly kind: 'round-trip'; readonly ms: number }

/** What can be asked of the relay's store. */
type Unnumbered<T> = T extends unknown ? Omit<T, 'request'> : never
export type RelayRequest = Unnumbered<StoreFrame>

export interface RelayClient {
  /** At most 60 KiB. Never throws for the network's sake; what cannot be sent comes back as `undelivered`. */
  send(to: Address, bytes: Bytes): void
  /**
   * Asks for something of the relay's store. `null`: the link broke before the answer, or there was none; all questions
   * may be asked again.
   */
  request(body: RelayRequest): Promise<StoreResponse | null>
  /** Asks for a `round-trip`, unless one is being measured. */
  ping(): void
  /** What may be sent at once; `null` before the relay named its limits. */
  quota(): Quota | null
  /** Connects at once if it was waiting to, say because the computer woke up or is online again. */
  retryNow(): void
  close(): void
}

/** The part of a WebSocket that is used; those of browsers and of `ws` both fit. */
export interface WebSocketLike {
  binaryType: string
  send(bytes: Bytes): void
  close(): void
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: unknown) => void): void
}

export interface RelayClientOptions {
  readonly url: string
  /** 32 bytes; whoever holds them owns the address. */
  readonly secret: Bytes
  readonly room: Room
  readonly openSocket: (url: string) => WebSocketLike
  /** Milliseconds. */
  readonly now: () => number
  /** Uniform in [0, 1); spreads reconnections, keys nothing. */
  readonly random: () => number
  /** Runs `run` once after `ms`, unless the returned function is called before. */
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly onEvent: (event: RelayEvent) => void
}
