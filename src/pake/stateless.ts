/**
 * A responder that keeps nothing between its flow 2 and flow 3, so that nobody fills its memory by knocking. What it
 * would have drawn follows from an own key, the ids and flow 1; flow 3 arrives with flow 1 repeated.
 *
 *   initiator                                responder
 *   flow 1                          ->       respondTo      nothing is kept
 *                                   <-       flow 2
 *   flow 1, flow 3                  ->       acceptFlow3    flow 2 once more, then the run has a state
 *                                   <-       flow 4
 *   flow 5                          ->       step
 */

import { type Bytes, concat } from '../codec/index.ts'
import { type Crypto, expose, Secret } from '../crypto/index.ts'
import { respond, respondPlus, shareAsResponder, step } from './cpace-oquake.ts'
import type { RunInput, RunOutcome } from './run-state.ts'
import { label } from './suite.ts'

/** What a responder has: with `publicKey` it answers `initiatePlus`, without it `initiate`. */
export type ResponderInput = RunInput & { readonly publicKey?: Bytes }

/** `yb`, `s2`, and the key that stands in for an invalid share. */
const drawBytes = 96

/**
 * The randomness of flow 2 as a pseudorandom function: never the same for another initiator, verifier or flow 1, so
 * that no scalar serves two runs.
 */
const drawing = async (crypto: Crypto, input: RunInput, key: Secret, flow1: Bytes): Promise<Crypto> => {
  const { prs, initiator, responder } = input
  const seen = new Secret(concat(label('flow 2'), initiator, responder, expose(prs), flow1))
  const tape = await crypto.expand(await crypto.extract(key, seen), label('flow 2 draws'), drawBytes)
  seen.wipe()
  let at = 0
  const random = (count: number): Bytes => {
    if (at + count > tape.length) throw new RangeError('more randomness than flow 2 has')
    at += count
    return tape.slice(at - count, at).expose()
  }
  return { ...crypto, random }
}

/**
 * Answers flow 1 without keeping anything. It gives its sender no test of a password.
 *
 * @param crypto - primitives; nothing is drawn
 * @param input - verifier and ids
 * @param key - own, 32 bytes, for a short time only; flow 3 needs the same one
 * @param flow1 - any bytes
 * @returns flow 2, 66 bytes, the same for the same arguments
 */
export const respondTo = async (
  crypto: Crypto,
  input: ResponderInput,
  key: Secret,
  flow1: Bytes,
): Promise<{ readonly flow2: Bytes }> => {
  const { scalar, reply } = shareAsResponder(await drawing(crypto, input, key, flow1), input)
  scalar.wipe() // FS
  return { flow2: reply }
}

/**
 * Takes flow 3 with the flow 1 that it answers to. From here on the run has a state, and the flow 4 in the outcome lets
 * its reader test one password.
 *
 * @param crypto - primitives; the encapsulations of flow 4 draw from it
 * @param input - as for `respondTo`
 * @param key - the one that `respondTo` had
 * @param flow1 - as the initiator repeats it
 * @param flow3 - any bytes
 * @returns the run, awaiting confirmation, and flow 4
 */
export const acceptFlow3 = async (
  crypto: Crypto,
  { publicKey, ...input }: ResponderInput,
  key: Secret,
  flow1: Bytes,
  flow3: Bytes,
): Promise<RunOutcome> => {
  const listening = publicKey === undefined ? respond(input) : respondPlus({ ...input, publicKey })
  const answered = await step(await drawing(crypto, input, key, flow1), listening, flow1)
  if (answered.kind !== 'continue') return answered
  const outcome = await step(crypto, answered.state, flow3)
  return { ...outcome, stale: [...answered.stale, ...outcome.stale] }
}
