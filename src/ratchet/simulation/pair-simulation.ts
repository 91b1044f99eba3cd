/**
 * Plays a history with two real sessions beside the model, and throws at the first difference between them.
 */

import { type Bytes, concat, encode, equal, toHex, u32 } from '../../codec/index.ts'
import { type Crypto, createCrypto, type Rng, type Secret, type WebCrypto } from '../../crypto/index.ts'
import { nodeEngines } from '../../crypto/testing/node-engines.ts'
import { seededRng } from '../../crypto/testing/seeded.ts'
import {
  canSeal,
  confirmAuth,
  decodeSession,
  encodeSession,
  expire,
  open,
  receivingAuths,
  type SealOptions,
  type Session,
  seal,
  sendingAuth,
  sessionView,
} from '../index.ts'
import { createPair, type Side } from '../testing/pair.ts'
import { poolKeys } from '../testing/pooled-keys.ts'
import { recordSeals } from '../testing/recording-crypto.ts'
import { drawHistory, type HistoryEvent, type Weather } from './history.ts'
import {
  agrees,
  confirmModel,
  expireModel,
  type ModelFrame,
  type ModelSession,
  receiveModel,
  sendModel,
  startModel,
} from './model.ts'

interface Travelling {
  readonly bytes: Bytes
  readonly plaintext: Bytes
  readonly model: ModelFrame
}

interface Party {
  session: Session
  /** Its stored form, which a refusal must leave as it is. */
  bytes: Bytes
  model: ModelSession
  stored: { readonly bytes: Bytes; readonly model: ModelSession }
  /** Frames on their way to this side, oldest first. */
  inbox: Travelling[]
  /** Frames that it has sent: material for forgeries and reflections. */
  sent: Travelling[]
}

interface HistoryResult {
  readonly events: number
  readonly sent: number
  readonly opened: number
  readonly rejected: number
  readonly rollbacks: number
  readonly turns: number
  /** Tags that a side found the key for. */
  readonly tags: number
  /** AES-GCM (key, nonce) pairs used, all different. */
  readonly pairs: number
}

class Broken extends Error {}

const demand = (condition: boolean, what: string): void => {
  if (!condition) throw new Broken(what)
}

/** Never the frame itself, always close to one. */
const damage = (frame: Bytes, other: Bytes, how: number): Bytes => {
  const changed = frame.slice()
  switch (how % 5) {
    case 0:
      return frame.slice(0, how % frame.length)
    case 1:
      return concat(frame, Uint8Array.of(how % 256))
    case 2: {
      // Header of one, body of another.
      const length = 3 + frame[1]! * 256 + frame[2]!
      const spliced = concat(frame.subarray(0, length), other.subarray(3 + other[1]! * 256 + other[2]!))
      if (!equal(spliced, frame) && !equal(spliced, other)) return spliced
      break
    }
    case 3:
      // In the beginning: version, lengths, header.
      changed[how % 64]! ^= 1 << (how % 8)
      return changed
  }
  changed[(how * 7919) % changed.length]! ^= 1 << (how % 8)
  return changed
}

class Pair {
  readonly #crypto: Crypto
  readonly #parties: readonly [Party, Party]
  /** Without rollbacks nothing may open a second time. */
  readonly #calm: boolean
  readonly #read = new Set<string>()
  /** Keys for tags by their names in the model, and the other way round. */
  readonly #auths = new Map<number, string>()
  readonly #names = new Map<string, number>()
  readonly #counts = { events: 0, sent: 0, opened: 0, rejected: 0, rollbacks: 0, turns: 0, tags: 0 }
  #lastName = 2
  #now = 1_800_000_000_000

  constructor(crypto: Crypto, sessions: readonly [Session, Session], calm: boolean) {
    this.#crypto = crypto
    this.#calm = calm
    const party = (side: Side): Party => {
      const model = startModel(side)
      const bytes = encodeSession(sessions[side])
      return { session: sessions[side], bytes, model, stored: { bytes, model }, inbox: [], sent: [] }
    }
    this.#parties = [party(0), party(1)]
  }

  get counts(): Omit<HistoryResult, 'pairs'> {
    return this.#counts
  }

