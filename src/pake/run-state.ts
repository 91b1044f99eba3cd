/**
 * What a run is made of: its input, one type per state, its outcomes. The diagram of the states stands in
 * `cpace-oquake.ts`.
 */

import type { Bytes } from '../codec/index.ts'
import type { Material, Secret } from '../crypto/index.ts'
import type { OquakeInitiation } from './oquake.ts'
import type { Suite } from './suite.ts'

/** What a side brings to a run. */
export interface RunInput {
  /** Password-related string: the group's verifier, 32 bytes. */
  readonly prs: Material
  /** Instance ids of 16 bytes: the draft's `U` (initiator) and `S` (responder). */
  readonly initiator: Bytes
  readonly responder: Bytes
  /** Up to 2,048 bytes. Equally long on both sides, so that the sizes of flows say nothing. */
  readonly payload: Bytes
}

/** What a side has beyond the verifier. Members among themselves have nothing more; a newcomer proves the password. */
export type Proof =
  | { readonly kind: 'verifier' }
  /** The newcomer's: 32 bytes derived from the password beside the verifier. */
  | { readonly kind: 'seed'; readonly seed: Secret }
  /** The member's: the seed's X-Wing public key, 1,216 bytes. */
  | { readonly kind: 'public-key'; readonly publicKey: Bytes }

/** What both sides share once confirmed. */
export interface RunResult {
  /** 32 bytes, bound to the whole transcript. */
  readonly key: Secret
  /** SHA3-256 over protocol, suite, ids and all five messages. */
  readonly transcript: Bytes
  readonly peerPayload: Bytes
}

/** What every state of a run keeps. */
export interface Common {
  readonly suite: Suite
  readonly input: RunInput
  readonly proof: Proof
  /** All messages so far, both ways. */
  readonly messages: readonly Bytes[]
}

/** A run between two messages. */
export type RunState = Common &
  (
    | { readonly kind: 'awaiting-cpace-response'; readonly scalar: Secret; readonly share: Bytes }
    | { readonly kind: 'awaiting-oquake-response'; readonly initiation: OquakeInitiation }
    | { readonly kind: 'awaiting-cpace-init' }
    | { readonly kind: 'awaiting-oquake-init'; readonly cpaceKey: Secret; readonly sid: Secret }
    /** `expected`: the head of message 5. Good for one comparison: no outcome gives this state back. */
    | { readonly kind: 'awaiting-confirmation'; readonly key: Secret; readonly expected: Secret }
  )

/**
 * @param state - a run that is given up
 * @returns its secrets, for the caller to wipe; what the caller brought (verifier, seed) is not among them
 */
export const secretsOf = (state: RunState): readonly Secret[] => {
  switch (state.kind) {
    case 'awaiting-cpace-init':
      return []
    case 'awaiting-cpace-response':
      return [state.scalar]
    case 'awaiting-oquake-init':
      return [state.cpaceKey, state.sid]
    case 'awaiting-oquake-response':
      return [state.initiation.prs, state.initiation.privateKey, state.initiation.publicKey]
    case 'awaiting-confirmation':
      return [state.key, state.expected]
  }
}

export type StateOf<K extends RunState['kind']> = Extract<RunState, { kind: K }>

/** `stale`: secrets of the state before that nothing needs any more, for the caller to wipe. // FS */
export type RunOutcome = { readonly stale: readonly Secret[] } & (
  | { readonly kind: 'continue'; readonly state: RunState; readonly message: Bytes }
  | { readonly kind: 'done'; readonly result: RunResult; readonly message: Bytes | null }
  /** One code for a wrong password, tampering and malformed input. `message`: still to be sent. */
  | { readonly kind: 'failed'; readonly code: 'pake/failed'; readonly message: Bytes | null }
)
