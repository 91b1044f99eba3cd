/**
 * A scripted exchange from which the vectors are made and against which they are checked: a frame that overtakes another,
 * a turn block that repeats, padding above its floor, skipped keys of a running and of an ended chain, refusals, and
 * keys for tags that come and go. Inputs, draws and intermediate values stand beside each frame.
 */

import { type Bytes, equal, toHex } from '../../codec/index.ts'
import { type Crypto, expose, type Secret, type WebCrypto } from '../../crypto/index.ts'
import { recordedCrypto } from '../../crypto/testing/seeded.ts'
import { generateKeyPairs, type KeyPairs } from '../../identity/index.ts'
import {
  confirmAuth,
  encodeSession,
  expire,
  open,
  receivingAuths,
  type SealOptions,
  type Session,
  seal,
  sendingAuth,
} from '../index.ts'
import { groupId, ids, type Side, startPair } from '../testing/pair.ts'

type Step =
  | ({ readonly kind: 'seal'; readonly from: Side; readonly length: number } & SealOptions)
  /** `frame`: its number in the order of sealing. `damaged`: with its last bit flipped. */
  | {
      readonly kind: 'open'
      readonly frame: number
      readonly now: number
      readonly what: 'taken' | 'refused' | 'damaged'
    }
  | { readonly kind: 'confirm'; readonly side: Side; readonly turn: number; readonly now: number }
  | { readonly kind: 'expire'; readonly side: Side; readonly now: number }

const script: readonly Step[] = [
  // 0 and 1: the initiator's turn, and its block again. The second overtakes the first; 400 bytes are padded to 416.
  { kind: 'seal', from: 0, length: 5, padding: 'message', turn: 'never', now: 1000 },
  { kind: 'seal', from: 0, length: 400, padding: 'message', turn: 'due', now: 2000 },
  { kind: 'open', frame: 1, now: 3000, what: 'damaged' },
  { kind: 'open', frame: 1, now: 3000, what: 'taken' },
  { kind: 'open', frame: 0, now: 4000, what: 'taken' },
  { kind: 'open', frame: 1, now: 4000, what: 'refused' },
  // 2: the responder's turn, to the keys of the initiator's.
  { kind: 'seal', from: 1, length: 0, padding: 'control', turn: 'never', now: 5000 },
  { kind: 'open', frame: 2, now: 5000, what: 'taken' },
  // 3 and 4: a turn is due but not allowed. 4 is late: its chain will have ended.
  { kind: 'seal', from: 0, length: 300, padding: 'control', turn: 'minute', now: 60_999 },
  { kind: 'open', frame: 3, now: 60_999, what: 'taken' },
  { kind: 'seal', from: 0, length: 1, padding: 'control', turn: 'never', now: 61_000 },
  // 5: a minute after the last turn.
  { kind: 'seal', from: 0, length: 2, padding: 'message', turn: 'minute', now: 61_000 },
  { kind: 'open', frame: 5, now: 61_100, what: 'taken' },
  { kind: 'open', frame: 4, now: 61_200, what: 'taken' },
  // 6: acknowledges turn 2, and turns. From then on the initiator's tags use turn 2.
  { kind: 'seal', from: 1, length: 3, padding: 'control', turn: 'due', now: 62_000 },
  { kind: 'open', frame: 6, now: 62_000, what: 'taken' },
  { kind: 'confirm', side: 1, turn: 2, now: 63_000 },
  { kind: 'expire', side: 1, now: 92_999 },
  { kind: 'expire', side: 1, now: 93_000 },
]

/** `crypto` that writes down what a seal draws and derives, by name, in hexadecimal. */
const trace = (crypto: Crypto) => {
  let values: Record<string, string> = {}
  const note = <T extends Secret | Uint8Array>(name: string, value: T): T => {
    values[name] ??= toHex(expose(value))
    return value
  }
  const tracing: Crypto = {
    ...crypto,
    random: (count) => note(count === 12 ? 'headerNonce' : 'salt', crypto.random(count)),
    dhGenerate: async () => {
      const pair = await crypto.dhGenerate()
      note('newDhPrivate', pair.privateKey)
      return pair
    },
    kemGenerate: async (...input) => {
      const pair = await crypto.kemGenerate(...input)
      note('newKemSeed', pair.privateKey)
      return pair
    },
    dhAgree: async (...input) => note('dh', await crypto.dhAgree(...input)),
    kemEncapsulate: async (...input) => {
      const result = await crypto.kemEncapsulate(...input)
      note('kem', result.secret)
      return result
    },
    hash: (...input) => note('hashOfPublicValues', crypto.hash(...input)),
    derive: async (...input) => note('turnOutput', await crypto.derive(...input)),
    mac: async (key, message) => {
      const isMessageKey = expose(message)[0] === 1
      if (isMessageKey) note('chainKey', key)
      const made = await crypto.mac(key, message)
      return isMessageKey ? note('messageKey', made) : made
    },
    expand: async (...input) => note('bodyKey', await crypto.expand(...input)),
    seal: async (key, nonce, aad, plaintext) => {
      if (values.header === undefined) {
        note('headerKey', key)
        note('headerAad', aad)
      }
      note('header', plaintext)
      return crypto.seal(key, nonce, aad, plaintext)
    },
  }
  const take = (): Record<string, string> => {
    const taken = values
    values = {}
    return taken
  }
  return { tracing, take }
}

