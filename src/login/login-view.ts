/** What a page may show of a login. It holds no secret, and all bytes of all messages are public. */

import { toHex } from '../codec/index.ts'
import { type FlowFieldName, fieldsOf } from '../pake/index.ts'
import { allowedAt, levelNow } from '../peer/index.ts'
import type { LoginState } from './login.ts'
import { type LoginRun, type Turn, turnOf } from './login-run.ts'

export interface LoginMessageView {
  /** 1 to 5. */
  readonly flow: number
  readonly from: 'client' | 'server'
  readonly mine: boolean
  readonly bytes: number
  /** All bytes of the message in order, split by the protocol's own codecs. */
  readonly fields: readonly { readonly name: FlowFieldName; readonly hex: string }[]
  /** Milliseconds since 1970, by this side's clock. */
  readonly at: number
  /** Milliseconds of computation on this side; `null` if it only received the message. */
  readonly ms: number | null
}

export interface LoginRunView {
  readonly id: string
  readonly peerId: string
  readonly turn: Turn
  /** Number of the message that the next step sends; 6 checks the last one. */
  readonly nextFlow: number
  readonly outcome: LoginRun['outcome']
  readonly messages: readonly LoginMessageView[]
  /** Derived from the key: eight groups of four hexadecimal digits. */
  readonly fingerprint: string | null
  readonly transcript: string | null
}

export interface LoginView {
  readonly role: LoginState['role']
  readonly pace: LoginState['pace']
  /** Whether a password is ready to be proved or verified. */
  readonly armed: boolean
  /** On the client: whether a server listens. */
  readonly server: 'none' | 'here'
  readonly run: LoginRunView | null
  /** Tries that may have tested a guess and were not confirmed; one is forgotten an hour. */
  readonly failures: number
  /** Earliest time of the next run, milliseconds since 1970. */
  readonly retryAt: number | null
}

const grouped = (hex: string): string => hex.match(/.{4}/g)?.join(' ') ?? ''

const runView = (run: LoginRun): LoginRunView => ({
  id: toHex(run.id.subarray(0, 4)),
  peerId: run.peer,
  turn: turnOf(run),
  nextFlow: run.arrived === null ? 1 : run.arrived.flow + 1,
  outcome: run.outcome,
  messages: run.trace.map(({ flow, mine, bytes, at, ms }) => ({
    flow,
    from: flow % 2 === 1 ? 'client' : 'server',
    mine,
    bytes: bytes.length,
    fields: fieldsOf('seed', flow as 1 | 2 | 3 | 4 | 5, bytes).map((field) => ({
      name: field.name,
      hex: toHex(field.bytes),
    })),
    at,
    ms,
  })),
  fingerprint: run.fingerprint && grouped(toHex(run.fingerprint)),
  transcript: run.transcript && toHex(run.transcript),
})

/**
 * Derives the view from the state.
 *
 * @param now - milliseconds since 1970
 */
export const loginView = (state: LoginState, now: number): LoginView => {
  const { role, pace, proof, servers, run, level, retryAt } = state
  const later = Math.max(allowedAt(level, now), retryAt ?? 0)
  return {
    role,
    pace,
    armed: proof !== null,
    server: servers.size > 0 ? 'here' : 'none',
    run: run && runView(run),
    failures: Math.ceil(levelNow(level, now)),
    retryAt: later > now ? later : null,
  }
}
