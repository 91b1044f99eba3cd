/**
 * Plays a history with two real sessions beside the model, and throws at the first difference between them.
 */

import { type Bytes, concat, encode, equal, toHex, u32 } from '../../codec/index.ts'
import { type Crypto, createCrypto, type Rng, Secret, type WebCrypto } from '../../crypto/index.ts'
import { nodeEngines } from '../../crypto/testing/node-engines.ts'
import { seededRng } from '../../crypto/testing/seeded.ts'
import {
  createSession,
  decodePublicKeys,
  decodeSession,
  encodePublicKeys,
  encodeSession,
  expire,
  generateRatchetKeys,
  open,
  type Padding,
  type Session,
  seal,
  sessionView,
} from '../index.ts'
import { poolKeys } from '../testing/pooled-keys.ts'
import { recordSeals } from '../testing/recording-crypto.ts'
import { drawHistory, type HistoryEvent, type Side, type Weather } from './history.ts'
import {
  agrees,
  expireModel,
  type ModelFrame,
  type ModelSession,
  receiveModel,
  sendModel,
  startModel,
} from './model.ts'

const groupId = new Uint8Array(16).fill(7)
const ids: readonly [Bytes, Bytes] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]

/** @returns both sides of a session, as a PAKE leaves them */
export const createPair = async (crypto: Crypto): Promise<[Session, Session]> => {
  const keys = [await generateRatchetKeys(crypto), await generateRatchetKeys(crypto)] as const
  const key = crypto.random(32)
  const transcript = crypto.random(32)
  const create = (side: Side): Promise<Session> =>
    createSession(crypto, {
      key: new Secret(key.slice()),
      transcript,
      groupId,
      self: ids[side],
      peer: ids[(1 - side) as Side],
      keys: keys[side],
      peerKeys: decodePublicKeys(encodePublicKeys(keys[(1 - side) as Side])),
    })
  return [await create(0), await create(1)]
}

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
  readonly #counts = { events: 0, sent: 0, opened: 0, rejected: 0, rollbacks: 0, turns: 0 }
  #names = 2
  #now = 1_800_000_000_000

  constructor(crypto: Crypto, sessions: readonly [Session, Session], calm: boolean) {
    this.#crypto = crypto
    this.#calm = calm
    const party = (side: Side): Party => {
      const model = startModel(1 + side, 2 - side)
      const bytes = encodeSession(sessions[side])
      return { session: sessions[side], bytes, model, stored: { bytes, model }, inbox: [], sent: [] }
    }
    this.#parties = [party(0), party(1)]
  }

  get counts(): Omit<HistoryResult, 'pairs'> {
    return this.#counts
  }

  async send(side: Side, size: number, padding: Padding): Promise<void> {
    const from = this.#parties[side]
    const plaintext = concat(encode(u32, this.#counts.sent++), new Uint8Array(size).fill(side))
    const expected = sendModel(from.model, ++this.#names)
    const sealed = await seal(this.#crypto, from.session, plaintext, padding)
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
        return this.send(event.side, event.size, event.padding)
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
      await this.send(side, 1, 'control')
      const { inbox } = this.#parties[(1 - side) as Side]
      const opened = this.#counts.opened
      await this.deliver((1 - side) as Side, inbox.length - 1, false)
      demand(this.#counts.opened === opened + 1, 'a fresh message did not get through')
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
  const sum = { events: 0, sent: 0, opened: 0, rejected: 0, rollbacks: 0, turns: 0, pairs: 0 }
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
