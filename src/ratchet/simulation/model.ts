/**
 * What a session should do, without a single key: chains, key sets and keys for tags are names. Two secrets are equal in
 * the protocol where their names are equal here, so the model also predicts what a rolled-back, forked state can still
 * read.
 */

import type { SessionView, TurnPolicy } from '../index.ts'

/** A frame: its header, and the names of the keys that would open it. */
export interface ModelFrame {
  /** Name of the chain, and of the one whose turn derived its header key. */
  readonly chain: number
  readonly parent: number
  readonly turn: number
  readonly number: number
  readonly previous: number
  readonly ack: number
  readonly block: ModelBlock | null
}

interface ModelBlock {
  readonly keys: number
  readonly peerKeys: number
  readonly peerKeyIndex: number
}

interface ModelChain {
  readonly name: number
  readonly parent: number
  readonly next: number
}

interface ModelSkipped {
  readonly chain: number
  readonly turn: number
  readonly number: number
  readonly at: number
}

/** A key for tags has the name of the chain that its turn began. */
interface ModelAuth {
  readonly turn: number
  readonly name: number
}

export interface ModelSession {
  readonly turnsSent: number
  readonly acked: number
  readonly freshFrom: number
  readonly turnedAt: number
  readonly sending: ModelChain | null
  readonly previous: number
  readonly block: ModelBlock | null
  /** Of the turn `acked`. */
  readonly auth: number
  readonly turnsReceived: number
  readonly receiving: ModelChain | null
  readonly closed: readonly { readonly name: number; readonly parent: number; readonly turn: number }[]
  readonly skipped: readonly ModelSkipped[]
  readonly auths: readonly ModelAuth[]
  readonly confirmedAt: number | null
  /** Names of own key sets by index. */
  readonly keySets: ReadonlyMap<number, number>
  readonly peerKeys: number | null
}

/** @returns a side as the handshake leaves it: 0 is the initiator; key set 0 of the responder has the name 1 */
export const startModel = (side: 0 | 1): ModelSession => ({
  turnsSent: 0,
  acked: 0,
  freshFrom: side,
  turnedAt: 0,
  sending: null,
  previous: 0,
  block: null,
  auth: -1 - side,
  turnsReceived: 0,
  receiving: null,
  closed: [],
  skipped: [],
  auths: [{ turn: 0, name: side - 2 }],
  confirmedAt: null,
  keySets: new Map(side === 0 ? [] : [[0, 1]]),
  peerKeys: side === 0 ? 1 : null,
})

const root = (chain: ModelChain | null): number => chain?.name ?? 0
const isFull = (view: SessionView, expected: SessionView): boolean =>
  (Object.keys(expected) as (keyof SessionView)[]).every((name) => view[name] === expected[name])

export const agrees = (model: ModelSession, view: SessionView): boolean =>
  isFull(view, {
    turnsSent: model.turnsSent,
    turnsReceived: model.turnsReceived,
    sent: model.sending?.next ?? 0,
    received: model.receiving?.next ?? 0,
    skipped: model.skipped.length,
    awaitingAck: model.block !== null,
  })

/** That the last turn is acknowledged follows from the rest, says SPEC.md: here it is asked for all the same. */
const turns = (session: ModelSession, policy: TurnPolicy, now: number): boolean => {
  if (session.turnsReceived < session.freshFrom || session.acked !== session.turnsSent) return false
  if (session.turnsSent === 0) return true
  const spacing = { due: 0, minute: 60_000, seldom: 600_000, never: Number.POSITIVE_INFINITY }[policy]
  return Math.abs(now - session.turnedAt) >= spacing
}

/**
 * @param name - not used before: names the chain and the key set of the turn, if one is made
 * @returns the session and the frame after sealing, or `null` where the side cannot seal yet
 */
export const sendModel = (
  session: ModelSession,
  { name, policy, now }: { readonly name: number; readonly policy: TurnPolicy; readonly now: number },
): { readonly session: ModelSession; readonly frame: ModelFrame } | null => {
  if (session.peerKeys === null) return null
  const turned: ModelSession = turns(session, policy, now)
    ? {
        ...session,
        turnsSent: session.turnsSent + 1,
        freshFrom: session.turnsReceived + 1,
        turnedAt: now,
        sending: { name, parent: root(session.sending), next: 0 },
        previous: session.sending?.next ?? 0,
        block: { keys: name, peerKeys: session.peerKeys, peerKeyIndex: session.turnsReceived },
        keySets: new Map([...session.keySets, [session.turnsSent + 1, name]]),
      }
    : session
  const chain = turned.sending!
  const frame = {
    chain: chain.name,
    parent: chain.parent,
    turn: turned.turnsSent,
    number: chain.next,
    previous: turned.previous,
    ack: turned.turnsReceived,
    block: turned.block,
  }
  return { session: { ...turned, sending: { ...chain, next: chain.next + 1 } }, frame }
}

