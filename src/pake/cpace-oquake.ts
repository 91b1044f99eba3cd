import {
  type Bytes,
  bytes,
  concat,
  DecodeError,
  decode,
  encode,
  fixed,
  list,
  struct,
  u8,
  utf8,
} from '../codec/index.ts'
import { type Crypto, CryptoError, equalSecrets, type Material, Secret } from '../crypto/index.ts'
import { finishCpace, startCpace } from './cpace.ts'
import {
  finishOquake,
  initiateOquake,
  type OquakeInitiation,
  oquakeInitBytes,
  oquakeResponseBytes,
  respondOquake,
} from './oquake.ts'
import { label, Nkey, type Suite } from './suite.ts'

/**
 * CPaceOQUAKE (draft-vos-cfrg-pqpake §6.3) with explicit confirmation both ways.
 *
 *   initiator                                responder
 *   1  s1 || lv(Ya)                 ->
 *                                   <-       2  s2 || lv(Yb)
 *   3  s || T || ρ                  ->
 *                                   <-       4  ct || h || lv(payload) || mac_r
 *   5  lv(payload) || mac_i         ->
 *
 * Whatever is wrong with a message of the right size, each side sends all its flows, of the same sizes, and
 * answers `failed` at its end: nobody can tell a wrong password from tampering, or where it was noticed.
 */
const macBytes = 32
/** A payload rides in the last flow of each side, authenticated but not encrypted: public keys. */
const maxPayload = 2048

const sharing = struct<{ nonce: Bytes; share: Bytes }>({ nonce: fixed(32), share: bytes(32) })
const confirming = struct<{ payload: Bytes; mac: Bytes }>({
  payload: bytes(maxPayload),
  mac: fixed(macBytes),
})

export interface RunInput {
  /** Password-related string: the group's verifier, 32 bytes. */
  readonly prs: Material
  /** Instance ids of 16 bytes: the draft's `U` (initiator) and `S` (responder). */
  readonly initiator: Bytes
  readonly responder: Bytes
  /** Equally long on both sides, so that the sizes of flows say nothing. */
  readonly payload: Bytes
}

/** What both sides share once confirmed. */
export interface RunResult {
  /** 32 bytes, bound to the whole transcript. */
  readonly key: Secret
  /** SHA3-256 over suite, ids and all five messages. */
  readonly transcript: Bytes
  readonly peerPayload: Bytes
}

interface Common {
  readonly suite: Suite
  readonly input: RunInput
  /** All messages so far, both ways. */
  readonly messages: readonly Bytes[]
}

export type RunState = Common &
  (
    | { readonly kind: 'awaiting-cpace-response'; readonly scalar: Secret; readonly share: Bytes }
    | { readonly kind: 'awaiting-oquake-response'; readonly initiation: OquakeInitiation }
    | { readonly kind: 'awaiting-cpace-init' }
    | { readonly kind: 'awaiting-oquake-init'; readonly cpaceKey: Secret; readonly sid: Secret }
    | { readonly kind: 'awaiting-confirmation'; readonly key: Secret }
  )

export type RunOutcome =
  | { readonly kind: 'continue'; readonly state: RunState; readonly message: Bytes }
  | { readonly kind: 'done'; readonly result: RunResult; readonly message: Bytes | null }
  /** One code for a wrong password, tampering and malformed input. `message`: still to be sent. */
  | { readonly kind: 'failed'; readonly code: 'pake/failed'; readonly message: Bytes | null }

type StateOf<K extends RunState['kind']> = Extract<RunState, { kind: K }>

const failed = (message: Bytes | null): RunOutcome => ({ kind: 'failed', code: 'pake/failed', message })

const transcriptFields = struct<{
  suite: number
  initiator: Bytes
  responder: Bytes
  messages: readonly Bytes[]
}>({ suite: u8, initiator: fixed(16), responder: fixed(16), messages: list(bytes(8192), 5) })

