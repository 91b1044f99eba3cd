/**
 * What a session should do, without a single key: chains and key sets are names. Two secrets are equal in the
 * protocol where their names are equal here, so the model also predicts what a rolled-back, forked state can still read.
 */

import type { SessionView } from '../index.ts'

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

export interface ModelSession {
  readonly turnsSent: number
  readonly acked: number
  readonly freshFrom: number
  readonly sending: ModelChain | null
  readonly previous: number
  readonly block: ModelBlock | null
  readonly turnsReceived: number
  readonly receiving: ModelChain | null
  readonly closed: readonly { readonly name: number; readonly parent: number; readonly turn: number }[]
  readonly skipped: readonly ModelSkipped[]
  /** Names of own key sets by index. */
  readonly keySets: ReadonlyMap<number, number>
  readonly peerKeys: number
}

export const startModel = (own: number, peer: number): ModelSession => ({
  turnsSent: 0,
  acked: 0,
  freshFrom: 0,
  sending: null,
  previous: 0,
  block: null,
  turnsReceived: 0,
  receiving: null,
  closed: [],
  skipped: [],
  keySets: new Map([[0, own]]),
  peerKeys: peer,
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

/**
 * @param name - not used before: names the chain and the key set of the turn, if one is due
 * @returns the session and the frame after sealing
 */
export const sendModel = (
  session: ModelSession,
  name: number,
): { readonly session: ModelSession; readonly frame: ModelFrame } => {
  const due = session.turnsReceived >= session.freshFrom && session.acked === session.turnsSent
  const turned: ModelSession = due
    ? {
        ...session,
        turnsSent: session.turnsSent + 1,
        freshFrom: session.turnsReceived + 1,
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

export const expireModel = (session: ModelSession, now: number): ModelSession =>
  limit({ ...session, skipped: session.skipped.filter(({ at }) => now - at <= 86_400_000) })

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
  return { ...next, acked: frame.ack, block: null, keySets }
}
