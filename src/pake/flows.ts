/**
 * The five messages of a run, and what is computed over them: confirmations, transcript, session key. A message
 * that cannot be read is replaced by one that no run survives, so that reading never branches the flow.
 */

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
import type { Crypto, Secret } from '../crypto/index.ts'
import { oquakeInitBytes, oquakeResponseBytes } from './oquake.ts'
import { oquakePlusResponseBytes } from './oquake-plus.ts'
import type { Common, Proof, RunResult } from './run-state.ts'
import { label, Nkc, Nkey, suite } from './suite.ts'

const macBytes = 32

/** Messages 1 and 2: `nonce || lv(share)`, 66 bytes. */
export interface Sharing {
  readonly nonce: Bytes
  readonly share: Bytes
}

const sharing = struct<Sharing>({ nonce: fixed(32), share: bytes(32) })
const sharingBytes = 66

/** Messages 4 and 5: `head || mac`. The head belongs to the second stage. */
export interface Closing {
  readonly head: Bytes
  readonly mac: Bytes
}

/**
 * @param value - message 1 or 2
 * @returns its 66 bytes
 */
export const encodeSharing = (value: Sharing): Bytes => encode(sharing, value)
/**
 * @param value - message 4 or 5
 * @returns its bytes
 */
export const encodeClosing = ({ head, mac }: Closing): Bytes => concat(head, mac)

/** A message taken for what it should be: the bytes that the transcript keeps, and what they say. */
interface Taken<T> {
  readonly message: Bytes
  readonly value: T
}

const take = <T>(message: Bytes, read: (message: Bytes) => T, substitute: Bytes): Taken<T> => {
  try {
    return { message, value: read(message) }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { message: substitute, value: read(substitute) }
  }
}

/** 32 zeros, the encoded identity of ristretto255, which CPace refuses. */
const noShare = encodeSharing({ nonce: new Uint8Array(32), share: new Uint8Array(32) })

/**
 * @param message - message 1 or 2, untrusted
 * @returns it, or in its place a share that no run survives
 */
export const takeSharing = (message: Bytes): Taken<Sharing> =>
  take(message, (given) => decode(sharing, given), noShare)

/**
 * @param message - message 3, untrusted
 * @returns it, or zeros of the right size, whose private key nobody has
 */
export const takeInitiation = (message: Bytes): Bytes =>
  message.length === oquakeInitBytes ? message : new Uint8Array(oquakeInitBytes)

/**
 * @param proof - protocol
 * @returns bytes of the head of message 4
 */
export const responseHeadBytes = (proof: Pick<Proof, 'kind'>): number =>
  proof.kind === 'verifier' ? oquakeResponseBytes : oquakePlusResponseBytes

/**
 * @param proof - protocol
 * @returns bytes of the head of message 5: `server_confirm`, where the password is proved
 */
export const finalHeadBytes = (proof: Pick<Proof, 'kind'>): number => (proof.kind === 'verifier' ? 0 : Nkc)

const readClosing = (message: Bytes, headBytes: number): Closing =>
  decode(struct<Closing>({ head: fixed(headBytes), mac: fixed(macBytes) }), message)

/**
 * @param message - message 4 or 5, untrusted
 * @param headBytes - size of its head
 * @returns it, or zeros in its place, whose MAC is wrong
 */
export const takeClosing = (message: Bytes, headBytes: number): Taken<Closing> =>
  take(message, (given) => readClosing(given, headBytes), new Uint8Array(headBytes + macBytes))

/** A message by its number in the run. */
export type Flow =
  | { readonly number: 1 | 2; readonly value: Sharing }
  | { readonly number: 3 }
  | { readonly number: 4 | 5; readonly value: Closing }

/**
 * A message as a reader of the run sees it.
 *
 * @param proof - protocol
 * @param number - number of the message
 * @param message - its bytes
 * @returns its parts
 * @throws DecodeError where a side would take a substitute
 */
export const readFlow = (proof: Pick<Proof, 'kind'>, number: Flow['number'], message: Bytes): Flow => {
  switch (number) {
    case 1:
    case 2:
      return { number, value: decode(sharing, message) }
    case 3:
      if (message.length !== oquakeInitBytes) throw new DecodeError('wrong size', '', message.length)
      return { number }
    case 4:
      return { number, value: readClosing(message, responseHeadBytes(proof)) }
    case 5:
      return { number, value: readClosing(message, finalHeadBytes(proof)) }
  }
}

/**
 * @param proof - protocol
 * @returns sizes of the five messages
 */
export const flowBytes = (proof: Pick<Proof, 'kind'>): readonly number[] => [
  sharingBytes,
  sharingBytes,
  oquakeInitBytes,
  responseHeadBytes(proof) + macBytes,
  finalHeadBytes(proof) + macBytes,
]

/**
 * Whether a newcomer may count on the sender: nothing that a stranger sends at random passes.
 *
 * @param crypto - primitives
 * @param message - untrusted
 * @returns whether it is a message 2 with a valid share
 */
export const isFlow2 = (crypto: Crypto, message: Bytes): boolean => {
  try {
    return crypto.isElement(decode(sharing, message).share)
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}

const transcriptFields = struct<{
  version: number
  initiator: Bytes
  responder: Bytes
  parts: readonly Bytes[]
}>({ version: u8, initiator: fixed(16), responder: fixed(16), parts: list(bytes(8192), 6) })

const transcriptOf = (crypto: Crypto, { input, proof }: Common, parts: readonly Bytes[]): Bytes => {
  const { initiator, responder } = input
  const protocol = proof.kind === 'verifier' ? 'CPaceOQUAKE' : 'CPaceOQUAKE+'
  const fields = encode(transcriptFields, { version: suite.version, initiator, responder, parts })
  return crypto.hash(utf8(`mlwe-pake v2 ${protocol} transcript`), fields)
}

/**
 * @param crypto - primitives
 * @param common - the messages before
 * @param side - key of the run, and whose MAC it is
 * @param head - head of the message that carries the MAC
 * @returns the MAC of message 4 or 5 over all of that, 32 bytes
 */
export const confirmationOf = async (
  crypto: Crypto,
  common: Common,
  { key, role }: { readonly key: Secret; readonly role: 'initiator' | 'responder' },
  head: Bytes,
): Promise<Bytes> => {
  const macKey = await crypto.expand(key, label(`${role} confirmation`), Nkey)
  return crypto.mac(macKey, transcriptOf(crypto, common, [...common.messages, head]))
}

/**
 * @param crypto - primitives
 * @param common - all five messages
 * @param key - key of the second stage
 * @returns the session's key and transcript
 */
export const resultOf = async (crypto: Crypto, common: Common, key: Secret): Promise<RunResult> => {
  const transcript = transcriptOf(crypto, common, common.messages)
  const info = concat(label('session'), transcript)
  return { key: await crypto.expand(key, info, Nkey), transcript }
}

/**
 * `SID` of the second stage: draft §6.3.
 *
 * @param crypto - primitives
 * @param nonces - one of each side, initiator first
 * @returns 32 bytes
 */
export const extendedSid = async (crypto: Crypto, nonces: readonly [Bytes, Bytes]): Promise<Secret> =>
  crypto.expand(await crypto.extract(concat(...nonces), label('CPaceOQUAKE')), label('SID'), 32)
