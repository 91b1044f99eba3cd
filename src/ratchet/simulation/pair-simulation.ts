import { type Bytes, concat, encode, equal, u32 } from '../../codec/index.ts'
import { type Crypto, Secret, seededCrypto, seededRng, type WebCrypto } from '../../crypto/index.ts'
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
import { drawHistory, type HistoryEvent, type Side } from './history.ts'
import {
  agrees,
  expireModel,
  type ModelFrame,
  type ModelSession,
  receiveModel,
  sendModel,
  startModel,
} from './model.ts'
import { recordSeals } from './recording-crypto.ts'

const groupId = new Uint8Array(16).fill(7)
const ids: readonly [Bytes, Bytes] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]

/** Two sessions as a PAKE would leave them. */
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
  model: ModelSession
  stored: { readonly bytes: Bytes; readonly model: ModelSession }
  /** Frames on their way to this side, oldest first. */
  inbox: Travelling[]
  /** Some that it has sent: material for forgeries and reflections. */
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
  readonly #counts = { events: 0, sent: 0, opened: 0, rejected: 0, rollbacks: 0, turns: 0 }
  #names = 2
  #now = 1_800_000_000_000

  constructor(crypto: Crypto, sessions: readonly [Session, Session]) {
    this.#crypto = crypto
    const party = (side: Side): Party => {
      const model = startModel(1 + side, 2 - side)
      const stored = { bytes: encodeSession(sessions[side]), model }
      return { session: sessions[side], model, stored, inbox: [], sent: [] }
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
        party.stored = { bytes: encodeSession(party.session), model: party.model }
        return
      case 'roll-back':
        this.#counts.rollbacks++
        party.session = decodeSession(party.stored.bytes)
        party.model = party.stored.model
        return
      case 'expire': {
        const { session, stale } = expire(party.session, this.#now)
        return this.#commit(party, session, expireModel(party.model, this.#now), stale)
      }
    }
  }

  /** Without rollbacks a pair must always find back: one message each way, and one more, get through. */
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
    const before = encodeSession(party.session)
    const outcome = await open(this.#crypto, party.session, bytes, this.#now)
    demand(outcome.kind === 'rejected', 'opened what it had to refuse')
    demand(
      code === null || (outcome.kind === 'rejected' && outcome.code === code),
      'refused for another reason',
    )
    demand(equal(before, encodeSession(party.session)), 'a refusal changed the state')
    this.#counts.rejected++
  }

  #commit(party: Party, session: Session, model: ModelSession, stale: readonly Secret[]): void {
    for (const secret of stale) secret.wipe()
    party.session = session
    party.model = model
    demand(agrees(model, sessionView(session)), 'counters differ from the model')
    // Also proves that nothing wiped is still part of the state.
    const stored = encodeSession(session)
    if (this.#counts.events % 8 === 0) party.session = decodeSession(stored)
    demand(equal(stored, encodeSession(party.session)), 'the stored form changed')
  }
}

/** Plays the history that `seed` means, checks every event against the model, throws at the first difference. */
const simulatePair = async (subtle: WebCrypto, seed: string): Promise<HistoryResult> => {
  const { crypto, log } = recordSeals((await seededCrypto(seed, subtle)).crypto)
  const { events, calm } = drawHistory(seededRng(`${seed} history`))
  const pair = new Pair(crypto, await createPair(crypto))
  for (const event of events) await pair.apply(event)
  if (calm) await pair.expectAlive()
  demand(log.repeated.length === 0, 'a key and nonce came twice')
  return { ...pair.counts, pairs: log.pairs.size }
}

export interface SimulationResult extends HistoryResult {
  readonly passed: number
  /** Seeds of the histories that broke, with what broke first. */
  readonly failures: readonly { readonly seed: number; readonly what: string }[]
}

/** `runs` histories, with the seeds from `seed` on. */
export const simulatePairs = async (
  subtle: WebCrypto,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<SimulationResult> => {
  const sum = { events: 0, sent: 0, opened: 0, rejected: 0, rollbacks: 0, turns: 0, pairs: 0 }
  const failures: { seed: number; what: string }[] = []
  for (let one = seed; one < seed + runs; one++) {
    try {
      const result = await simulatePair(subtle, `pair ${one}`)
      for (const name of Object.keys(sum) as (keyof HistoryResult)[]) sum[name] += result[name]
    } catch (error) {
      failures.push({ seed: one, what: error instanceof Error ? error.message : String(error) })
    }
  }
  return { ...sum, passed: runs - failures.length, failures }
}
