/**
 * OQUAKE (draft-vos-cfrg-pqpake §6.2): a KEM whose public key hides under the password, in a two-round Feistel
 * network.
 *
 *   initiator                                 responder
 *   s || T || ρ                       ->      undoes the pads, encapsulates
 *                                     <-      ct || h
 */

import { type Bytes, concat, encode, struct, u32 } from '../codec/index.ts'
import { type Crypto, equalSecrets, expose, type Material, Secret, xor } from '../crypto/index.ts'
import { decapsulate, deriveKeyPair, encapsulate, split } from './bua-skem.ts'
import { label, Nkc, Nkey, Nrho, Nsec, type Suite } from './suite.ts'

export interface OquakeInput {
  /** Password-related string. */
  readonly prs: Material
  /** Output of the stage before, or `null` when OQUAKE runs alone. */
  readonly context: Secret | null
  readonly sid: Uint8Array
  readonly client: Uint8Array
  readonly server: Uint8Array
}

/**
 * `encode_sid`, draft §3.
 *
 * @param parts - session id and the two ids
 * @returns each behind its 4-byte length
 */
export const fullSid = ({ sid, client, server }: Pick<OquakeInput, 'sid' | 'client' | 'server'>): Bytes => {
  const length = (part: Uint8Array) => encode(struct({ length: u32 }), { length: part.length })
  return concat(length(sid), sid, length(client), client, length(server), server)
}

/** A copy of its own in either case, so that it can be wiped alone. */
const effectivePrs = async (crypto: Crypto, suite: Suite, input: OquakeInput): Promise<Secret> => {
  const { prs, context } = input
  if (context === null) return new Secret(expose(prs).slice() as Bytes)
  const ikm = concat(label(suite, 'OQUAKE-context'), fullSid(input), context.expose())
  return crypto.expand(await crypto.extract(prs, new Secret(ikm)), label(suite, 'effective_PRS'), Nkey)
}

/** One Feistel round: `length` bytes of pad from the password and the other half. */
const pad = async (
  { crypto, suite, prs, sid }: { crypto: Crypto; suite: Suite; prs: Material; sid: Uint8Array },
  [rho, half]: readonly [Uint8Array, Material],
  name: 'T_pad' | 's_pad',
  length: number,
): Promise<Secret> => {
  const ikm = new Secret(concat(label(suite, 'OQUAKE'), sid, rho, expose(half)))
  return crypto.expand(await crypto.extract(prs, ikm), label(suite, name), length)
}

export interface OquakeInitiation {
  /** The effective password-related string. */
  readonly prs: Secret
  readonly sid: Bytes
  readonly privateKey: Secret
  /** Uniform public key: secret, since it opens the message to password guesses. */
  readonly publicKey: Secret
  /** `s || T || ρ`. */
  readonly message: Bytes
}

/**
 * @param suite - sizes
 * @returns bytes of the first message: 96 + vector + 32
 */
export const oquakeInitBytes = (suite: Suite): number => 3 * Nsec + suite.vectorBytes + Nrho
/**
 * @param suite - sizes
 * @returns bytes of the second message: KEM ciphertext and confirmation
 */
export const oquakeResponseBytes = (suite: Suite): number => suite.kem.ciphertext + Nkc

/**
 * Draws 64 bytes (`d || z`), 72 (multiplier) and 96 (`r`).
 *
 * @param crypto - primitives
 * @param suite - parameters
 * @param input - password-related string, context, session id, ids
 * @returns what finishes the exchange later, and the first message
 */
export const initiateOquake = async (
  crypto: Crypto,
  suite: Suite,
  input: OquakeInput,
): Promise<OquakeInitiation> => {
  const prs = await effectivePrs(crypto, suite, input)
  const sid = fullSid(input)
  const { publicKey, privateKey } = await deriveKeyPair(crypto, suite, new Secret(crypto.random(64)))
  const { ut, rho } = split(suite, publicKey)
  const network = { crypto, suite, prs, sid }
  const r = new Secret(crypto.random(3 * Nsec))
  const t = xor(ut, await pad(network, [rho, r], 'T_pad', suite.vectorBytes))
  const s = xor(r, await pad(network, [rho, t], 's_pad', 3 * Nsec))
  return { prs, sid, privateKey, publicKey: new Secret(publicKey), message: concat(s, t, rho) }
}

/** `key` and the confirmation `h` from everything that both sides saw. */
const conclude = async (
  { crypto, suite, prs }: { crypto: Crypto; suite: Suite; prs: Material },
  transcript: readonly Uint8Array[],
): Promise<{ key: Secret; confirmation: Secret }> => {
  const prk = await crypto.extract(prs, new Secret(concat(label(suite, 'OQUAKE'), ...transcript)))
  return {
    key: await crypto.expand(prk, label(suite, 'sk'), Nkey),
    confirmation: await crypto.expand(prk, label(suite, 'confirm'), Nkc),
  }
}

/**
 * @param crypto - primitives
 * @param suite - parameters
 * @param input - as the initiator has it
 * @param initiation - any bytes of `oquakeInitBytes`
 * @returns key and second message
 */
export const respondOquake = async (
  crypto: Crypto,
  suite: Suite,
  input: OquakeInput,
  initiation: Uint8Array,
): Promise<{ readonly key: Secret; readonly message: Bytes }> => {
  const s = initiation.subarray(0, 3 * Nsec)
  const t = initiation.subarray(3 * Nsec, 3 * Nsec + suite.vectorBytes)
  const rho = initiation.subarray(3 * Nsec + suite.vectorBytes)
  const prs = await effectivePrs(crypto, suite, input)
  const sid = fullSid(input)
  const network = { crypto, suite, prs, sid }
  const r = new Secret(xor(s, await pad(network, [rho, t], 's_pad', 3 * Nsec)))
  const ut = xor(t, await pad(network, [rho, r], 'T_pad', suite.vectorBytes))
  const upk = concat(ut, rho)
  const { ciphertext, secret } = await encapsulate(crypto, suite, upk)
  const { key, confirmation } = await conclude({ crypto, suite, prs }, [
    sid,
    s,
    t,
    upk,
    ciphertext,
    secret.expose(),
  ])
  return { key, message: concat(ciphertext, confirmation.expose()) }
}

/**
 * Where the confirmation is wrong the key is random (draft §6.2.3) and the caller goes on to its last flow all the
 * same, so that failure does not change the flow.
 *
 * @param crypto - primitives
 * @param suite - parameters
 * @param initiation - own first message
 * @param response - the answer, of the right size
 * @returns the key, and whether the responder has the same
 */
export const finishOquake = async (
  crypto: Crypto,
  suite: Suite,
  initiation: OquakeInitiation,
  response: Uint8Array,
): Promise<{ readonly key: Secret; readonly confirmed: boolean }> => {
  const ciphertext = response.subarray(0, suite.kem.ciphertext)
  const secret = await decapsulate(crypto, suite, initiation.privateKey, ciphertext)
  const halves = initiation.message.subarray(0, 3 * Nsec + suite.vectorBytes)
  const { key, confirmation } = await conclude({ crypto, suite, prs: initiation.prs }, [
    initiation.sid,
    halves,
    initiation.publicKey.expose(),
    ciphertext,
    secret.expose(),
  ])
  const confirmed = equalSecrets(confirmation, response.subarray(suite.kem.ciphertext))
  const random = new Secret(crypto.random(Nkey))
  return { key: confirmed ? key : random, confirmed }
}