const transcriptOf = (crypto: Crypto, { suite, input }: Common, messages: readonly Bytes[]): Bytes => {
  const { initiator, responder } = input
  const fields = encode(transcriptFields, { suite: suite.id, initiator, responder, messages })
  return crypto.hash(utf8('mlwe-pake transcript'), fields)
}

/** `lv(payload) || mac`, the MAC over the transcript up to and including the payload. */
const confirm = async (
  crypto: Crypto,
  common: Common,
  { key, role, before }: { key: Secret; role: 'initiator' | 'responder'; before: readonly Bytes[] },
  payload: Bytes,
): Promise<{ payload: Bytes; mac: Bytes }> => {
  const macKey = await crypto.expand(key, label(common.suite, `${role} confirmation`), Nkey)
  return { payload, mac: await crypto.mac(macKey, transcriptOf(crypto, common, [...before, payload])) }
}

const resultOf = async (
  crypto: Crypto,
  common: Common,
  key: Secret,
  peerPayload: Bytes,
): Promise<RunResult> => {
  const transcript = transcriptOf(crypto, common, common.messages)
  const info = concat(label(common.suite, 'session'), transcript)
  return { key: await crypto.expand(key, info, Nkey), transcript, peerPayload }
}

/** The draft's session identifier of the second stage, from one nonce of each side: 32 bytes. */
const extendedSid = async (crypto: Crypto, suite: Suite, nonces: readonly Bytes[]): Promise<Secret> =>
  crypto.expand(await crypto.extract(concat(...nonces), label(suite, 'CPaceOQUAKE')), label(suite, 'SID'), 32)

/** CPace's key as the context of OQUAKE; a random one where the peer's share is invalid, so that the run fails at its end. */
const cpaceKey = (crypto: Crypto, scalar: Secret, peer: Bytes, shares: readonly [Bytes, Bytes]): Secret => {
  try {
    const transcript = { sid: new Uint8Array(0), initiatorShare: shares[0], responderShare: shares[1] }
    return finishCpace(crypto, scalar, peer, transcript).slice(0, Nkey)
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    return new Secret(crypto.random(Nkey))
  }
}

const cpaceInput = ({ prs, initiator, responder }: RunInput) => ({
  prs,
  channel: concat(initiator, responder),
  sid: new Uint8Array(0),
})

const oquakeInput = ({ prs, initiator, responder }: RunInput, context: Secret, sid: Secret) => ({
  prs,
  context,
  sid: sid.expose(),
  client: initiator,
  server: responder,
})

/** Starts a run as initiator. Message 1: 66 bytes. */
export const initiate = (
  crypto: Crypto,
  suite: Suite,
  input: RunInput,
): { state: RunState; message: Bytes } => {
  const { scalar, share } = startCpace(crypto, cpaceInput(input))
  const message = encode(sharing, { nonce: crypto.random(32), share })
  return {
    state: { kind: 'awaiting-cpace-response', suite, input, messages: [message], scalar, share },
    message,
  }
}

/** Starts a run as responder. */
export const respond = (suite: Suite, input: RunInput): RunState => ({
  kind: 'awaiting-cpace-init',
  suite,
  input,
  messages: [],
})

const continueInitiator = async (
  crypto: Crypto,
  state: StateOf<'awaiting-cpace-response'>,
  message: Bytes,
): Promise<RunOutcome> => {
  const { suite, input, messages, scalar, share } = state
  const own = decode(sharing, messages[0]!)
  const peer = decode(sharing, message)
  const context = cpaceKey(crypto, scalar, peer.share, [share, peer.share])
  const sid = await extendedSid(crypto, suite, [own.nonce, peer.nonce])
  const initiation = await initiateOquake(crypto, suite, oquakeInput(input, context, sid))
  const all = [...messages, message, initiation.message]
  const next: RunState = { kind: 'awaiting-oquake-response', suite, input, messages: all, initiation }
  return { kind: 'continue', state: next, message: initiation.message }
}

