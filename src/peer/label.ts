import { type Bytes, DecodeError, decode } from '../codec/index.ts'
import { type Control, type Frame, frame } from './wire.ts'

/** What may be told of a frame: its kind and public numbers. */
export interface FrameLabel {
  readonly type: string
  readonly fields: Readonly<Record<string, number>>
}

/** A header that carries a turn, `ratchet/SPEC.md`. Its length is in clear behind the version. */
const turnHeader = 2_353

const labelTurn = (sealed: Bytes): FrameLabel['fields'] => ({
  turn: sealed[1] === turnHeader >> 8 && sealed[2] === (turnHeader & 255) ? 1 : 0,
})

/** Of a frame in its wire form, as anybody on its way can tell. Its own bytes never come out, whatever it is. */
export const labelFrame = (bytes: Bytes): FrameLabel => {
  let message: Frame
  try {
    message = decode(frame, bytes)
  } catch (error) {
    if (error instanceof DecodeError) return { type: 'malformed', fields: {} }
    throw error
  }
  switch (message.kind) {
    case 'pake': {
      const { suite, protocol, flow } = message
      return { type: `pake ${flow}`, fields: { suite, protocol } }
    }
    case 'busy':
      return { type: 'busy', fields: { 'retry-after-ms': message.retryAfterMs } }
    case 'other-suite':
      return { type: 'other-suite', fields: { suite: message.suite } }
    case 'used':
      return { type: 'pre-key used', fields: {} }
    case 'group':
      return { type: 'group message', fields: {} }
    case 'answer':
      return { type: 'pre-key answer', fields: labelTurn(message.first) }
    case 'pair':
      return { type: 'pair', fields: labelTurn(message.body) }
  }
}

/** Of what a pair session seals: kinds and counters, nothing that was said. */
export const labelControl = (message: Control): FrameLabel => {
  if (message.kind !== 'group') return { type: message.kind, fields: {} }
  const { message: inner } = message
  switch (inner.kind) {
    case 'epoch':
      return {
        type: 'epoch',
        fields: { epoch: inner.header.counter, members: inner.header.members.length },
      }
    case 'heads':
      return {
        type: 'heads',
        fields: inner.current === null ? {} : { epoch: inner.current.counter },
      }
    case 'roster':
      return {
        type: 'roster',
        fields: { adds: inner.delta.adds.length, removes: inner.delta.removes.length },
      }
    default:
      return { type: inner.kind, fields: {} }
  }
}
