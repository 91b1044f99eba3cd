/**
 * OQUAKE+ (draft-vos-cfrg-pqpake §7.2): OQUAKE on the verifier, and a challenge that only the password's seed can
 * answer. The first message is OQUAKE's. `client_confirm` here also depends on the challenged secret `k`: without
 * that, the holder of a leaked verifier can carry a challenge from one session into another, and a client accepts
 * although no server meant it (draft-chen-cfrg-pqpake-authentication).
 */

import { type Bytes, concat } from '../codec/index.ts'
import {
  type Crypto,
  CryptoError,
  decapsulateXWing,
  type Encapsulation,
  encapsulateXWing,
  equalSecrets,
  Secret,
  xor,
  xWing,
} from '../crypto/index.ts'
import {
  finishOquake,
  fullSid,
  type OquakeInitiation,
  type OquakeInput,
  oquakeResponseBytes,
  respondOquake,
} from './oquake.ts'
import { label, Nkc, Nkey, type Suite } from './suite.ts'

/**
 * @param suite - sizes
 * @returns bytes of `oquake_resp || enc_c || client_confirm`
 */
export const oquakePlusResponseBytes = (suite: Suite): number =>
  oquakeResponseBytes(suite) + xWing.ciphertext + Nkc

interface Confirmations {
  /** `client_confirm`: the server shows it to the client, 64 bytes. */
  readonly client: Secret
  /** `server_confirm`: the client shows it to the server, 64 bytes. */
  readonly server: Secret
  /** 32 bytes. */
  readonly key: Secret
}

const confirmationsOf = async (
  crypto: Crypto,
  suite: Suite,
  session: Secret,
  [sid, sealed, challenge]: readonly [sid: Bytes, sealed: Bytes, challenge: Secret],
): Promise<Confirmations> => {
  const input = concat(sid, sealed)
  // The draft leaves `k` out of h1.
  const h1 = new Secret(concat(label(suite, 'h1'), input, challenge.expose()))
  const h2 = new Secret(concat(label(suite, 'h2'), input, challenge.expose()))
  const first = await crypto.extract(session, h1)
  const second = await crypto.extract(session, h2)
  return {
    client: await crypto.expand(first, label(suite, 'client_confirm'), Nkc),
    server: await crypto.expand(second, label(suite, 'server_confirm'), Nkc),
    key: await crypto.expand(second, label(suite, 'key'), Nkey),
  }
}

/** A challenge to the holder of the seed. An invalid public key gets one that has no answer. */
const challenge = async (crypto: Crypto, publicKey: Bytes): Promise<Encapsulation> => {
  try {
    return await encapsulateXWing(crypto, publicKey)
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    return { ciphertext: crypto.random(xWing.ciphertext), secret: new Secret(crypto.random(32)) }
  }
}

export interface OquakePlusResponse {
  /** `oquake_resp || enc_c || client_confirm`. */
  readonly message: Bytes
  /** What the client has to answer, 64 bytes: compared once, in constant time. */
  readonly expected: Secret
  /** Not to be used before `expected` came. */
  readonly key: Secret
}

/**
 * @param crypto - primitives
 * @param suite - parameters
 * @param input - verifier (`prs`), context, session id, ids, and the public key
 * @param initiation - a first message of `oquakeInitBytes`
 * @returns the answer, the confirmation to expect, and the key
 */
export const respondOquakePlus = async (
  crypto: Crypto,
  suite: Suite,
  input: OquakeInput & { readonly publicKey: Bytes },
  initiation: Uint8Array,
): Promise<OquakePlusResponse> => {
  const oquake = await respondOquake(crypto, suite, input, initiation)
  const { ciphertext, secret } = await challenge(crypto, input.publicKey)
  const sealed = xor(ciphertext, await crypto.expand(oquake.key, label(suite, 'OTP'), xWing.ciphertext))
  const confirmations = await confirmationsOf(crypto, suite, oquake.key, [fullSid(input), sealed, secret])
  return {
    message: concat(oquake.message, sealed, confirmations.client.expose()),
    expected: confirmations.server,
    key: confirmations.key,
  }
}

export interface OquakePlusResult {
  readonly key: Secret
  /** `server_confirm`, the last message: 64 bytes. */
  readonly message: Bytes
  /** Where it is false, `key` and `message` are random: the last message goes out all the same. */
  readonly confirmed: boolean
}

/**
 * @param crypto - primitives
 * @param suite - parameters
 * @param own - own first message, and the password's seed (32 bytes)
 * @param response - an answer of `oquakePlusResponseBytes`
 * @returns key and last message
 */
export const finishOquakePlus = async (
  crypto: Crypto,
  suite: Suite,
  { initiation, seed }: { readonly initiation: OquakeInitiation; readonly seed: Secret },
  response: Uint8Array,
): Promise<OquakePlusResult> => {
  const sealedAt = oquakeResponseBytes(suite)
  const confirmAt = sealedAt + xWing.ciphertext
  const sealed = response.slice(sealedAt, confirmAt) as Bytes
  const oquake = await finishOquake(crypto, suite, initiation, response.subarray(0, sealedAt))
  const ciphertext = xor(sealed, await crypto.expand(oquake.key, label(suite, 'OTP'), xWing.ciphertext))
  const secret = await decapsulateXWing(crypto, seed, ciphertext)
  const { client, server, key } = await confirmationsOf(crypto, suite, oquake.key, [
    initiation.sid,
    sealed,
    secret,
  ])
  const shown = equalSecrets(client, response.subarray(confirmAt))
  const confirmed = shown && oquake.confirmed
  const random = { key: new Secret(crypto.random(Nkey)), message: crypto.random(Nkc) }
  return confirmed ? { key, message: server.expose(), confirmed } : { ...random, confirmed }
}
