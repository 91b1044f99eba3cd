/** The interface of the link to the relay. `relay-client.ts` implements it over a WebSocket. */

import type { Bytes } from '../codec/index.ts'
import type {
  Address,
  ErrorCode,
  MemberToken,
  Recipient,
  RequestFrame,
  ResponseFrame,
  Room,
  SocketLimits,
  TurnServers,
} from '../relay-protocol/index.ts'
import type { Quota } from './quota.ts'

/**
 * Why a link ended. `closed`: by this client. `lost`: the socket broke or was not welcomed in time. `silence`: no response
 * to a ping. `breach`: an invalid or out-of-order frame. `returned`: a relay that comes earlier in the list answers again.
 * Otherwise the relay's last error or announcement.
 */
export type LinkEnd = 'closed' | 'lost' | 'silence' | 'breach' | 'returned' | 'going-away' | ErrorCode

/** Events of a link. The in-memory network emits the same ones. */
export type RelayEvent =
  | { readonly kind: 'connecting'; readonly url: string }
  | { readonly kind: 'open'; readonly address: Address; readonly members: readonly Address[] }
  | { readonly kind: 'presence'; readonly address: Address; readonly present: boolean }
  | { readonly kind: 'frame'; readonly from: Address; readonly bytes: Bytes }
  /** A frame to `to` was dropped, here or at the relay. The layer above decides whether to retransmit. */
  | { readonly kind: 'undelivered'; readonly to: Address }
  /** A letter arrived in this client's mailbox. */
  | { readonly kind: 'mail-waiting' }
  /** `retryInMs` is `null` if the client gives up. */
  | { readonly kind: 'closed'; readonly reason: LinkEnd; readonly retryInMs: number | null }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly retryAfterMs: number }
  /** The relay refused a request. The request also resolves to this refusal. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly retryAfterMs: number }
  /** The limits that the relay announced for this socket. */
  | { readonly kind: 'limits'; readonly limits: SocketLimits }
  /** Milliseconds from a `ping` to its `pong`. */
  | { readonly kind: 'round-trip'; readonly ms: number }

type Unnumbered<T> = T extends unknown ? Omit<T, 'request'> : never
/** A request to the relay. The client numbers it. */
export type RelayRequest = Unnumbered<RequestFrame>

/** A TURN server as a page uses it. */
export type TurnServer = Pick<TurnServers, 'urls' | 'username' | 'credential'>

export interface RelayClient {
  /** Sends at most 60 KiB. Never throws; a frame that cannot be sent comes back as `undelivered`. */
  send(to: Address, bytes: Bytes): void
  /**
   * Sends one payload of at most 61,424 bytes to several addressees, once for each 64 of them. Each gets it as a frame, with
   * the tag meant for it appended. Otherwise like `send`.
   */
  multicast(recipients: readonly Recipient[], bytes: Bytes): void
  /** Shows the relay the member token that `options.token` now returns. A later join shows it by itself. */
  announceToken(): void
  /** Resolves to `null` if there is no link or it breaks before the response. All requests may be repeated. */
  request(body: RelayRequest): Promise<ResponseFrame | null>
  /** Starts measuring a `round-trip`, unless one is under way. */
  ping(): void
  /** What may be sent now; `null` before the relay announced its limits. */
  quota(): Quota | null
  /** Ends a back-off early, for example when the computer wakes up or comes back online. */
  retryNow(): void
  close(): void
}

/** The part of WebSocket in use. Both the browser's and the one of `ws` fit. */
export interface WebSocketLike {
  binaryType: string
  send(bytes: Bytes): void
  close(): void
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: unknown) => void): void
}

/** The bytes of a binary message; `null` for text. */
export const payloadOf = (event: unknown): Uint8Array | null => {
  const data = typeof event === 'object' && event !== null && 'data' in event ? event.data : null
  if (data instanceof Uint8Array) return data
  return data instanceof ArrayBuffer ? new Uint8Array(data) : null
}

export interface RelayClientOptions {
  /** The relays in the order to try them, at least one; read before each attempt. */
  readonly urls: () => readonly string[]
  /** 32 bytes. The holder owns the address. */
  readonly secret: Bytes
  readonly room: Room
  /** The member token of the room, and the one that it took the place of; `null` before one is known. */
  readonly token?: () => MemberToken | null
  readonly openSocket: (url: string) => WebSocketLike
  /** Milliseconds. */
  readonly now: () => number
  /** Uniform in [0, 1). Spreads reconnections; no key depends on it. */
  readonly random: () => number
  /** Runs `run` once after `ms`. The returned function cancels it. */
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly onEvent: (event: RelayEvent) => void
}