  async send(side: Side, size: number, { padding, turn }: Omit<SealOptions, 'now'>): Promise<void> {
    const from = this.#parties[side]
    const now = this.#now
    const expected = sendModel(from.model, { name: ++this.#lastName, policy: turn, now })
    demand(canSeal(from.session) === (expected !== null), 'may speak, or may not')
    if (expected === null) return
    const plaintext = concat(encode(u32, this.#counts.sent++), new Uint8Array(size).fill(side))
    const sealed = await seal(this.#crypto, from.session, plaintext, { padding, turn, now })
    if (expected.session.turnsSent !== from.model.turnsSent) this.#counts.turns++
    this.#commit(from, sealed.session, expected.session, sealed.stale)
    const frame = { bytes: sealed.bytes, plaintext, model: expected.frame }
    this.#parties[(1 - side) as Side].inbox.push(frame)
    from.sent.push(frame)
  }

  async deliver(side: Side, pick: number, again: boolean): Promise<void> {
    const to = this.#parties[side]
    const frame = to.inbox[pick % to.inbox.length]
    if (frame === undefined) return
    if (!again) to.inbox.splice(to.inbox.indexOf(frame), 1)
    const expected = receiveModel(to.model, frame.model, this.#now)
    if (typeof expected === 'string') return this.#expectRejected(to, frame.bytes, expected)
    const outcome = await open(this.#crypto, to.session, frame.bytes, this.#now)
    if (outcome.kind === 'rejected') throw new Broken(`refused a good frame: ${outcome.code}`)
    demand(equal(outcome.plaintext, frame.plaintext), 'opened to another plaintext')
    demand(outcome.turned === expected.turnsReceived > to.model.turnsReceived, 'turned, or did not')
    demand(outcome.acked === expected.acked > to.model.acked, 'acknowledged, or did not')
    this.#counts.opened++
    const name = `${side} ${toHex(outcome.plaintext.subarray(0, 4))}`
    demand(!this.#calm || !this.#read.has(name), 'opened a second time')
    this.#read.add(name)
    this.#commit(to, outcome.session, expected, outcome.stale)
  }

  async apply(event: HistoryEvent): Promise<void> {
    this.#counts.events++
    switch (event.kind) {
      case 'send':
        return this.send(event.side, event.size, event)
      case 'deliver':
        return this.deliver(event.side, event.pick, event.again)
      case 'wait':
        this.#now += event.milliseconds
        return
    }
    const party = this.#parties[event.side]
    switch (event.kind) {
      case 'lose':
        party.inbox.splice(event.pick % (party.inbox.length + 1), 1)
        return
      case 'forge': {
        const { sent } = this.#parties[(1 - event.side) as Side]
        const frame = sent[event.pick % sent.length]
        const other = sent[event.how % sent.length]
        if (frame === undefined || other === undefined) return
        return this.#expectRejected(party, damage(frame.bytes, other.bytes, event.how), null)
      }
      case 'reflect': {
        const frame = party.sent[event.pick % party.sent.length]
        return frame && this.#expectRejected(party, frame.bytes, 'ratchet/unreadable')
      }
      case 'tag':
        return this.#tag(event.side)
      case 'store':
        party.stored = { bytes: party.bytes, model: party.model }
        return
      case 'roll-back':
        this.#counts.rollbacks++
        party.session = decodeSession(party.stored.bytes)
        party.bytes = party.stored.bytes
        party.model = party.stored.model
        return
      case 'expire': {
        const { session, stale } = expire(party.session, this.#now)
        return this.#commit(party, session, expireModel(party.model, this.#now), stale)
      }
    }
  }

  /** Without rollbacks a pair never gets stuck: one message each way, and one more, get through. */
  async expectAlive(): Promise<void> {
    for (const side of [0, 1, 0] as const) {
      await this.send(side, 1, { padding: 'control', turn: 'due' })
      const { inbox } = this.#parties[(1 - side) as Side]
      const opened = this.#counts.opened
      await this.deliver((1 - side) as Side, inbox.length - 1, false)
      demand(this.#counts.opened === opened + 1, 'a fresh message did not get through')
    }
  }

  /** Takes a tag that the peer makes now: the key is found where the model finds its name, always without rollbacks. */
  #tag(side: Side): void {
    const [to, from] = [this.#parties[side], this.#parties[(1 - side) as Side]]
    const tagged = sendingAuth(from.session).expose()
    const found = receivingAuths(to.session).find(({ auth }) => equal(auth.expose(), tagged))
    const expected = confirmModel(to.model, from.model.auth, this.#now)
    demand((found !== undefined) === (expected !== null), 'a tag verified, or did not')
    demand(!this.#calm || expected !== null, 'a fresh tag did not verify')
    if (found === undefined || expected === null) return
    this.#counts.tags++
    this.#commit(to, confirmAuth(to.session, found.turn, this.#now), expected, [])
  }

  /** Equal names, equal keys, and the other way round. */
  #expectAuths(session: Session, model: ModelSession): void {
    const held = receivingAuths(session)
    demand(held.length === model.auths.length, 'keys for tags')
    const pairs = [{ name: model.auth, auth: sendingAuth(session) }]
    for (const [i, { turn, auth }] of held.entries()) {
      demand(turn === model.auths[i]!.turn, 'turn of a key for tags')
      pairs.push({ name: model.auths[i]!.name, auth })
    }
    for (const { name, auth } of pairs) {
      const hex = toHex(auth.expose())
      demand((this.#auths.get(name) ?? hex) === hex, 'two keys under one name')
      demand((this.#names.get(hex) ?? name) === name, 'one key under two names')
      this.#auths.set(name, hex)
      this.#names.set(hex, name)
    }
  }

  async #expectRejected(party: Party, bytes: Bytes, code: string | null): Promise<void> {
    const outcome = await open(this.#crypto, party.session, bytes, this.#now)
    demand(outcome.kind === 'rejected', 'opened what it had to refuse')
    demand(
      code === null || (outcome.kind === 'rejected' && outcome.code === code),
      'refused for another reason',
    )
    demand(equal(party.bytes, encodeSession(party.session)), 'a refusal changed the state')
    this.#counts.rejected++
  }

  #commit(party: Party, session: Session, model: ModelSession, stale: readonly Secret[]): void {
    for (const secret of stale) secret.wipe()
    party.session = session
    party.model = model
    demand(agrees(model, sessionView(session)), 'counters differ from the model')
    demand(
      session.keySets.map(({ index }) => index).join() === [...model.keySets.keys()].join(),
      'key sets differ from the model',
    )
    this.#expectAuths(session, model)
    // Also proves that nothing wiped is still part of the state.
    party.bytes = encodeSession(session)
    if (this.#counts.events % 8 !== 0) return
    party.session = decodeSession(party.bytes)
    demand(equal(party.bytes, encodeSession(party.session)), 'the stored form changed')
  }
}

/** One history in this many makes all of its own keys. */
const freshEvery = 50

/** Plays the history of `seed`, checks every event against the model, throws at the first difference. */
const simulatePair = async (
  crypto: Crypto,
  seed: string,
  weather: Weather | null,
): Promise<HistoryResult> => {
  const recording = recordSeals(crypto)
  const { events, calm } = drawHistory(seededRng(`${seed} history`), weather)
  const pair = new Pair(recording.crypto, await createPair(recording.crypto), calm)
  for (const event of events) await pair.apply(event)
  if (calm) await pair.expectAlive()
  demand(recording.log.repeated.length === 0, 'a key and nonce came twice')
  return { ...pair.counts, pairs: recording.log.pairs.size }
}

export interface SimulationResult extends HistoryResult {
  readonly passed: number
  /** Seeds of the histories that broke, with what broke first. */
  readonly failures: readonly { readonly seed: number; readonly what: string }[]
}

/** Plays `runs` histories with the seeds from `seed` on, all in one weather where it is given. */
export const simulatePairs = async (
  subtle: WebCrypto,
  { runs, seed, weather }: { readonly runs: number; readonly seed: number; readonly weather?: Weather },
): Promise<SimulationResult> => {
  const sum = { events: 0, sent: 0, opened: 0, rejected: 0, rollbacks: 0, turns: 0, tags: 0, pairs: 0 }
  const failures: { seed: number; what: string }[] = []
  const silent = { now: () => 0, record: () => undefined }
  const cryptoOf = (random: Rng): Promise<Crypto> =>
    createCrypto({ subtle, random, recorder: silent, engines: nodeEngines })
  const shared = await cryptoOf(seededRng('pool'))
  const pooled = await poolKeys(shared)
  for (let one = seed; one < seed + runs; one++) {
    try {
      const random = seededRng(`pair ${one}`)
      const crypto = one % freshEvery === 0 ? await cryptoOf(random) : pooled({ ...shared, random })
      const result = await simulatePair(crypto, `pair ${one}`, weather ?? null)
      for (const name of Object.keys(sum) as (keyof HistoryResult)[]) sum[name] += result[name]
    } catch (error) {
      failures.push({ seed: one, what: error instanceof Error ? error.message : String(error) })
    }
  }
  return { ...sum, passed: runs - failures.length, failures }
}
