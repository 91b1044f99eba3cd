/**
 * Frames that no honest peer makes: noise, damaged frames, and authentic ones whose header lies.
 */

import { type Bytes, concat, equal, utf8 } from '../../codec/index.ts'
import { type Crypto, createCrypto, type Rng, type WebCrypto } from '../../crypto/index.ts'
import { nodeEngines } from '../../crypto/testing/node-engines.ts'
import { seededRng } from '../../crypto/testing/seeded.ts'
import { encodeSession, open, type Padding, type SealOptions, type Session, seal } from '../index.ts'
import { createSpokenPair } from '../testing/pair.ts'

const turning = (padding: Padding): SealOptions => ({ padding, turn: 'due', now: 0 })

/** A session in the middle of things: a skipped message, one to come, and the peer's next turn to come. */
interface Target {
  readonly session: Session
  /** Authentic frames that it would open. */
  readonly good: readonly Bytes[]
  /** The peer, who may lie inside of what it seals. */
  readonly peer: Session
}

export const prepare = async (crypto: Crypto): Promise<Target> => {
  let [peer, session] = await createSpokenPair(crypto)
  const good: Bytes[] = []
  for (const text of ['skipped', 'opened', 'to come']) {
    const sealed = await seal(crypto, peer, utf8(text), turning('message'))
    peer = sealed.session
    good.push(sealed.bytes)
  }
  const hear = async (bytes: Bytes): Promise<void> => {
    const outcome = await open(crypto, session, bytes, 0)
    if (outcome.kind === 'rejected') throw new Error(outcome.code)
    session = outcome.session
  }
  await hear(good[1]!)
  const answer = await seal(crypto, session, utf8('answer'), turning('control'))
  session = answer.session
  const heard = await open(crypto, peer, answer.bytes, 0)
  if (heard.kind === 'rejected') throw new Error(heard.code)
  peer = heard.session
  const turned = await seal(crypto, peer, utf8('turned'), turning('message'))
  return { session, good: [good[0]!, good[2]!, turned.bytes], peer }
}

/** Header fields of four bytes: turn, number, previous, ack. Then comes the turn block. */
const counters = [0, 4, 8, 12]

/** An authentic frame of a peer whose header says something else: a bomb where a counter is large. */
const lie = async (crypto: Crypto, peer: Session, random: Rng): Promise<Bytes> => {
  const [which, at, value] = random(3) as unknown as [number, number, number]
  let calls = 0
  const lying: Crypto = {
    ...crypto,
    seal: (key, nonce, aad, plaintext) => {
      const changed = plaintext.slice()
      if (calls++ === 0) {
        const counter = counters[which % 8]
        if (counter === undefined) changed[(at * 9) % changed.length]! ^= value | 1
        else changed.set(random(4), counter)
      }
      return crypto.seal(key, nonce, aad, changed)
    },
  }
  return (await seal(lying, peer, utf8('x'), turning('message'))).bytes
}

const makeFrame = async (crypto: Crypto, { good, peer }: Target, random: Rng): Promise<Uint8Array> => {
  const [how, which, high, low, value] = random(5) as unknown as [number, number, number, number, number]
  const frame = good[which % good.length]!
  const at = (256 * high + low) % frame.length
  switch (how % 16) {
    case 0:
      return lie(crypto, peer, random)
    case 1:
    case 2:
      return random((256 * high + low) % 4096)
    case 3:
      // The form of a frame, and noise inside.
      return concat(frame.subarray(0, 3), random(frame.length - 3))
    case 4:
      return concat(frame.subarray(0, at), random(value % 20))
    case 5:
      return concat(frame, random(1 + (value % 20)))
    case 6:
      return concat(frame.subarray(0, at), good[(which + 1) % good.length]!.subarray(at))
  }
  const changed = frame.slice()
  changed[at]! ^= value === 0 ? 1 : value
  return changed
}

const codes: readonly string[] = [
  'ratchet/malformed',
  'ratchet/unreadable',
  'ratchet/jump',
  'ratchet/bad-keys',
]

export interface BombardmentResult {
  readonly passed: number
  readonly failures: readonly { readonly seed: number; readonly what: string }[]
  /** How often each code came back. */
  readonly codes: Readonly<Record<string, number>>
}

/** `runs` frames, each from its own seed: all refused with a code, no byte of the state changed, good frames still open. */
export const bombard = async (
  subtle: WebCrypto,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<BombardmentResult> => {
  const crypto = await createCrypto({
    subtle,
    random: seededRng('hostile frames'),
    recorder: { now: () => 0, record: () => undefined },
    engines: nodeEngines,
  })
  const target = await prepare(crypto)
  const before = encodeSession(target.session)
  const failures: { seed: number; what: string }[] = []
  const counts: Record<string, number> = {}
  for (let one = seed; one < seed + runs; one++) {
    const frame = await makeFrame(crypto, target, seededRng(`frame ${one}`))
    if (target.good.some((each) => equal(each, frame))) continue
    const outcome = await open(crypto, target.session, frame, 0)
    const code = outcome.kind === 'rejected' ? outcome.code : 'opened'
    counts[code] = (counts[code] ?? 0) + 1
    if (!codes.includes(code)) failures.push({ seed: one, what: `${code} what it had to refuse` })
    else if (!equal(encodeSession(target.session), before))
      failures.push({ seed: one, what: 'state changed' })
  }
  for (const frame of target.good) {
    const outcome = await open(crypto, target.session, frame, 0)
    if (outcome.kind === 'rejected') failures.push({ seed, what: 'a good frame was refused afterwards' })
  }
  return { passed: runs - failures.length, failures, codes: counts }
}
