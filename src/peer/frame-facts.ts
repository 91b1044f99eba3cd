import { type Bytes, DecodeError, decode } from '../codec/index.ts'
import { oquakeResponseBytes, suiteOf } from '../pake/index.ts'
import { frame } from './wire.ts'

/** What a frame is, as far as anybody on its way could tell. */
type FrameType =
  | 'pake-1'
  | 'pake-2'
  | 'pake-3'
  | 'pake-4'
  | 'pake-5'
  /** Sealed by a pair session, with and without the public keys of a turn. */
  | 'pair-turn'
  | 'pair'
  | 'group'
  /** Of a pre-key. */
  | 'answer'
  /** Hints: `busy`, `used`, `other-suite`. */
  | 'hint'
  | 'unreadable'

interface FrameFacts {
  readonly type: FrameType
  /**
   * Bytes of its classical equivalent: CPace with confirmation and X25519 keys for the run, X25519 alone for a turn.
   * Padding stays as it is.
   */
  readonly classical: number
}

const kemPublicKey = 1184
const kemCiphertext = 1088
/** ratchet SPEC: a header without a turn block, sealed. */
const shortHeader = 45
/** `lv(payload) || mac` with a payload of 32 bytes. */
const confirmation = 2 + 32 + 32

const turns = (sealed: Bytes): boolean => (((sealed[1] ?? 0) << 8) | (sealed[2] ?? 0)) > shortHeader

const readable = (raw: Bytes): FrameFacts => {
  const message = decode(frame, raw)
  switch (message.kind) {
    case 'pake': {
      const type = `pake-${message.flow}` as FrameType
      if (message.flow === 1 || message.flow === 2) return { type, classical: raw.length }
      // The third carries nothing but a KEM key.
      if (message.flow === 3) return { type, classical: 0 }
      if (message.flow === 4 || message.flow === 5)
        return { type, classical: raw.length - message.body.length + confirmation }
      return { type: 'unreadable', classical: raw.length }
    }
    case 'pair':
      return turns(message.body)
        ? { type: 'pair-turn', classical: raw.length - kemPublicKey - kemCiphertext }
        : { type: 'pair', classical: raw.length }
    case 'group':
      return { type: 'group', classical: raw.length }
    case 'answer': {
      const suite = suiteOf(message.answer[1] ?? 0)
      const response = suite === null ? 0 : oquakeResponseBytes(suite)
      const turn = turns(message.first) ? kemPublicKey + kemCiphertext : 0
      return { type: 'answer', classical: Math.max(0, raw.length - response - kemPublicKey - turn) }
    }
    case 'busy':
    case 'used':
    case 'other-suite':
      return { type: 'hint', classical: raw.length }
  }
}

/** Of a frame between two members, whole. */
export const frameFacts = (raw: Bytes): FrameFacts => {
  try {
    return readable(raw)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { type: 'unreadable', classical: raw.length }
  }
}
