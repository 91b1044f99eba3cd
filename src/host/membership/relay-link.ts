/** The link to the relay with the counters that the Relay tab shows. */

import type { Bytes } from '../../codec/index.ts'
import type { MemberToken } from '../../relay-protocol/index.ts'
import { createRelayClient, type RelayClient, type RelayEvent } from '../../transport/index.ts'
import { emptyRelayView, type RelayView } from '../page/relay-view.ts'
import type { HostPorts } from './ports.ts'

const keptRoundTrips = 120

export interface RelayLink extends RelayClient {
  /** The counters now. Also starts a round-trip measurement for the next call. */
  view(): RelayView
}

export interface LinkOptions {
  /** The relays in the order to try them; read before each attempt. */
  readonly urls: () => readonly string[]
  /** 32 bytes, the relay's proof of address. */
  readonly secret: Bytes
  /** 64 hexadecimal digits. */
  readonly room: string
  /** What the relay is shown to tell this member from strangers; left out outside of a group. */
  readonly token?: () => MemberToken | null
  readonly onEvent: (event: RelayEvent) => void
}

type Ports = Pick<HostPorts, 'crypto' | 'recorder' | 'now' | 'openSocket' | 'setTimer'>

/** Splits off the matching entry, with its count plus one. */
const countOf = <E extends { readonly count: number }>(
  list: readonly E[],
  isSame: (entry: E) => boolean,
): readonly [rest: readonly E[], count: number] => [
  list.filter((entry) => !isSame(entry)),
  (list.find(isSame)?.count ?? 0) + 1,
]

/** The view after an event. `now`: milliseconds since 1970. */
const followRelay = (view: RelayView, event: RelayEvent, now: number): RelayView => {
  switch (event.kind) {
    case 'connecting':
      return {
        ...view,
        url: event.url,
        socket: 'connecting',
        since: now,
        retryAt: null,
        attempts: view.attempts + 1,
      }
    case 'limits':
      return { ...view, socket: 'greeting', limits: event.limits }
    case 'open':
      return { ...view, socket: 'open', since: now, entered: view.entered + 1 }
    case 'closed': {
      const { reason, retryInMs } = event
      const [rest, count] = countOf(view.ends, (entry) => entry.reason === reason)
      const retryAt = retryInMs === null ? null : now + retryInMs
      const ends = [...rest, { reason, count, at: now }]
      return { ...view, socket: retryAt === null ? 'ended' : 'waiting', since: now, retryAt, ends }
    }
    case 'error':
    case 'refused': {
      const { code, retryAfterMs } = event
      const [rest, count] = countOf(view.refusals, (entry) => entry.code === code)
      return { ...view, refusals: [...rest, { code, count, at: now, retryAt: now + retryAfterMs }] }
    }
    case 'undelivered':
      return { ...view, undelivered: view.undelivered + 1 }
    case 'round-trip':
      return { ...view, roundTrips: [...view.roundTrips, event.ms].slice(-keptRoundTrips) }
    case 'mail-waiting':
      return { ...view, letters: { ...view.letters, announced: true } }
    case 'frame':
      return { ...view, frames: { ...view.frames, received: view.frames.received + 1 } }
    case 'presence':
      return view
  }
}

type Request = RelayClient['request']
type Response = Awaited<ReturnType<Request>>

/** The view after a response. `now`: milliseconds since 1970. */
const followResponse = (
  view: RelayView,
  request: Parameters<Request>[0],
  response: Response,
  now: number,
): RelayView => {
  const { letters } = view
  switch (response?.kind) {
    case 'prekeys-counted':
      return {
        ...view,
        stocks: response.stocks,
      }
    case 'mailed':
      return { ...view, letters: { ...letters, left: letters.left + 1 } }
    case 'letters': {
      const before = request.kind === 'mail-fetch' && request.after > 0 ? letters.unread : 0
      const unread = before + response.letters.length
      return { ...view, letters: { ...letters, announced: false, unread, fetchedAt: now } }
    }
    case 'mail-acked': {
      const acked = request.kind === 'mail-ack' ? request.ids.length : 0
      const unread = Math.max(0, letters.unread - acked)
      return { ...view, letters: { ...letters, unread, read: letters.read + acked } }
    }
    case 'refused':
    case 'turn-servers':
    case 'prekeys-stored':
    case 'prekey':
    case 'forgotten':
    case undefined:
      return view
  }
}

/** Opens the link for one address in one room. */
export const openRelayLink = (
  ports: Ports,
  { urls, secret, room, token, onEvent }: LinkOptions,
): RelayLink => {
  const { crypto, recorder, now } = ports
  let view: RelayView = emptyRelayView
  const client = createRelayClient({
    urls,
    secret,
    room,
    ...(token === undefined ? {} : { token }),
    openSocket: ports.openSocket,
    // Monotonic, and fine enough for a round trip.
    now: () => recorder.now(),
    random: () => new DataView(crypto.random(4).buffer).getUint32(0) / 2 ** 32,
    setTimer: ports.setTimer,
    onEvent: (event) => {
      view = followRelay(view, event, now())
      onEvent(event)
    },
  })
  const countSent = (): void => {
    view = { ...view, frames: { ...view.frames, sent: view.frames.sent + 1 } }
  }
  return {
    ...client,
    send(to, bytes) {
      countSent()
      client.send(to, bytes)
    },
    async request(request) {
      countSent()
      const response = await client.request(request)
      view = followResponse(view, request, response, now())
      return response
    },
    view() {
      client.ping()
      return { ...view, quota: client.quota() }
    },
  }
}
