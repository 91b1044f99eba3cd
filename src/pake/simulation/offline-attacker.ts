import { createHash } from 'node:crypto'
import { type Bytes, concat, utf8 } from '../../codec/index.ts'
import type { Crypto } from '../../crypto/index.ts'
import { calculateGenerator } from '../cpace.ts'
import { vectorDecode } from '../kemeleon.ts'
import { suite } from '../suite.ts'
import { client_confirm, Expand, Extract, effective_PRS, encode_sid, XOR } from '../testing/letter.ts'

/**
 * A recorder of the wire with a list of passwords. It knows all that is public: ids, every message.
 * It undoes for each password whatever a password alone can undo, and measures the result in every way that it
 * knows. A measure singles a password out if it puts that one far from all others.
 */
export interface Sighting {
  readonly initiator: Bytes
  readonly responder: Bytes
  /** Messages 1 and 2 of a live run, or nothing: a pre-key exchange has one stage and an empty session id. */
  readonly sharings: readonly [Bytes, Bytes] | null
  readonly initiation: Bytes
  /** Message 4 without its MAC: `ct || h`, and `enc_c || client_confirm` where the run has them. */
  readonly response: Bytes
}

/** What the attacker derives from one password of its list. */
export interface Candidate {
  readonly verifier: Uint8Array
  readonly publicKey: Uint8Array
}

export interface Unmasked {
  /** A context that the attacker tried. */
  readonly context: string
  readonly effective: Uint8Array
  readonly fullsid: Bytes
  readonly s: Uint8Array
  readonly masked: Uint8Array
  readonly rho: Uint8Array
  readonly r: Bytes
  readonly ut: Bytes
}

const none = new Uint8Array(0)
const tag = (name: string): Bytes => concat(suite.dst, utf8(name))

const sidOf = ({ sharings }: Sighting): Bytes => {
  if (sharings === null) return none
  const nonces = concat(...sharings.map((message) => message.subarray(0, 32)))
  return Expand(Extract(nonces, tag('CPaceOQUAKE')), tag('SID'), 32)
}

/** CPace's result if the Diffie-Hellman value were `shared`; all lengths are below 128. */
const iskOf = (shared: Uint8Array, [a, b]: readonly [Bytes, Bytes]): Bytes => {
  const parts = [utf8('CPaceRistretto255_ISK'), none, shared, a, none, b, none]
  const hash = createHash('sha512')
  for (const part of parts) hash.update(Uint8Array.of(part.length)).update(part)
  return new Uint8Array(hash.digest()).slice(0, 32)
}

/** Contexts without a scalar: none at all, and Diffie-Hellman values that are public or follow from the password. */
const contextsOf = (
  crypto: Crypto,
  sighting: Sighting,
  { verifier }: Candidate,
): [string, Bytes | null][] => {
  const { sharings, initiator, responder } = sighting
  if (sharings === null) return [['none', null]]
  const shares = sharings.map((message) => message.subarray(34)) as [Bytes, Bytes]
  const generator = calculateGenerator(crypto, {
    prs: verifier,
    channel: concat(initiator, responder),
    sid: none,
  })
  return [
    ['none', null],
    ['K = Ya', iskOf(shares[0], shares)],
    ['K = Yb', iskOf(shares[1], shares)],
    ['K = generator', iskOf(generator.expose(), shares)],
  ]
}

/** Undoes the Feistel rounds under one password and one context. */
const unmaskWith = (
  { initiator, responder, initiation, ...rest }: Sighting,
  { verifier }: Candidate,
  [name, context]: [string, Bytes | null],
): Unmasked => {
  const input = { PRS: verifier, context, sid: sidOf({ initiator, responder, initiation, ...rest }) }
  const ids = { U: initiator, S: responder }
  const effective = effective_PRS(suite.dst, { ...input, ...ids })
  const fullsid = encode_sid(input.sid, ids.U, ids.S)
  const rhoAt = initiation.length - 32
  const [s, masked, rho] = [initiation.slice(0, 96), initiation.slice(96, rhoAt), initiation.slice(rhoAt)]
  const pad = (half: Uint8Array, label: string, length: number): Bytes =>
    Expand(Extract(effective, concat(tag('OQUAKE'), fullsid, rho, half)), tag(label), length)
  const r = XOR(s, pad(masked, 's_pad', 96))
  const ut = XOR(masked, pad(r, 'T_pad', masked.length))
  return { context: name, effective, fullsid, s, masked, rho, r, ut }
}

export const unmask = (crypto: Crypto, sighting: Sighting, candidate: Candidate): Unmasked[] =>
  contextsOf(crypto, sighting, candidate).map((context) => unmaskWith(sighting, candidate, context))

const chiSquare = (
  values: Iterable<number>,
  buckets: number,
  bucketOf: (value: number) => number,
): number => {
  const counts = new Float64Array(buckets)
  let total = 0
  for (const value of values) {
    counts[bucketOf(value)]!++
    total++
  }
  return counts.reduce((sum, count) => sum + (count - total / buckets) ** 2, 0) / (total / buckets)
}

const fieldsOf = (bytes: Uint8Array): number[] => {
  const fields: number[] = []
  for (let i = 0; i + 2 < bytes.length; i += 3) {
    const bits = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16)
    fields.push(bits & 0xfff, bits >> 12)
  }
  return fields
}