const finishInitiator = async (
  crypto: Crypto,
  state: StateOf<'awaiting-oquake-response'>,
  message: Bytes,
): Promise<RunOutcome> => {
  const { suite, input, messages, initiation } = state
  const response = message.slice(0, oquakeResponseBytes(suite))
  const peer = decode(confirming, message.slice(oquakeResponseBytes(suite)))
  const { key, confirmed } = await finishOquake(crypto, suite, initiation, response)
  const expected = await confirm(
    crypto,
    state,
    { key, role: 'responder', before: [...messages, response] },
    peer.payload,
  )
  const accepted = equalSecrets(expected.mac, peer.mac) && confirmed
  const before = [...messages, message]
  const own = await confirm(crypto, state, { key, role: 'initiator', before }, input.payload)
  const last = encode(confirming, own)
  if (!accepted) return failed(last)
  const common = { suite, input, messages: [...before, last] }
  return { kind: 'done', result: await resultOf(crypto, common, key, peer.payload), message: last }
}

const startResponder = async (
  crypto: Crypto,
  state: StateOf<'awaiting-cpace-init'>,
  message: Bytes,
): Promise<RunOutcome> => {
  const { suite, input } = state
  const peer = decode(sharing, message)
  const { scalar, share } = startCpace(crypto, cpaceInput(input))
  const own = { nonce: crypto.random(32), share }
  const reply = encode(sharing, own)
  const next: RunState = {
    kind: 'awaiting-oquake-init',
    suite,
    input,
    messages: [message, reply],
    cpaceKey: cpaceKey(crypto, scalar, peer.share, [peer.share, share]),
    sid: await extendedSid(crypto, suite, [peer.nonce, own.nonce]),
  }
  return { kind: 'continue', state: next, message: reply }
}

const continueResponder = async (
  crypto: Crypto,
  state: StateOf<'awaiting-oquake-init'>,
  message: Bytes,
): Promise<RunOutcome> => {
  const { suite, input, messages, cpaceKey: context, sid } = state
  if (message.length !== oquakeInitBytes(suite)) return failed(null)
  const { key, message: response } = await respondOquake(
    crypto,
    suite,
    oquakeInput(input, context, sid),
    message,
  )
  const before = [...messages, message, response]
  const own = await confirm(crypto, state, { key, role: 'responder', before }, input.payload)
  const reply = concat(response, encode(confirming, own))
  const all = [...messages, message, reply]
  const next: RunState = { kind: 'awaiting-confirmation', suite, input, messages: all, key }
  return { kind: 'continue', state: next, message: reply }
}

const finishResponder = async (
  crypto: Crypto,
  state: StateOf<'awaiting-confirmation'>,
  message: Bytes,
): Promise<RunOutcome> => {
  const { suite, input, messages, key } = state
  const peer = decode(confirming, message)
  const expected = await confirm(crypto, state, { key, role: 'initiator', before: messages }, peer.payload)
  if (!equalSecrets(expected.mac, peer.mac)) return failed(null)
  const common = { suite, input, messages: [...messages, message] }
  return { kind: 'done', result: await resultOf(crypto, common, key, peer.payload), message: null }
}

/** Takes the peer's next message. A message of the wrong size ends the run; every other fault shows only at its end. */
export const step = async (crypto: Crypto, state: RunState, message: Bytes): Promise<RunOutcome> => {
  try {
    switch (state.kind) {
      case 'awaiting-cpace-response':
        return await continueInitiator(crypto, state, message)
      case 'awaiting-oquake-response':
        return await finishInitiator(crypto, state, message)
      case 'awaiting-cpace-init':
        return await startResponder(crypto, state, message)
      case 'awaiting-oquake-init':
        return await continueResponder(crypto, state, message)
      case 'awaiting-confirmation':
        return await finishResponder(crypto, state, message)
    }
  } catch (error) {
    if (error instanceof DecodeError) return failed(null)
    throw error
  }
}
