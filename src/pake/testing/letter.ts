import { createHmac } from 'node:crypto'
import { type Bytes, concat, utf8 } from '../../codec/index.ts'
import { type Crypto, decapsulateXWing, encapsulateXWing, Secret } from '../../crypto/index.ts'
import { suite } from '../suite.ts'

/**
 * OQUAKE and OQUAKE+ once more, straight from the draft's pseudocode and with another HMAC, to compare bytes
 * with. Names are the draft's. Kemeleon by the schoolbook.
 */
const join = (...parts: readonly (Uint8Array | string)[]): Bytes =>
  concat(...parts.map((part) => (typeof part === 'string' ? utf8(part) : part)))
const hmac = (key: Uint8Array, message: Uint8Array): Bytes =>
  new Uint8Array(createHmac('sha256', key).update(message).digest())
export const Extract = (salt: Uint8Array, ikm: Uint8Array): Bytes => hmac(salt, ikm)
export const Expand = (prk: Uint8Array, info: Uint8Array, L: number): Bytes => {
  let [out, previous]: [Bytes, Bytes] = [new Uint8Array(0), new Uint8Array(0)]
  for (let i = 1; out.length < L; i++) {
    previous = hmac(prk, join(previous, info, Uint8Array.of(i)))
    out = join(out, previous)
  }
  return out.slice(0, L)
}
const I2OSP4 = (value: number): Bytes => Uint8Array.of(0, 0, value >> 8, value & 255)
export const XOR = (a: Uint8Array, b: Uint8Array): Bytes => Uint8Array.from(a, (byte, i) => byte ^ b[i]!)

export const encode_sid = (sid: Uint8Array, U: Uint8Array, S: Uint8Array): Bytes =>
  join(I2OSP4(sid.length), sid, I2OSP4(U.length), U, I2OSP4(S.length), S)

const q = 3329n
const VectorDecodeNR = (ut: Uint8Array, k: number): Bytes => {
  let r = BigInt(`0x${Buffer.from(ut).toString('hex')}`) % q ** BigInt(256 * k)
  const bytes = new Uint8Array(384 * k)
  for (let i = 0; i < 128 * k; i++) {
    const even = Number(r % q)
    r /= q
    const odd = Number(r % q)
    r /= q
    bytes.set([even & 255, (even >> 8) | ((odd & 15) << 4), odd >> 4], 3 * i)
  }
  return bytes
}

export interface LetterInput {
  readonly PRS: Uint8Array
  readonly context: Uint8Array | null
  readonly sid: Uint8Array
  readonly U: Uint8Array
  readonly S: Uint8Array
}

export const effective_PRS = (DST: Uint8Array, { PRS, context, sid, U, S }: LetterInput): Uint8Array => {
  if (context === null) return PRS
  const prk_ePRS = Extract(PRS, join(DST, 'OQUAKE-context', encode_sid(sid, U, S), context))
  return Expand(prk_ePRS, join(DST, 'effective_PRS'), 32)
}

/** `OQUAKE.Respond` of §6.2.2, with `T` cut by its real length. */
export const OQUAKE_Respond = async (
  crypto: Crypto,
  input: LetterInput,
  init_msg: Uint8Array,
): Promise<{ key: Bytes; resp_msg: Bytes }> => {
  const DST = suite.dst
  const Nt = suite.vectorBytes
  const fullsid = encode_sid(input.sid, input.U, input.S)
  const [s, T, rho] = [init_msg.slice(0, 96), init_msg.slice(96, 96 + Nt), init_msg.slice(96 + Nt)]
  const prs = effective_PRS(DST, input)
  const s_pad = Expand(Extract(prs, join(DST, 'OQUAKE', fullsid, rho, T)), join(DST, 's_pad'), 96)
  const r = XOR(s, s_pad)
  const T_pad = Expand(Extract(prs, join(DST, 'OQUAKE', fullsid, rho, r)), join(DST, 'T_pad'), Nt)
  const ut = XOR(T, T_pad)
  const { ciphertext: ct, secret } = await crypto.kemEncapsulate(
    join(VectorDecodeNR(ut, suite.kem.k), rho),
    suite.kem,
  )
  const prk_sk = Extract(prs, join(DST, 'OQUAKE', fullsid, s, T, ut, rho, ct, secret.expose()))
  const key = Expand(prk_sk, join(DST, 'sk'), 32)
  return { key, resp_msg: join(ct, Expand(prk_sk, join(DST, 'confirm'), 64)) }
}

/** `h1`, the draft's where `k` is left out. */
export const client_confirm = (
  DST: Uint8Array,
  SK: Uint8Array,
  confirm_input: Uint8Array,
  k: Uint8Array | null,
): Bytes => {
  const prk_k_h1 = Extract(SK, join(DST, 'h1', confirm_input, k ?? new Uint8Array(0)))
  return Expand(prk_k_h1, join(DST, 'client_confirm'), 64)
}

/** `OQUAKE+.Respond` of §7.2.2, with `k` in h1. */
export const OQUAKE_plus_Respond = async (
  crypto: Crypto,
  input: LetterInput & { readonly pk: Uint8Array },
  init_msg: Uint8Array,
): Promise<{ resp_msg: Bytes; server_confirm: Bytes; server_key: Bytes }> => {
  const DST = suite.dst
  const { key: SK, resp_msg: oquake_resp } = await OQUAKE_Respond(crypto, input, init_msg)
  const { ciphertext: c, secret } = await encapsulateXWing(crypto, input.pk)
  const k = secret.expose()
  const enc_c = XOR(c, Expand(SK, join(DST, 'OTP'), 1120))
  const confirm_input = join(encode_sid(input.sid, input.U, input.S), enc_c)
  const prk_k_h2 = Extract(SK, join(DST, 'h2', confirm_input, k))
  return {
    resp_msg: join(oquake_resp, enc_c, client_confirm(DST, SK, confirm_input, k)),
    server_confirm: Expand(prk_k_h2, join(DST, 'server_confirm'), 64),
    server_key: Expand(prk_k_h2, join(DST, 'key'), 32),
  }
}

/** What the holder of the seed finds in `enc_c`. */
export const openChallenge = (
  crypto: Crypto,
  DST: Uint8Array,
  { SK, seed }: { readonly SK: Uint8Array; readonly seed: Bytes },
  enc_c: Uint8Array,
): Promise<Secret> =>
  decapsulateXWing(crypto, new Secret(seed.slice()), XOR(enc_c, Expand(SK, join(DST, 'OTP'), 1120)))
