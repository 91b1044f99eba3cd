/**
 * CPaceOQUAKE and CPaceOQUAKE+ (draft-vos-cfrg-pqpake §6.3, §7.4) with explicit confirmation both ways.
 *
 *   initiator (client, U)                            responder (server, S)
 *   1  s1 || lv(Ya)                         ->
 *                                           <-       2  s2 || lv(Yb)
 *   3  s || T || ρ                          ->
 *                                           <-       4  ct || h [|| enc_c || client_confirm] || lv(payload) || mac_r
 *   5  [server_confirm ||] lv(payload) || mac_i  ->
 *
 * In brackets: the augmented protocol, in which the newcomer is the client. Whatever is wrong with a message, each
 * side sends all its flows, of the same sizes, and answers `failed` at its end, so that an observer cannot tell a
 * wrong password from tampering, or where it was noticed.
 *
 *   initiator   awaiting-cpace-response ──2/3──> awaiting-oquake-response ──4/5──> done | failed
 *   responder   awaiting-cpace-init ──1/2──> awaiting-oquake-init ──3/4──> awaiting-confirmation ──5──> done | failed
 *
 * `2/3` is "receives 2, sends 3". `step` takes any state to its next.
 */

import { type Bytes, concat, equal } from '../codec/index.ts'
import { type Crypto, CryptoError, equalSecrets, Secret } from '../crypto/index.ts'
import { finishCpace, startCpace } from './cpace.ts'
import {
  confirmationOf,
  encodeClosing,
  encodeSharing,
  extendedSid,
  finalHeadBytes,
  responseHeadBytes,
  resultOf,
  takeClosing,
  takeInitiation,
  takeSharing,
} from './flows.ts'
import { finishOquake, initiateOquake, type OquakeInput, respondOquake } from './oquake.ts'
import { finishOquakePlus, respondOquakePlus } from './oquake-plus.ts'
import type { Common, Proof, RunInput, RunOutcome, RunState, StateOf } from './run-state.ts'
import { Nkey, type Suite } from './suite.ts'

const none = new Uint8Array(0)
const withVerifier: Proof = { kind: 'verifier' }

const oquakeInput = ({ prs, initiator, responder }: RunInput, context: Secret, sid: Secret): OquakeInput => ({
  prs,
  context,
  sid: sid.expose(),
  client: initiator,
  server: responder,
})

const startStageOne = (crypto: Crypto, { prs, initiator, responder }: RunInput) =>
  startCpace(crypto, { prs, channel: concat(initiator, responder), sid: none })

/** CPace's key as the context of the second stage; a random one where the peer's share is invalid or the peer is oneself. */
const finishStageOne = (
  crypto: Crypto,
  { initiator, responder }: RunInput,
  scalar: Secret,
  shares: { readonly peer: Bytes; readonly initiatorShare: Bytes; readonly responderShare: Bytes },
): Secret => {
  const random = new Secret(crypto.random(Nkey))
  try {
    const isk = finishCpace(crypto, scalar, shares.peer, { sid: none, ...shares })
    return equal(initiator, responder) ? random : isk.slice(0, Nkey)
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    return random
  }
}

const open = (crypto: Crypto, common: Omit<Common, 'messages'>): { state: RunState; message: Bytes } => {
  const { scalar, share } = startStageOne(crypto, common.input)
  const message = encodeSharing({ nonce: crypto.random(32), share })
  return {
    state: { kind: 'awaiting-cpace-response', ...common, messages: [message], scalar, share },
    message,
  }
}

/**
 * Starts a run between two holders of the verifier.
 *
 * @param crypto - primitives
 * @param suite - parameters
 * @param input - verifier, ids and own payload
 * @returns state and message 1, 66 bytes
 */
export const initiate = (
  crypto: Crypto,
  suite: Suite,
  input: RunInput,
): { state: RunState; message: Bytes } => open(crypto, { suite, input, proof: withVerifier })

