/** Frames of the relay to one socket, as effects. */

import { encode } from '../../src/codec/index.ts'
import { closeCodes, type ErrorCode, type RelayFrame, relayFrame } from '../../src/relay-protocol/index.ts'
import type { Connection } from './connection.ts'
import type { RelayEffect } from './effects.ts'

export const sendFrame = (to: Pick<Connection, 'id'>, frame: RelayFrame): RelayEffect => ({
  kind: 'send',
  socket: to.id,
  bytes: encode(relayFrame, frame),
  ...('code' in frame ? { code: frame.code } : {}),
})

/** The error, and the end of the connection if the error has one. */
export const fail = (socket: number, code: ErrorCode, retryAfterMs = 0): RelayEffect[] => {
  const closeCode = closeCodes[code]
  const bytes = encode(relayFrame, { kind: 'error', code, retryAfterMs })
  const effects: RelayEffect[] = [{ kind: 'send', socket, bytes, code }]
  if (closeCode !== undefined) effects.push({ kind: 'close', socket, code: closeCode, reason: code })
  return effects
}
