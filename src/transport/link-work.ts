/** A step of a link at work: state and effects so far, and the moves that several of its parts make. */

import { encodeChannelFrame } from './channel-frame.ts'
import { bundle, type LinkSignal } from './link-signal.ts'
import type { LinkConnection, LinkEffect, LinkState, Unacknowledged } from './link-state.ts'

/** From sending to the acknowledgement that has not come: then the relay takes over. */
export const silentMs = 2_500
/** A channel on which nothing was heard for this long is probed. */
export const idleMs = 5_000
/** Acknowledgements wait this long for a frame to travel with. */
const acknowledgeMs = 100
/** From opening a connection to the first acknowledgement on it. */
const negotiateMs = 15_000
/** A degraded link has this long to recover, by an ICE restart or by itself. */
const recoverMs = 8_000
/** An offer without an answer is sent again. */
export const resendMs = 3_000
/** Candidates found within this time travel together. */
const bundleMs = 60
const firstRetryMs = 1_000
const lastRetryMs = 60_000
/** The end that answers leaves the other this much time to start by itself. */
const patienceMs = 4_000
/** Two attempts are at least this far apart, no matter which end asks. */
export const spacingMs = 1_000
/** After this long without a break, the next failure starts the back-off from the beginning. */
const settledMs = 10_000
const maxFollowedBefore = 8
/** More than this unacknowledged goes by the relay. */
export const maxUnacknowledged = 1024 * 1024

export interface Work {
  readonly now: number
  state: LinkState
  readonly effects: LinkEffect[]
}

export const set = (work: Work, change: Partial<LinkState>): void => {
  work.state = { ...work.state, ...change }
}

/** Changes the connection, where there is one. */
export const alter = (work: Work, change: Partial<LinkConnection>): void => {
  const { connection } = work.state
  if (connection !== null) set(work, { connection: { ...connection, ...change } })
}

const sendSignal = (work: Work, signal: LinkSignal): void => {
  work.effects.push({ kind: 'signal', signal })
}

/** Numbers a frame and sends it by the data channel; an empty one is a probe. */
export const transmit = (work: Work, frame: Unacknowledged['frame']): void => {
  const { connection } = work.state
  if (connection === null) return
  const { id, sent, heard, unacknowledged } = connection
  const number = sent + 1
  const bytes = encodeChannelFrame({ number, acknowledged: heard, frame })
  work.effects.push({ kind: 'transmit', connection: id, bytes })
  const entry = { number, at: work.now, frame, excused: false }
  alter(work, { sent: number, unacknowledged: [...unacknowledged, entry], acknowledgeAt: null })
}

export const probe = (work: Work): void => transmit(work, new Uint8Array(0))

export const acknowledge = (work: Work): void => {
  const { connection } = work.state
  if (connection === null) return
  const { id, heard } = connection
  const bytes = encodeChannelFrame({ number: 0, acknowledged: heard, frame: new Uint8Array(0) })
  work.effects.push({ kind: 'transmit', connection: id, bytes })
  alter(work, { acknowledgeAt: null })
}

export const owesAcknowledgement = (work: Work): void => {
  const due = work.state.connection?.acknowledgeAt ?? Number.POSITIVE_INFINITY
  alter(work, { acknowledgeAt: Math.min(due, work.now + acknowledgeMs) })
}

/** Hands back what is not known to have arrived. */
const giveBack = (work: Work): void => {
  for (const { frame } of work.state.connection?.unacknowledged ?? [])
    if (frame.length > 0) work.effects.push({ kind: 'returned', frame })
  alter(work, { unacknowledged: [] })
}

/** Ends the connection; the phase is the caller's. */
export const drop = (work: Work): void => {
  const { connection } = work.state
  if (connection === null) return
  giveBack(work)
  work.effects.push({ kind: 'close', connection: connection.id })
  set(work, { connection: null })
}

/** Ends of links differ in this, so that a room does not retry in step. */
const jitter = ({ life }: LinkState): number => 0.75 + (life % 1024) / 2048

/** The connection failed: back to the relay, and the next attempt after a while. */
export const fail = (work: Work): void => {
  const { directSince, initiator } = work.state
  drop(work)
  const settled = directSince !== null && work.now - directSince >= settledMs
  const failures = settled ? 0 : work.state.failures
  const wait = Math.min(lastRetryMs, firstRetryMs * 2 ** failures) * jitter(work.state)
  const retryAt = initiator === null ? null : Math.ceil(work.now + wait + (initiator ? 0 : patienceMs))
  set(work, { phase: 'relay', failures: Math.min(failures + 1, 16), retryAt, directSince: null })
}