/**
 * Starts a run that proves the password.
 *
 * @param crypto - primitives
 * @param suite - parameters
 * @param input - as for `initiate`, and the seed that came with the verifier
 * @returns state and message 1, 66 bytes
 */
export const initiatePlus = (
  crypto: Crypto,
  suite: Suite,
  { seed, ...input }: RunInput & { readonly seed: Secret },
): { state: RunState; message: Bytes } => open(crypto, { suite, input, proof: { kind: 'seed', seed } })

const listen = (common: Omit<Common, 'messages'>): RunState => ({
  kind: 'awaiting-cpace-init',
  ...common,
  messages: [],
})

/**
 * @param suite - parameters
 * @param input - verifier, ids and own payload
 * @returns a state that waits for a run of `initiate`
 */
export const respond = (suite: Suite, input: RunInput): RunState =>
  listen({ suite, input, proof: withVerifier })

/**
 * @param suite - parameters
 * @param input - as for `respond`, and the verifier's public key, 1,216 bytes
 * @returns a state that waits for a run of `initiatePlus`
 */
export const respondPlus = (
  suite: Suite,
  { publicKey, ...input }: RunInput & { readonly publicKey: Bytes },
): RunState => listen({ suite, input, proof: { kind: 'public-key', publicKey } })

const commonOf = ({ suite, input, proof }: Common, messages: readonly Bytes[]): Common => ({
  suite,
  input,
  proof,
  messages,
})

const failed = (message: Bytes | null, stale: readonly Secret[]): RunOutcome => ({
  kind: 'failed',
  code: 'pake/failed',
  message,
  stale,
})

const startResponder = async (
  crypto: Crypto,
  state: StateOf<'awaiting-cpace-init'>,
  given: Bytes,
): Promise<RunOutcome> => {
  const { message, value: peer } = takeSharing(given)
  const { scalar, share } = startStageOne(crypto, state.input)
  const nonce = crypto.random(32)
  const reply = encodeSharing({ nonce, share })
  const shares = { peer: peer.share, initiatorShare: peer.share, responderShare: share }
  const next: RunState = {
    kind: 'awaiting-oquake-init',
    ...commonOf(state, [message, reply]),
    cpaceKey: finishStageOne(crypto, state.input, scalar, shares),
    sid: await extendedSid(crypto, state.suite, [peer.nonce, nonce]),
  }
  return { kind: 'continue', state: next, message: reply, stale: [scalar] }
}

const continueInitiator = async (
  crypto: Crypto,
  state: StateOf<'awaiting-cpace-response'>,
  given: Bytes,
): Promise<RunOutcome> => {
  const { suite, input, messages, scalar, share } = state
  const own = takeSharing(messages[0]!).value
  const { message, value: peer } = takeSharing(given)
  const shares = { peer: peer.share, initiatorShare: share, responderShare: peer.share }
  const context = finishStageOne(crypto, input, scalar, shares)
  const sid = await extendedSid(crypto, suite, [own.nonce, peer.nonce])
  const initiation = await initiateOquake(crypto, suite, oquakeInput(input, context, sid))
  const all = [...messages, message, initiation.message]
  const next: RunState = { kind: 'awaiting-oquake-response', ...commonOf(state, all), initiation }
  return { kind: 'continue', state: next, message: initiation.message, stale: [scalar, context] }
}

/** The responder's second stage: head of message 4, key, and the head of message 5 to come. */
const answer = async (
  crypto: Crypto,
  { suite, input, proof, cpaceKey, sid }: StateOf<'awaiting-oquake-init'>,
  message: Bytes,
): Promise<{ head: Bytes; key: Secret; expected: Secret }> => {
  const stage = oquakeInput(input, cpaceKey, sid)
  if (proof.kind !== 'public-key') {
    const { key, message: head } = await respondOquake(crypto, suite, stage, message)
    return { head, key, expected: new Secret(none) }
  }
  const augmented = { ...stage, publicKey: proof.publicKey }
  const { key, message: head, expected } = await respondOquakePlus(crypto, suite, augmented, message)
  return { head, key, expected }
}

