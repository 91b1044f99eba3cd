/**
 * The TURN servers of one membership: asked for at each relay, since only members of a room get credentials, and again
 * before those expire.
 */

import type { RelayClient, TurnServer } from '../../transport/index.ts'

/** No relay is asked more often. */
const leastMs = 60_000

export interface Turn {
  /** In the room at this relay: asks for credentials unless there are fresh ones of it. */
  open(url: string | null): void
  close(): void
}

export interface TurnPorts {
  readonly request: RelayClient['request']
  /** Milliseconds. */
  readonly now: () => number
  readonly setTimer: (run: () => void, ms: number) => () => void
  /** `null`: there is no TURN server. */
  readonly show: (server: TurnServer | null) => void
}

export const createTurn = ({ request, now, setTimer, show }: TurnPorts): Turn => {
  let from: string | null = null
  let until = 0
  let over = false
  let cancel = (): void => {}

  const ask = async (): Promise<void> => {
    cancel()
    until = now() + leastMs
    const response = await request({ kind: 'turn' })
    if (over) return
    if (response?.kind === 'refused') until = now() + Math.max(leastMs, response.retryAfterMs)
    if (response?.kind === 'turn-servers') {
      const { urls, username, credential, seconds } = response
      show(urls.length === 0 ? null : { urls, username, credential })
      // None now may be another answer after a restart of the relay, which the next `open` brings.
      if (urls.length === 0) return
      until = now() + Math.max(leastMs, seconds * 500)
    }
    cancel = setTimer(() => void ask(), until - now())
  }

  return {
    open(url) {
      if (url === from && now() < until) return
      if (url !== from) show(null)
      from = url
      void ask()
    },
    close() {
      over = true
      cancel()
      show(null)
    },
  }
}