const connectionOf = (
  { now, state }: Work,
  { attempt, offers }: Pick<LinkConnection, 'attempt' | 'offers'>,
): LinkConnection => ({
  id: state.connections + 1,
  attempt,
  offers,
  round: 0,
  deadline: now + negotiateMs,
  description: null,
  told: false,
  fresh: [],
  flushAt: null,
  answered: false,
  resendAt: null,
  sent: 0,
  confirmed: 0,
  unacknowledged: [],
  heard: 0,
  heardAt: now,
  acknowledgeAt: null,
})

const openConnection = (work: Work, made: Pick<LinkConnection, 'attempt' | 'offers'>): void => {
  drop(work)
  const connection = connectionOf(work, made)
  work.effects.push({ kind: 'open', connection: connection.id, initiator: made.offers })
  set(work, {
    phase: 'negotiating',
    connection,
    connections: connection.id,
    retryAt: null,
    directSince: null,
  })
}

/** Starts an attempt of this end. */
export const begin = (work: Work): void => {
  const number = work.state.attempts + 1
  set(work, { attempts: number, triedAt: work.now })
  openConnection(work, { attempt: { life: work.state.life, number }, offers: true })
}

/** Follows an attempt of the other end. */
export const follow = (work: Work, attempt: LinkConnection['attempt']): void => {
  const { followed, followedBefore } = work.state
  const known = followed === null ? followedBefore : [followed, ...followedBefore]
  const others = known.filter(({ life }) => life !== attempt.life)
  set(work, { followed: attempt, followedBefore: others.slice(0, maxFollowedBefore) })
  openConnection(work, { attempt, offers: false })
}

/** Asks the other end for an offer, at most once in the spacing. */
export const request = (work: Work): void => {
  const { askedAt, life } = work.state
  if (askedAt !== null && work.now - askedAt < spacingMs) return
  set(work, { askedAt: work.now })
  sendSignal(work, { kind: 'request', attempt: { life, number: 0 } })
}

/** The relay takes over; the connection stays for a while in case that its path comes back. */
export const degrade = (work: Work): void => {
  giveBack(work)
  set(work, { phase: 'degraded' })
  alter(work, { deadline: work.now + recoverMs })
  restartIce(work)
  probe(work)
}

/** Another round of ICE, where this end made the offer and the one before is complete. */
export const restartIce = (work: Work): void => {
  const { connection } = work.state
  if (connection === null || !connection.offers || !connection.answered || connection.round === 255) return
  const { id, round } = connection
  alter(work, { round: round + 1, answered: false, description: null, told: false, fresh: [], flushAt: null })
  work.effects.push({ kind: 'restart', connection: id })
}

/** Holds own candidates back for a moment, so that they travel together. */
export const bundleSoon = (work: Work): void =>
  alter(work, { flushAt: work.state.connection?.flushAt ?? work.now + bundleMs })

/** Sends the own description and candidates that were held back. */
export const flush = (work: Work): void => {
  const { connection } = work.state
  if (connection === null) return
  const { description, told, fresh, attempt } = connection
  alter(work, { flushAt: null })
  // Candidates go after their description.
  if (description === null) return
  const [first = [], ...rest] = bundle(fresh, told ? 0 : description.sdp.length)
  if (!told) sendSignal(work, { ...description, attempt, candidates: first })
  const left = told ? [first, ...rest].filter(({ length }) => length > 0) : rest
  for (const candidates of left) sendSignal(work, { kind: 'candidates', attempt, candidates })
  const known = { ...description, candidates: [...description.candidates, ...fresh] }
  const resendAt = connection.offers && !connection.answered ? work.now + resendMs : null
  alter(work, { description: known, told: true, fresh: [], resendAt: told ? connection.resendAt : resendAt })
}

/** Sends the own description again, with all its candidates. */
export const repeat = (work: Work): void => {
  const { connection } = work.state
  if (connection?.description == null || !connection.told) return
  const { description, attempt } = connection
  const [first = [], ...rest] = bundle(description.candidates, description.sdp.length)
  sendSignal(work, { ...description, attempt, candidates: first })
  for (const candidates of rest) sendSignal(work, { kind: 'candidates', attempt, candidates })
}