const limit = (session: ModelSession): ModelSession => {
  const newest = session.skipped.slice(-128)
  const closed = session.closed.filter((chain) => newest.some((key) => key.chain === chain.name)).slice(-8)
  const alive = new Set([root(session.receiving), ...closed.map((chain) => chain.name)])
  return { ...session, closed, skipped: newest.filter((key) => alive.has(key.chain)) }
}

export const expireModel = (session: ModelSession, now: number): ModelSession => {
  const { confirmedAt, auths } = session
  const isOver = confirmedAt !== null && now - confirmedAt >= 30_000
  return limit({
    ...session,
    skipped: session.skipped.filter(({ at }) => now - at <= 86_400_000),
    auths: isOver ? auths.slice(0, 1) : auths,
    confirmedAt: isOver ? null : confirmedAt,
  })
}

/** @returns the session after a tag of the peer under the key `name` verified, or `null` where it does not */
export const confirmModel = (session: ModelSession, name: number, now: number): ModelSession | null => {
  const at = session.auths.findIndex((auth) => auth.name === name)
  if (at < 0) return null
  const isNew = at === 0 && session.auths.length === 2 && session.confirmedAt === null
  return isNew ? { ...session, confirmedAt: now } : session
}

const gap = (chain: number, turn: number, range: readonly [number, number], at: number): ModelSkipped[] => {
  const [from, to] = range
  const first = Math.max(from, to - 64)
  return Array.from({ length: Math.max(0, to - first) }, (_, i) => ({ chain, turn, number: first + i, at }))
}

type Refusal = 'ratchet/unreadable' | 'ratchet/jump'

const fromSkipped = (session: ModelSession, frame: ModelFrame): ModelSession | Refusal => {
  const rest = session.skipped.filter((key) => key.chain !== frame.chain || key.number !== frame.number)
  return rest.length === session.skipped.length ? 'ratchet/unreadable' : limit({ ...session, skipped: rest })
}

const fromCurrent = (session: ModelSession, chain: ModelChain, frame: ModelFrame, now: number) => {
  if (frame.number < chain.next) return fromSkipped(session, frame)
  if (frame.number - chain.next > 2048) return 'ratchet/jump'
  if (frame.chain !== chain.name) return 'ratchet/unreadable'
  const added = gap(chain.name, frame.turn, [chain.next, frame.number], now)
  return limit({
    ...session,
    receiving: { ...chain, next: frame.number + 1 },
    skipped: [...session.skipped, ...added],
  })
}

const fromTurn = (session: ModelSession, frame: ModelFrame, now: number): ModelSession | Refusal => {
  const { block } = frame
  const { receiving, keySets } = session
  const received = receiving?.next ?? 0
  if (block === null || !keySets.has(block.peerKeyIndex) || frame.previous < received)
    return 'ratchet/unreadable'
  if (frame.previous - received + frame.number > 2048) return 'ratchet/jump'
  if (keySets.get(block.peerKeyIndex) !== block.peerKeys) return 'ratchet/unreadable'
  const rest = receiving ? gap(receiving.name, frame.turn - 1, [received, frame.previous], now) : []
  const added = gap(frame.chain, frame.turn, [0, frame.number], now)
  const closed = receiving
    ? [...session.closed, { name: receiving.name, parent: receiving.parent, turn: frame.turn - 1 }]
    : []
  return limit({
    ...session,
    turnsReceived: frame.turn,
    receiving: { name: frame.chain, parent: frame.parent, next: frame.number + 1 },
    closed,
    skipped: [...session.skipped, ...rest, ...added],
    auths: [{ turn: frame.turn, name: frame.chain }, ...session.auths.slice(0, 1)],
    confirmedAt: null,
    keySets: new Map([...keySets].filter(([index]) => index > block.peerKeyIndex)),
    peerKeys: block.keys,
  })
}

/** @returns the session after `frame`, or the code of the refusal */
export const receiveModel = (
  before: ModelSession,
  frame: ModelFrame,
  now: number,
): ModelSession | Refusal => {
  const session = expireModel(before, now)
  const { receiving } = session
  const take = (): ModelSession | Refusal => {
    if (receiving?.parent === frame.parent) return fromCurrent(session, receiving, frame, now)
    if (root(receiving) === frame.parent) return fromTurn(session, frame, now)
    return fromSkipped(session, frame)
  }
  if (frame.ack > session.turnsSent) return 'ratchet/unreadable'
  const next = take()
  if (typeof next === 'string' || frame.ack <= next.acked) return next
  const keySets = new Map([...next.keySets].filter(([index]) => index >= frame.ack))
  return { ...next, acked: frame.ack, block: null, auth: root(next.sending), keySets }
}
