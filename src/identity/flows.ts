/**
 * The bytes of the handshake's flows: fields of fixed length, one after another, and nothing else.
 */
import { type Bytes, concat, decode, encode, fixed, struct } from '../codec/index.ts'
import { ciphertextBytes, dhKeyBytes, kemKeyBytes } from './public-keys.ts'

/** A run's id, first in both flows. */
export const runBytes = 16
const macBytes = 32

export interface Flow1 {
  readonly run: Bytes
  /** E_i, ek_i. */
  readonly dh: Bytes
  readonly kem: Bytes
  /** ct_R, under the responder's KEM identity. */
  readonly toIdentity: Bytes
}

export interface Flow2Body {
  readonly run: Bytes
  /** E_r. */
  readonly dh: Bytes
  /** F_r, ek_r: towards which the initiator's first frame turns. */
  readonly nextDh: Bytes
  readonly nextKem: Bytes
  /** ct_e, under ek_i. */
  readonly toEphemeral: Bytes
  /** ct_I, under the initiator's KEM identity. */
  readonly toIdentity: Bytes
}

export const flow1 = struct<Flow1>({
  run: fixed(runBytes),
  dh: fixed(dhKeyBytes),
  kem: fixed(kemKeyBytes),
  toIdentity: fixed(ciphertextBytes),
})

export const flow2Body = struct<Flow2Body>({
  run: fixed(runBytes),
  dh: fixed(dhKeyBytes),
  nextDh: fixed(dhKeyBytes),
  nextKem: fixed(kemKeyBytes),
  toEphemeral: fixed(ciphertextBytes),
  toIdentity: fixed(ciphertextBytes),
})

export const flow1Bytes = runBytes + dhKeyBytes + kemKeyBytes + ciphertextBytes
const flow2BodyBytes = runBytes + 2 * dhKeyBytes + kemKeyBytes + 2 * ciphertextBytes
export const flow2Bytes = flow2BodyBytes + macBytes

export const encodeFlow1 = (flow: Flow1): Bytes => encode(flow1, flow, flow1Bytes)
export const encodeFlow2Body = (body: Flow2Body): Bytes => encode(flow2Body, body, flow2BodyBytes)
export const encodeFlow2 = (body: Bytes, mac: Bytes): Bytes => concat(body, mac)

/** `null` on another length. */
export const decodeFlow1 = (bytes: Uint8Array): Flow1 | null =>
  bytes.length === flow1Bytes ? decode(flow1, bytes) : null

/** The fields, the bytes that the salt covers, and `mac_r`. `null` on another length. */
export const decodeFlow2 = (
  bytes: Uint8Array,
): { readonly body: Flow2Body; readonly covered: Bytes; readonly mac: Bytes } | null => {
  if (bytes.length !== flow2Bytes) return null
  const covered = new Uint8Array(bytes.subarray(0, flow2BodyBytes))
  return {
    body: decode(flow2Body, covered),
    covered,
    mac: new Uint8Array(bytes.subarray(flow2BodyBytes)),
  }
}

/** The run that a flow 1 or 2 belongs to; `null` for what has neither's length. */
export const runOf = (flow: Uint8Array): Bytes | null =>
  flow.length === flow1Bytes || flow.length === flow2Bytes ? new Uint8Array(flow.subarray(0, runBytes)) : null