const continueResponder = async (
  crypto: Crypto,
  state: StateOf<'awaiting-oquake-init'>,
  given: Bytes,
): Promise<RunOutcome> => {
  const message = takeInitiation(state.suite, given)
  const { head, key, expected } = await answer(crypto, state, message)
  const { payload } = state.input
  const before = commonOf(state, [...state.messages, message])
  const mac = await confirmationOf(crypto, before, { key, role: 'responder' }, { head, payload })
  const reply = encodeClosing({ head, payload, mac })
  const next: RunState = {
    kind: 'awaiting-confirmation',
    ...commonOf(state, [...before.messages, reply]),
    key,
    expected,
  }
  return { kind: 'continue', state: next, message: reply, stale: [state.cpaceKey] }
}

/** The initiator's second stage: key, head of message 5, and whether the responder was right. */
const conclude = async (
  crypto: Crypto,
  { suite, proof, initiation }: StateOf<'awaiting-oquake-response'>,
  head: Bytes,
): Promise<{ key: Secret; head: Bytes; confirmed: boolean }> => {
  if (proof.kind !== 'seed') return { head: none, ...(await finishOquake(crypto, suite, initiation, head)) }
  const { seed } = proof
  const { key, message, confirmed } = await finishOquakePlus(crypto, suite, { initiation, seed }, head)
  return { key, head: message, confirmed }
}

const finishInitiator = async (
  crypto: Crypto,
  state: StateOf<'awaiting-oquake-response'>,
  given: Bytes,
): Promise<RunOutcome> => {
  const { initiation, suite, proof, input } = state
  const { message, value: peer } = takeClosing(given, responseHeadBytes(suite, proof))
  const { key, head, confirmed } = await conclude(crypto, state, peer.head)
  const expected = await confirmationOf(crypto, state, { key, role: 'responder' }, peer)
  const authentic = equalSecrets(expected, peer.mac)
  const before = commonOf(state, [...state.messages, message])
  const own = { head, payload: input.payload }
  const mac = await confirmationOf(crypto, before, { key, role: 'initiator' }, own)
  const last = encodeClosing({ ...own, mac })
  const stale = [initiation.privateKey, initiation.publicKey, initiation.prs, key]
  if (!(confirmed && authentic)) return failed(last, stale)
  const result = await resultOf(crypto, commonOf(state, [...before.messages, last]), key, peer.payload)
  return { kind: 'done', result, message: last, stale }
}

const finishResponder = async (
  crypto: Crypto,
  state: StateOf<'awaiting-confirmation'>,
  given: Bytes,
): Promise<RunOutcome> => {
  const { key, expected, proof } = state
  const { message, value: peer } = takeClosing(given, finalHeadBytes(proof))
  const mac = await confirmationOf(crypto, state, { key, role: 'initiator' }, peer)
  const answered = equalSecrets(expected, peer.head)
  const authentic = equalSecrets(mac, peer.mac)
  const stale = [key, expected]
  if (!(answered && authentic)) return failed(null, stale)
  const result = await resultOf(crypto, commonOf(state, [...state.messages, message]), key, peer.payload)
  return { kind: 'done', result, message: null, stale }
}

/**
 * Takes the peer's next message.
 *
 * @param crypto - primitives
 * @param state - used up: no outcome gives it back
 * @param message - any bytes; a fault shows only at the end of the run
 * @returns the next state, or the end of the run, and the message to send
 */
export const step = async (crypto: Crypto, state: RunState, message: Bytes): Promise<RunOutcome> => {
  switch (state.kind) {
    case 'awaiting-cpace-response':
      return continueInitiator(crypto, state, message)
    case 'awaiting-oquake-response':
      return finishInitiator(crypto, state, message)
    case 'awaiting-cpace-init':
      return startResponder(crypto, state, message)
    case 'awaiting-oquake-init':
      return continueResponder(crypto, state, message)
    case 'awaiting-confirmation':
      return finishResponder(crypto, state, message)
  }
}
