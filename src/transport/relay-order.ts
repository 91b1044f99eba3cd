/**
 * Which of several relays to try: the first in the list that answers, and an earlier one again once it is back. All members
 * of a room follow the same list in the same order, so they meet at the same relay.
 *
 *   trying a relay ──no answer──> trying the next one, after the last the first
 *   at a later relay ──an earlier one answers──> trying that one
 */

import { decode, encode } from '../codec/index.ts'
import { clientFrame, relayFrame } from '../relay-protocol/index.ts'
import { payloadOf, type RelayClientOptions } from './relay-link.ts'

/** Pause before the first look at earlier relays; doubles up to the last. */
const FIRST_LOOK_MS = 5000
const LAST_LOOK_MS = 60_000
/** When somebody left the room: soon, but not all at once. */
const HURRY_MS = 1000
/** A relay that has not welcomed by then counts as dead, if there is another. */
export const ANSWER_MS = 5000

export interface RelayOrder {
  /** The relay to try now. */
  current(): string
  hasOthers(): boolean
  /** The current relay did not answer. */
  next(): void
  /** Begins with the first relay again. */
  restart(): void
  /** At a later relay than the first: looks for an earlier one from now on, until `stop`. */
  watch(): void
  /** A member left the room here, perhaps for an earlier relay: looks soon. */
  hurry(): void
  stop(): void
}

type Options = Pick<RelayClientOptions, 'urls' | 'secret' | 'openSocket' | 'now' | 'random' | 'setTimer'> & {
  /** An earlier relay answers; it is the current one now. */
  readonly onReturn: () => void
}

/**
 * Says `hello` to a relay and waits for its `welcome`.
 *
 * @param done - called once, unless cancelled
 * @returns cancels
 */
const probe = (
  { secret, openSocket, setTimer }: Options,
  url: string,
  done: (answers: boolean) => void,
): (() => void) => {
  const socket = openSocket(url)
  socket.binaryType = 'arraybuffer'
  let over = false
  const cancel = (): void => {
    over = true
    cancelTimer()
    socket.close()
  }
  const finish = (answers: boolean): void => {
    if (over) return
    cancel()
    done(answers)
  }
  const cancelTimer = setTimer(() => finish(false), ANSWER_MS)
  const isWelcome = (bytes: Uint8Array | null): boolean => {
    try {
      return bytes !== null && decode(relayFrame, bytes).kind === 'welcome'
    } catch {
      return false
    }
  }
  socket.addEventListener('open', () => {
    if (!over) socket.send(encode(clientFrame, { kind: 'hello', secret }))
  })
  socket.addEventListener('message', (event) => finish(isWelcome(payloadOf(event))))
  socket.addEventListener('close', () => finish(false))
  socket.addEventListener('error', () => finish(false))
  return cancel
}

export const createRelayOrder = (options: Options): RelayOrder => {
  const { urls, now, random, setTimer, onReturn } = options
  let at = 0
  let looks = 0
  let lookedAt = Number.NEGATIVE_INFINITY
  /** Cancels the coming look, or the one under way; `null`: not watching. */
  let cancel: (() => void) | null = null
  let looking = false

  const lookIn = (ms: number): void => {
    cancel?.()
    looking = false
    cancel = setTimer(() => look(0), ms * (0.75 + random() / 2))
  }

  const look = (index: number): void => {
    const url = urls()[index]
    looking = true
    lookedAt = now()
    if (index >= at || url === undefined) {
      looks += 1
      return lookIn(Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 2 ** looks))
    }
    cancel = probe(options, url, (answers) => {
      if (!answers) return look(index + 1)
      stop()
      looks += 1
      at = index
      onReturn()
    })
  }

  const stop = (): void => {
    cancel?.()
    cancel = null
    looking = false
  }

  return {
    current() {
      const all = urls()
      at %= all.length
      return all[at]!
    },
    hasOthers: () => urls().length > 1,
    next() {
      at += 1
    },
    restart() {
      at = 0
      looks = 0
    },
    watch() {
      if (at > 0) lookIn(Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 2 ** looks))
    },
    hurry() {
      if (cancel !== null && !looking && now() - lookedAt >= FIRST_LOOK_MS) lookIn(HURRY_MS)
    },
    stop,
  }
}
