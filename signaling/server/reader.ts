/**
 * Reads one socket no faster than its limits allow: while it is paused, what had arrived already waits here, and the rest in
 * the kernel, so that a sender over its limit slows only itself.
 */

import type { WebSocket } from 'ws'

export interface Reader {
  take(bytes: Uint8Array): void
  pause(ms: number): void
  stop(): void
}

/** Messages that may wait. One read of a socket holds more only if a client floods it with tiny frames. */
const MAX_WAITING = 1024

/** @param receive - called for each message, in order. It may call `pause` */
export function createReader(socket: WebSocket, receive: (bytes: Uint8Array) => void): Reader {
  let waiting: Uint8Array[] = []
  let timer: NodeJS.Timeout | undefined
  const resume = (): void => {
    timer = undefined
    while (timer === undefined) {
      const next = waiting.shift()
      if (next === undefined) break
      receive(next)
    }
    if (timer === undefined) socket.resume()
  }
  return {
    take(bytes) {
      if (timer === undefined) receive(bytes)
      else if (waiting.length < MAX_WAITING) waiting.push(bytes)
      else socket.terminate()
    },
    pause(ms) {
      clearTimeout(timer)
      timer = setTimeout(resume, ms)
      socket.pause()
    },
    stop() {
      clearTimeout(timer)
      waiting = []
    },
  }
}
