/**
 * What may be told of a frame: kinds, public numbers and sizes; nothing that was said. The Protocol tab, the counters of
 * bytes and the comparison with classical cryptography all read this one description.
 */
import { type Bytes, DecodeError, decode } from '../codec/index.ts'
import type { Control } from './controls.ts'
import { type Frame, frame } from './frames.ts'

export interface Facts {
  readonly kind: string
  readonly fields: Readonly<Record<string, number>>
}

export interface FrameFacts extends Facts {
  readonly kind: Frame['kind'] | 'malformed'
  readonly bytes: number
  /** Bytes of its classical equivalent: without ML-KEM keys and ciphertexts. Padding stays as it is. */
  readonly classical: number
  /** What a pair session or a chain sealed in it; `null` where this member cannot tell. */
  readonly inside: Facts | null
}

const kemPublicKey = 1184
const kemCiphertext = 1088
const turnBytes = kemPublicKey + kemCiphertext
/** Kemeleon's form of an ML-KEM-1024 key with its nonce, and a ciphertext with its confirmation: flows 3 and 4. */
const largestPakeFlow = 100
/** ratchet SPEC: the sealed header of a frame without a turn block. */
const shortHeader = 45

const hasTurn = (sealed: Bytes): boolean => (((sealed[1] ?? 0) << 8) | (sealed[2] ?? 0)) > shortHeader

const turnFields = (sealed: Bytes): Facts['fields'] => ({ turn: hasTurn(sealed) ? 1 : 0 })
const turnPart = (sealed: Bytes): number => (hasTurn(sealed) ? turnBytes : 0)

const publicFacts = (message: Frame): { readonly fields: Facts['fields']; readonly quantum: number } => {
  switch (message.kind) {
    case 'pake': {
      const { flow, body, proof } = message
      const quantum = flow === 3 || flow === 4 ? Math.max(0, body.length - largestPakeFlow) : 0
      return { fields: { flow, merging: proof === 'verifier' ? 1 : 0 }, quantum }
    }
    case 'admit':
      return { fields: { flow: 1 }, quantum: turnBytes + kemPublicKey }
    case 'enter':
      return { fields: { flow: 2 }, quantum: turnBytes + kemCiphertext }
    case 'handshake':
      return {
        fields: { flow: message.flow },
        quantum: message.flow === 1 ? turnBytes : turnBytes + kemCiphertext,
      }
    case 'pair':
      return { fields: turnFields(message.body), quantum: turnPart(message.body) }
    case 'group':
      return { fields: {}, quantum: 0 }
    case 'answer':
      return {
        fields: turnFields(message.first),
        quantum: Math.max(0, message.answer.length - largestPakeFlow) + turnPart(message.first),
      }
    case 'letter':
      return { fields: turnFields(message.first), quantum: turnBytes + turnPart(message.first) }
    case 'busy':
      return { fields: { 'retry-after-ms': message.retryAfterMs }, quantum: 0 }
    case 'used':
    case 'chunk':
      return { fields: {}, quantum: 0 }
  }
}

const controlFacts = (message: Control): Facts => {
  switch (message.kind) {
    case 'group': {
      const inner = message.message
      if (inner.kind !== 'epoch') return { kind: inner.kind, fields: {} }
      const { counter, members } = inner.header
      return { kind: 'epoch', fields: { epoch: counter, members: members.length } }
    }
    case 'heartbeat': {
      const { current } = message.standing
      return { kind: 'heartbeat', fields: current === null ? {} : { epoch: current.counter } }
    }
    case 'receipt':
    case 'missing':
    case 'not-yours':
    case 'gone':
      return { kind: message.kind, fields: { messages: message.numbers.length } }
    case 'password':
    case 'password-held':
    case 'signal':
    case 'said':
    case 'failed-tries':
    case 'roots':
    case 'letter-named':
    case 'returned':
    case 'removed':
    case 'file':
      return { kind: message.kind, fields: {} }
  }
}

/**
 * @param raw a frame between two addresses, whole
 * @param inside what was sealed in it, where this member sealed or opened it
 */
export const factsOf = (raw: Bytes, inside: Control | 'message' | null): FrameFacts => {
  const told =
    inside === null ? null : inside === 'message' ? { kind: 'message', fields: {} } : controlFacts(inside)
  try {
    const message = decode(frame, raw)
    const { fields, quantum } = publicFacts(message)
    const classical = Math.max(0, raw.length - quantum)
    return { kind: message.kind, fields, bytes: raw.length, classical, inside: told }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { kind: 'malformed', fields: {}, bytes: raw.length, classical: raw.length, inside: told }
  }
}