const describeKeys = (keys: KeyPairs) => ({
  dhPrivate: toHex(keys.dh.privateKey.expose()),
  dhPublic: toHex(keys.dh.publicKey),
  kemSeed: toHex(keys.kem.privateKey.expose()),
  kemPublic: toHex(keys.kem.publicKey),
})

class Exchange {
  readonly #crypto: Crypto
  readonly #draws: Bytes[]
  readonly #sides: [Session, Session]
  readonly #frames: { readonly from: Side; readonly plaintext: Bytes; readonly bytes: Bytes }[] = []

  constructor(crypto: Crypto, sides: [Session, Session], draws: Bytes[]) {
    this.#crypto = crypto
    this.#sides = sides
    this.#draws = draws
  }

  /** Keys for tags, and the hash of the stored form, of one side. */
  state(side: Side) {
    const session = this.#sides[side]
    return {
      sendingAuth: toHex(sendingAuth(session).expose()),
      receivingAuths: receivingAuths(session).map(({ turn, auth }) => ({ turn, auth: toHex(auth.expose()) })),
      stored: toHex(this.#crypto.hash(encodeSession(session))),
    }
  }

  async play(step: Step) {
    switch (step.kind) {
      case 'seal':
        return this.#seal(step)
      case 'open':
        return this.#open(step)
      case 'confirm':
        this.#sides[step.side] = confirmAuth(this.#sides[step.side], step.turn, step.now)
        return { ...step, state: this.state(step.side) }
      case 'expire':
        this.#sides[step.side] = expire(this.#sides[step.side], step.now).session
        return { ...step, state: this.state(step.side) }
    }
  }

  async #seal(step: Extract<Step, { kind: 'seal' }>) {
    const { from, length, ...options } = step
    const plaintext = Uint8Array.from({ length }, (_, i) => i % 251)
    const { tracing, take } = trace(this.#crypto)
    this.#draws.length = 0
    const sealed = await seal(tracing, this.#sides[from], plaintext, options)
    const values = take()
    // Of its draws of 32 bytes, one is the X25519 key and the other ML-KEM's.
    const encapsulation = this.#draws.filter(
      (draw) => draw.length === 32 && toHex(draw) !== values.newDhPrivate,
    )
    this.#sides[from] = sealed.session
    this.#frames.push({ from, plaintext, bytes: sealed.bytes })
    const encapsulated = encapsulation.length === 0 ? {} : { encapsulation: toHex(encapsulation[0]!) }
    return {
      ...step,
      plaintext: toHex(plaintext),
      values: { ...values, ...encapsulated },
      bytes: toHex(sealed.bytes),
      state: this.state(from),
    }
  }

  async #open(step: Extract<Step, { kind: 'open' }>) {
    const { from, plaintext, bytes } = this.#frames[step.frame]!
    const to = from === 0 ? 1 : 0
    const frame = bytes.slice()
    if (step.what === 'damaged') frame[frame.length - 1]! ^= 1
    const outcome = await open(this.#crypto, this.#sides[to], frame, step.now)
    if ((outcome.kind === 'opened') !== (step.what === 'taken')) throw new Error('not as scripted')
    if (outcome.kind === 'rejected') return { ...step, code: outcome.code, state: this.state(to) }
    if (!equal(outcome.plaintext, plaintext)) throw new Error('another plaintext')
    this.#sides[to] = outcome.session
    const { turned, acked } = outcome
    return { ...step, turned, acked, state: this.state(to) }
  }
}

/** Throws where a side does not do what the script says. */
export const playExchange = async (subtle: WebCrypto, seed: string) => {
  const { crypto, draws } = await recordedCrypto(subtle, seed)
  const keys = await generateKeyPairs(crypto)
  const [key, transcript] = [crypto.random(32), crypto.random(32)]
  const inputs = {
    key: toHex(key),
    transcript: toHex(transcript),
    groupId: toHex(groupId),
    initiator: toHex(ids[0]),
    responder: toHex(ids[1]),
    responderKeys: describeKeys(keys),
  }
  const sides = await startPair(crypto, { keys, key, transcript })
  const roots = sides.map(({ sending: { rootChain, auth } }) => ({
    root: toHex(rootChain.root.expose()),
    nextHeaderKey: toHex(rootChain.nextHeaderKey.expose()),
    auth: toHex(auth.expose()),
  }))
  const exchange = new Exchange(crypto, sides, draws)
  const created = [exchange.state(0), exchange.state(1)]
  const steps = []
  for (const step of script) steps.push(await exchange.play(step))
  return { source: 'MLWE-PAKE, src/ratchet/vectors/exchange.ts', seed, inputs, roots, created, steps }
}
