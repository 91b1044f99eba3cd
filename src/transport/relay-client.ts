/**
 * The link to the relay: keeps one address present in one room, through failures of the network and of the relay.
 *
 *   opening ──socket open: send hello, join──> greeting ──welcome──> joining ──joined──> joined
 *      any ──socket lost, silence, invalid frame──> waiting ──back-off──> opening, at the relay that `relay-order.ts` names
 *      any ──close(), error replaced, error version──> ended
 *
 * `SPEC.md` lists the events. Clock, timers, randomness and the socket are injected.
 */

import { type Bytes, concat, DecodeError, decode, encode } from '../codec/index.ts'
import {
  type Address,
  type ClientFrame,
  clientFrame,
  type ErrorCode,
  RECIPIENTS,
  type RelayFrame,
  type ResponseFrame,
  relayFrame,
} from '../relay-protocol/index.ts'
import { createQuota } from './quota.ts'
import {
  type LinkEnd,
  payloadOf,
  type RelayClient,
  type RelayClientOptions,
  type WebSocketLike,
} from './relay-link.ts'
import { ANSWER_MS, createRelayOrder } from './relay-order.ts'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 15_000
/** After this long in the room, the next failure starts the back-off from the beginning. */
const SETTLED_MS = 5000
/** Silence after which to ping, then to reconnect. Longer than a busy relay needs to respond. */
const SILENCE_MS = 15_000
const QUEUE_FRAMES = 512
const SLICE_MS = 250
/** Upper bound on any delay that the relay requests. */
const LONGEST_HINT_MS = 60_000
/** A socket that closes so soon after a refusal was closed for it. */
const PUNISHED_WITHIN_MS = 2000

/** Temporary errors: the socket stays open. */
const laterCodes: readonly ErrorCode[] = ['message-rate', 'byte-rate', 'room-full', 'unavailable']

/** One WebSocket, from opening to closing. */
interface Link {
  readonly socket: WebSocketLike
  readonly timers: Set<() => void>
  /** Requests without a response yet, by number. */
  readonly pending: Map<number, (response: ResponseFrame | null) => void>
  /** Frames held back by a rate limit. */
  readonly held: { readonly to: Address; readonly bytes: Bytes }[]
  state: 'opening' | 'greeting' | 'joining' | 'joined'
  address: Address
  slice: number
  pumping: boolean
  heard: boolean
  joinedAt: number
  /** The delay and reason that the relay announced for the coming end of the link. */
  waitMs: number
  reason: LinkEnd | null
  quota: ReturnType<typeof createQuota> | null
  /** Sent before the limits were known. */
  readonly unpaid: { readonly frame: ClientFrame; readonly size: number }[]
  /** The last refusal, since the relay may close the socket right after it. */
  refusal: { readonly at: number; readonly waitMs: number } | null
  /** When the `ping` being measured was sent. */
  pingedAt: number | null
}

/**
 * Opens the link and keeps it open until `close`.
 *
 * @param options - address, room, and the injected clock, timers, randomness and socket
 * @returns the client; `onEvent` has been called with `connecting` by then
 */
