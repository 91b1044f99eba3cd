/**
 * What two ends of a link tell each other to open a data channel. Travels sealed inside a pair session, so it may be
 * lost, late or out of order, but neither forged nor read. Byte table: SPEC.md, "Signals".
 */

import {
  type Bytes,
  type Codec,
  DecodeError,
  decode,
  encode,
  list,
  optional,
  struct,
  text,
  u8,
  u16,
  u32,
  u48,
  union,
} from '../codec/index.ts'

/** Longest signal, in bytes: it has to fit one sealed frame. */
export const maxSignalBytes = 8 * 1024
const maxSdpBytes = 6 * 1024
const maxCandidateBytes = 512
const maxCandidates = 16

/** One attempt to open a data channel: who counts it (drawn by that end at its start), and its number there. */
export interface Attempt {
  readonly life: number
  readonly number: number
}

export interface Candidate {
  readonly candidate: string
  readonly mid: string | null
  readonly line: number | null
}

export type LinkSignal = { readonly attempt: Attempt } & (
  | (Description & { readonly kind: 'offer' })
  | (Description & { readonly kind: 'answer' })
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  /** "I have no data channel to you: offer one." Its attempt holds the asker's life and the number 0. */
  | { readonly kind: 'request' }
)

/** An SDP description with the candidates known so far. `round` counts the ICE restarts of its attempt. */
export interface Description {
  readonly kind: 'offer' | 'answer'
  readonly round: number
  readonly sdp: string
  readonly candidates: readonly Candidate[]
}

const attempt = struct<Attempt>({ life: u48, number: u32 })
const candidates = list(
  struct<Candidate>({ candidate: text(maxCandidateBytes), mid: optional(text(32)), line: optional(u16) }),
  maxCandidates,
)
const description = { attempt, round: u8, sdp: text(maxSdpBytes), candidates }

const linkSignal: Codec<LinkSignal> = union<LinkSignal>({
  offer: [1, struct(description)],
  answer: [2, struct(description)],
  candidates: [3, struct({ attempt, candidates })],
  request: [4, struct({ attempt })],
})

/** @returns the bytes, or `null` where a part is longer than its maximum: such a link stays with the relay */
export const encodeSignal = (signal: LinkSignal): Bytes | null => {
  try {
    const bytes = encode(linkSignal, signal, 1024)
    return bytes.length > maxSignalBytes ? null : bytes
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** @returns the signal, or `null` where the bytes are not one */
export const decodeSignal = (bytes: Uint8Array): LinkSignal | null => {
  if (bytes.length > maxSignalBytes) return null
  try {
    return decode(linkSignal, bytes)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

/** Rough size of a candidate in a signal, for bundling. */
const sizeOf = ({ candidate, mid }: Candidate): number => 16 + candidate.length + (mid?.length ?? 0)

/**
 * Splits candidates into bundles that fit one signal each. A candidate that is too long for any is left out.
 *
 * @param used - bytes of the first signal that are taken
 */
export const bundle = (found: readonly Candidate[], used: number): readonly (readonly Candidate[])[] => {
  const bundles: Candidate[][] = [[]]
  let size = used
  for (const each of found) {
    if (each.candidate.length > maxCandidateBytes) continue
    const last = bundles[bundles.length - 1] ?? []
    if (last.length === maxCandidates || size + sizeOf(each) > maxSignalBytes - 256) {
      bundles.push([each])
      size = 0
    } else last.push(each)
    size += sizeOf(each)
  }
  return bundles
}