const matches = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((count, byte, i) => count + (byte === b[i] ? 1 : 0), 0)

const ones = (bytes: Uint8Array): number => {
  let count = 0
  for (const byte of bytes) for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1
  return count
}

const agreement = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + (value - 1664) * ((b[i] ?? 1664) - 1664), 0)

/** Measures of what came out. Each gives one number; nothing is said about which direction is suspicious. */
const measure = (
  { response }: Sighting,
  { publicKey }: Candidate,
  { effective, fullsid, s, masked, rho, r, ut }: Unmasked,
): Readonly<Record<string, number>> => {
  const decoded = fieldsOf(vectorDecode(ut, suite.kem.k))
  const packed = fieldsOf(ut)
  const ct = response.subarray(0, suite.kem.ciphertext)
  const h = response.subarray(ct.length, ct.length + 64)
  const guesses = [new Uint8Array(32), effective].map((k) => {
    const prk = Extract(effective, concat(tag('OQUAKE'), fullsid, s, masked, ut, rho, ct, k))
    return { key: Expand(prk, tag('sk'), 32), h: Expand(prk, tag('confirm'), 64) }
  })
  const measures: Record<string, number> = {
    'packed coefficients below q': packed.filter((value) => value < 3329).length,
    'bytes of the vector': chiSquare(ut, 256, (byte) => byte),
    'bytes of r': chiSquare(r, 16, (byte) => byte >> 4),
    'ones in the vector': ones(ut),
    'first bytes of the vector': ut[0]! * 256 + ut[1]!,
    'last bytes of the vector': ut[ut.length - 1]! * 256 + ut[ut.length - 2]!,
    'decoded coefficients, by size': chiSquare(decoded, 13, (value) => Math.min(12, value >> 8)),
    'decoded coefficients, low bits': chiSquare(decoded, 16, (value) => value & 15),
    'sum of decoded coefficients': decoded.reduce((sum, value) => sum + value, 0),
    'decoded key against ciphertext': agreement(decoded, fieldsOf(ct)),
    'packed key against ciphertext': agreement(packed, fieldsOf(ct)),
    'confirmation by a guessed secret': Math.max(...guesses.map((guess) => matches(guess.h, h))),
  }
  const challenge = response.subarray(ct.length + 64)
  if (challenge.length === 0) return measures
  const sealed = challenge.subarray(0, 1120)
  const opened = guesses.map(({ key }) => XOR(sealed, Expand(key, tag('OTP'), 1120)))
  const confirmations = guesses.map(({ key }) =>
    matches(client_confirm(suite.dst, key, concat(fullsid, sealed), null), challenge.subarray(1120)),
  )
  return {
    ...measures,
    'challenge’s curve point': opened.filter((c) => c[1119]! < 128).length,
    'bytes of the challenge': chiSquare(opened[0]!, 256, (byte) => byte),
    'challenge against public key': agreement(fieldsOf(opened[0]!), fieldsOf(publicKey.subarray(0, 1152))),
    'client_confirm by a guessed key': Math.max(...confirmations),
  }
}

/** For every measure, under every context: how far each candidate is from the others, in standard deviations. */
const examine = (
  crypto: Crypto,
  sighting: Sighting,
  candidates: readonly Candidate[],
): Map<string, number[]> => {
  const scores = new Map<string, number[]>()
  for (const candidate of candidates) {
    for (const unmasked of unmask(crypto, sighting, candidate)) {
      for (const [name, score] of Object.entries(measure(sighting, candidate, unmasked))) {
        const title = `${name}, context ${unmasked.context}`
        const row = scores.get(title) ?? []
        row.push(score)
        scores.set(title, row)
      }
    }
  }
  for (const [title, row] of scores) {
    const mean = row.reduce((sum, score) => sum + score, 0) / row.length
    const deviation = Math.sqrt(row.reduce((sum, score) => sum + (score - mean) ** 2, 0) / row.length)
    scores.set(
      title,
      row.map((score) => (deviation === 0 ? 0 : (score - mean) / deviation)),
    )
  }
  return scores
}

export interface Suspicion {
  readonly measure: string
  /** Index of the password that stands out most. */
  readonly candidate: number
  /** Standard deviations from the average of the list, all sightings taken together. */
  readonly deviations: number
  /** The same for the runner-up. */
  readonly next: number
}

/** The whole attack: sightings of one group, one suspicion for each measure and context. */
export const attack = (
  crypto: Crypto,
  sightings: readonly Sighting[],
  candidates: readonly Candidate[],
): readonly Suspicion[] => {
  const sums = new Map<string, number[]>()
  for (const sighting of sightings) {
    for (const [title, row] of examine(crypto, sighting, candidates)) {
      const known = sums.get(title)
      sums.set(title, known === undefined ? row : known.map((sum, i) => sum + row[i]!))
    }
  }
  return [...sums].map(([title, row]) => {
    const sizes = row.map((sum) => Math.abs(sum) / Math.sqrt(sightings.length))
    const deviations = Math.max(...sizes)
    const candidate = sizes.indexOf(deviations)
    return {
      measure: title,
      candidate,
      deviations,
      next: Math.max(...sizes.filter((_, i) => i !== candidate)),
    }
  })
}

/** Stands far from everybody, and from the second. */
export const singlesOut = ({ deviations, next }: Suspicion): boolean =>
  deviations > 10 && deviations > 2 * next