export function createRelayClient(options: RelayClientOptions): RelayClient {
  const { onEvent: emit, now, random } = options
  let link: Link | null = null
  let failures = 0
  let stopped = false
  let lastRequest = 0
  let cancelRetry = (): void => {}
  const order = createRelayOrder({
    ...options,
    onReturn: () => {
      if (link !== null) end(link, 'returned')
    },
  })

  const after = (on: Link, ms: number, run: () => void): void => {
    const cancel = options.setTimer(() => {
      on.timers.delete(cancel)
      if (link === on) run()
    }, ms)
    on.timers.add(cancel)
  }

  const put = (on: Link, frame: ClientFrame): void => {
    const bytes = encode(clientFrame, frame)
    if (on.quota === null) on.unpaid.push({ frame, size: bytes.length })
    else on.quota.spend(frame, bytes.length)
    on.socket.send(bytes)
  }
  const ping = (on: Link): void => {
    on.pingedAt ??= now()
    put(on, { kind: 'ping' })
  }
  const join = (on: Link): void => {
    const token = options.token?.() ?? null
    put(on, { kind: 'join', room: options.room, ...(token === null ? {} : { token }) })
  }

  const retryDelay = (hintMs: number): number => {
    const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
    failures = Math.min(failures + 1, 16)
    return Math.round(Math.max(hintMs, ceiling / 2) + (random() * ceiling) / 2)
  }

  const end = (on: Link, reason: LinkEnd): void => {
    if (link !== on) return
    link = null
    for (const cancel of on.timers) cancel()
    for (const resolve of on.pending.values()) resolve(null)
    on.socket.close()
    order.stop()
    if (reason !== 'returned') {
      const hasSettled = on.state === 'joined' && now() - on.joinedAt >= SETTLED_MS
      if (hasSettled) failures = 0
      if (hasSettled) order.restart()
      // A relay that gave a reason is there, and the other members are at it.
      else if (on.reason === null) order.next()
    }
    const { refusal } = on
    const isPunished = refusal !== null && now() - refusal.at < PUNISHED_WITHIN_MS
    const waitMs = isPunished ? Math.max(on.waitMs, refusal.waitMs) : on.waitMs
    const retryInMs = stopped ? null : reason === 'returned' ? 0 : retryDelay(waitMs)
    if (retryInMs !== null) cancelRetry = options.setTimer(connect, retryInMs)
    emit({ kind: 'closed', reason: on.reason ?? reason, retryInMs })
    for (const { to } of on.held) emit({ kind: 'undelivered', to })
  }

  /** Sends held frames at half the rate that the relay allows. */
  const pump = (on: Link): void => {
    for (const { to, bytes } of on.held.splice(0, on.slice)) put(on, { kind: 'send', to, payload: bytes })
    on.pumping = on.held.length > 0
    if (on.pumping) after(on, SLICE_MS, () => pump(on))
  }

  const onError = (on: Link, code: ErrorCode, claimedMs: number): void => {
    const retryAfterMs = Math.min(claimedMs, LONGEST_HINT_MS)
    emit({ kind: 'error', code, retryAfterMs })
    if (link !== on) return
    if (code === 'replaced' || code === 'version') {
      // Reconnecting would evict the other holder, or reach the same incompatible relay.
      stopped = true
      end(on, code)
    } else if (laterCodes.includes(code)) {
      // The dropped frame may have been the ping.
      on.pingedAt = null
      on.refusal = { at: now(), waitMs: retryAfterMs }
      if (on.state === 'joining') after(on, retryAfterMs, () => join(on))
      else if (!on.pumping) {
        on.pumping = true
        after(on, retryAfterMs, () => pump(on))
      }
    } else {
      on.waitMs = retryAfterMs
      on.reason = code
    }
  }

  /** @returns `false` if the frame is out of order */
  const accept = (on: Link, frame: RelayFrame): boolean => {
    switch (frame.kind) {
      case 'welcome':
        if (on.state !== 'greeting') return false
        on.state = 'joining'
        on.address = frame.address
        on.quota = createQuota(frame.limits, now)
        for (const { frame: sent, size } of on.unpaid) on.quota.spend(sent, size)
        emit({ kind: 'limits', limits: frame.limits })
        on.slice = Math.max(1, Math.floor((frame.limits.messagesPerSecond * SLICE_MS) / 2000))
        return true
      case 'joined':
        if (on.state !== 'joining') return false
        on.state = 'joined'
        on.joinedAt = now()
        order.watch()
        emit({ kind: 'open', address: on.address, members: frame.members })
        return true
      case 'error':
        onError(on, frame.code, frame.retryAfterMs)
        return true
      case 'going-away':
        on.waitMs = Math.min(frame.afterMs, LONGEST_HINT_MS)
        on.reason = 'going-away'
        return true
      case 'pong':
        if (on.pingedAt !== null) emit({ kind: 'round-trip', ms: now() - on.pingedAt })
        on.pingedAt = null
        return true
      case 'frame':
        if (on.state === 'joined') emit({ kind: 'frame', from: frame.from, bytes: frame.payload })
        return on.state === 'joined'
      case 'presence':
        if (on.state !== 'joined') return false
        if (!frame.present) order.hurry()
        emit(frame)
        return true
      case 'undelivered':
      case 'mail-waiting':
        if (on.state === 'joined') emit(frame)
        return on.state === 'joined'
      case 'standing':
        // Nothing depends on it: strangers and members send the same frames.
        return on.state === 'joining' || on.state === 'joined'
      default: {
        const resolve = on.pending.get(frame.request)
        on.pending.delete(frame.request)
        resolve?.(frame)
        if (resolve !== undefined && frame.kind === 'refused')
          emit({ kind: 'refused', code: frame.code, retryAfterMs: frame.retryAfterMs })
        return resolve !== undefined
      }
    }
  }

  const receive = (on: Link, event: unknown): void => {
    if (link !== on) return
    on.heard = true
    try {
      const bytes = payloadOf(event)
      const frame = bytes === null ? null : decode(relayFrame, bytes)
      if (frame !== null && accept(on, frame)) return
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
    end(on, 'breach')
  }

  const watch = (on: Link): void =>
    after(on, SILENCE_MS, () => {
      if (!on.heard) return end(on, 'silence')
      on.heard = false
      ping(on)
      watch(on)
    })

  function connect(): void {
    cancelRetry()
    const url = order.current()
    emit({ kind: 'connecting', url })
    const socket = options.openSocket(url)
    socket.binaryType = 'arraybuffer'
    const opened: Link = {
      socket,
      timers: new Set(),
      pending: new Map(),
      held: [],
      state: 'opening',
      address: '',
      slice: 1,
      pumping: false,
      heard: false,
      joinedAt: 0,
      waitMs: 0,
      reason: null,
      quota: null,
      unpaid: [],
      refusal: null,
      pingedAt: null,
    }
    link = opened
    socket.addEventListener('open', () => {
      if (link !== opened) return
      opened.state = 'greeting'
      put(opened, { kind: 'hello', secret: options.secret })
      join(opened)
    })
    socket.addEventListener('message', (event) => receive(opened, event))
    socket.addEventListener('close', () => end(opened, 'lost'))
    socket.addEventListener('error', () => end(opened, 'lost'))
    if (order.hasOthers()) {
      after(opened, ANSWER_MS, () => {
        if (opened.state === 'opening' || opened.state === 'greeting') end(opened, 'lost')
      })
    }
    watch(opened)
  }

  connect()
  const send = (to: Address, bytes: Bytes): void => {
    if (link === null || link.state !== 'joined') emit({ kind: 'undelivered', to })
    else if (!link.pumping) put(link, { kind: 'send', to, payload: bytes })
    else if (link.held.length < QUEUE_FRAMES) link.held.push({ to, bytes })
    else emit({ kind: 'undelivered', to })
  }
  return {
    send,
    multicast(recipients, bytes) {
      const on = link
      if (on?.state === 'joined' && !on.pumping) {
        for (let at = 0; at < recipients.length; at += RECIPIENTS) {
          put(on, { kind: 'multicast', recipients: recipients.slice(at, at + RECIPIENTS), payload: bytes })
        }
        return
      }
      // A frame with its tag is what one `send` to each would bring.
      for (const { to, tag } of recipients) send(to, tag === null ? bytes : concat(bytes, tag))
    },
    announceToken() {
      const token = options.token?.() ?? null
      if (link?.state === 'joined' && token !== null) put(link, { kind: 'token', token })
    },
    request(body) {
      const on = link
      if (on === null || on.state !== 'joined') return Promise.resolve(null)
      lastRequest = (lastRequest + 1) % 2 ** 32
      const request = lastRequest
      const response = new Promise<ResponseFrame | null>((resolve) => on.pending.set(request, resolve))
      put(on, { ...body, request })
      return response
    },
    ping() {
      if (link?.state === 'joined' && link.pingedAt === null && !link.pumping) ping(link)
    },
    quota: () => link?.quota?.left() ?? null,
    retryNow() {
      if (link !== null || stopped) return
      order.restart()
      connect()
    },
    close() {
      if (stopped) return
      stopped = true
      cancelRetry()
      if (link === null) emit({ kind: 'closed', reason: 'closed', retryInMs: null })
      else end(link, 'closed')
    },
  }
}
