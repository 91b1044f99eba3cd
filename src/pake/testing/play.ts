import { type Bytes, utf8 } from '../../codec/index.ts'
import { type Crypto, generateXWing, Secret } from '../../crypto/index.ts'
import { initiate, initiatePlus, respond, respondPlus, step } from '../cpace-oquake.ts'
import type { RunInput, RunOutcome, RunState } from '../run-state.ts'

/** The wire between two sides: may change any message, by its number from 1. */
export type Wire = (message: Bytes, flow: number) => Bytes

export interface Sides {
  readonly opened: { readonly state: RunState; readonly message: Bytes }
  readonly listening: RunState
}

export interface Played {
  readonly initiator: RunOutcome
  readonly responder: RunOutcome
  /** What was sent, before the wire. */
  readonly messages: readonly Bytes[]
}

/** Plays a run to its end. */
export const play = async (
  crypto: Crypto,
  sides: Sides,
  wire: Wire = (message) => message,
): Promise<Played> => {
  const states: [RunState, RunState] = [sides.opened.state, sides.listening]
  const ends: [RunOutcome | null, RunOutcome | null] = [null, null]
  const messages: Bytes[] = []
  let message: Bytes | null = sides.opened.message
  for (let turn: 0 | 1 = 1; message !== null; turn = turn === 0 ? 1 : 0) {
    messages.push(message)
    const outcome: RunOutcome = await step(crypto, states[turn], wire(message, messages.length))
    if (outcome.kind === 'continue') states[turn] = outcome.state
    else ends[turn] = outcome
    message = outcome.message
  }
  const [initiator, responder] = ends
  if (initiator === null || responder === null) throw new Error('a side did not end')
  return { initiator, responder, messages }
}

const ids = { initiator: new Uint8Array(16).fill(1), responder: new Uint8Array(16).fill(2) }

const inputOf = (prs: string): RunInput => ({ ...ids, prs: utf8(prs) })

/** Two parts of a group: CPaceOQUAKE. */
export const members = (crypto: Crypto, left = 'verifier', right = 'verifier'): Sides => ({
  opened: initiate(crypto, inputOf(left)),
  listening: respond(inputOf(right)),
})

const seedOf = (crypto: Crypto, name: string): Secret => new Secret(crypto.hash(utf8(name)))

/** The public key that a member holds, behind the secret `known`. */
export const publicKeyOf = (crypto: Crypto, known = 'seed'): Promise<Bytes> =>
  generateXWing(crypto, seedOf(crypto, known))

/** A newcomer and a member: CPaceOQUAKE+. `seed`: the secret behind what the newcomer holds. */
export const newcomer = (
  crypto: Crypto,
  publicKey: Bytes,
  { left = 'verifier', right = 'verifier', seed = 'seed' } = {},
): Sides => ({
  opened: initiatePlus(crypto, { ...inputOf(left), seed: seedOf(crypto, seed) }),
  listening: respondPlus({ ...inputOf(right), publicKey }),
})
