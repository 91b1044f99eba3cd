/**
 * The key schedule of the handshake: what both sides compute from the flows and the seven secrets.
 *
 *   prologue = label · version · groupId · entryHash_I · entryHash_R
 *   salt     = SHA3-256(lv(prologue) || lv(flow 1) || lv(flow 2 without mac_r))
 *   ikm      = psk || DH(E_i,S_r) || DH(E_i,E_r) || DH(S_i,E_r) || k1 || k2 || k3      prk = Extract(salt, ikm)
 *   mac_r    = HMAC(Expand(prk, "responder"), salt)      key = Expand(prk, "session")      transcript = salt
 */
import { type Bytes, bytes, concat, encode, fromHex, utf8 } from '../codec/index.ts'
import { type Crypto, Secret } from '../crypto/index.ts'
import type { EntryHash } from './entry.ts'

export const secretLength = 32
const version = 2
const lengthPrefixed = bytes(0xffff)
const lv = (part: Bytes): Bytes => encode(lengthPrefixed, part, part.length + 2)

export interface Sides {
  readonly groupId: Bytes
  readonly initiator: EntryHash
  readonly responder: EntryHash
}

/** 103 bytes. */
export const prologueOf = ({ groupId, initiator, responder }: Sides): Bytes =>
  concat(
    utf8('mlwe-pake v2 handshake'),
    Uint8Array.of(version),
    groupId,
    fromHex(initiator),
    fromHex(responder),
  )

/** Covers all that either side sent before `mac_r`, and who they are. It is the transcript too. */
export const saltOf = (crypto: Crypto, sides: Sides, flow1: Bytes, flow2Body: Bytes): Bytes =>
  crypto.hash(lv(prologueOf(sides)), lv(flow1), lv(flow2Body))

/** The seven secrets in the order of `ikm`, 32 bytes each; `psk` is zero outside an admission. */
export interface HandshakeSecrets {
  readonly psk: Secret | null
  /** DH(E_i, S_r). */
  readonly ephemeralStatic: Secret
  /** DH(E_i, E_r). */
  readonly ephemeralEphemeral: Secret
  /** DH(S_i, E_r). */
  readonly staticEphemeral: Secret
  /** Under the responder's KEM identity. */
  readonly k1: Secret
  /** Under ek_i. */
  readonly k2: Secret
  /** Under the initiator's KEM identity. */
  readonly k3: Secret
}

const ikmOf = (secrets: HandshakeSecrets): Secret => {
  const { psk, ephemeralStatic, ephemeralEphemeral, staticEphemeral, k1, k2, k3 } = secrets
  const rest = [ephemeralStatic, ephemeralEphemeral, staticEphemeral, k1, k2, k3]
  return new Secret(concat(psk?.expose() ?? new Uint8Array(secretLength), ...rest.map((one) => one.expose())))
}

/** `mac_r`, 32 bytes, and the session's key, 32 bytes. Nothing else of the schedule outlives the call. */
export const deriveKeys = async (
  crypto: Crypto,
  salt: Bytes,
  secrets: HandshakeSecrets,
): Promise<{ readonly mac: Bytes; readonly key: Secret }> => {
  const ikm = ikmOf(secrets)
  const prk = await crypto.extract(salt, ikm)
  const macKey = await crypto.expand(prk, utf8('mlwe-pake v2 handshake responder'), secretLength)
  const mac = await crypto.mac(macKey, salt)
  const key = await crypto.expand(prk, utf8('mlwe-pake v2 handshake session'), secretLength)
  for (const secret of [ikm, prk, macKey]) secret.wipe() // FS
  return { mac, key }
}
