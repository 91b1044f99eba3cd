/**
 * One end of the link between two members: a pure machine. It decides when a data channel is opened, trusted, doubted
 * and given up; while it is not `direct`, frames go by the relay.
 *
 *            connect, retry, offer          acknowledged
 *     relay ────────────────────> negotiating ─────────> direct <──────────┐
 *       ^                              │                   │ silence,      │ acknowledged
 *       │<──── closed, 15 s ───────────┘                   v ICE lost      │
 *       │<──── closed, 8 s ──────────────────────────── degraded ──────────┘
 *       └── 1 s to 60 s ──> another attempt
 *
 * An attempt has the life and number of the end that started it. The other end follows greater numbers only, so late
 * and repeated signals change nothing. Frames that are not acknowledged are handed back for the relay.
 */

import { decodeChannelFrame, maxFrameBytes } from './channel-frame.ts'
import { hearSignal, releaseEarly } from './link-hearing.ts'
import type { LinkConnection, LinkEvent, LinkState, LinkStep } from './link-state.ts'
import {
  acknowledge,
  alter,
  begin,
  bundleSoon,
  degrade,
  drop,
  fail,
  flush,
  idleMs,
  maxUnacknowledged,
  owesAcknowledgement,
  probe,
  repeat,
  request,
  resendMs,
  restartIce,
  set,
  silentMs,
  spacingMs,
  transmit,
  type Work,
} from './link-work.ts'

/** A timer that comes this late means that this end stood still: asleep, frozen or busy. Hidden pages have 1 s as usual. */
const stoodStillMs = 2_000

/** One event. Never throws on anything that the other end or the browser may say. */
export const stepLink = (state: LinkState, event: LinkEvent): LinkStep => {
  const work: Work = { now: event.now, state, effects: [] }
  excuseLateness(work)
  handle(work, event)
  tick(work)
  const direct = work.state.phase === 'direct'
  if (direct !== (state.phase === 'direct')) work.effects.unshift({ kind: 'link', direct })
  return { state: work.state, effects: work.effects, wakeAt: wakeAt(work.state) }
}

/** While this end stood still nothing could be acknowledged: that time counts against no frame, but only once. */
const excuseLateness = (work: Work): void => {
  const { connection } = work.state
  const due = wakeAt(work.state)
  if (connection === null || due === null || work.now - due < stoodStillMs) return
  const unacknowledged = connection.unacknowledged.map((entry) =>
    entry.excused ? entry : { ...entry, at: work.now, excused: true },
  )
  alter(work, { unacknowledged, heardAt: work.now })
}

const handle = (work: Work, event: LinkEvent): void => {
  switch (event.kind) {
    case 'connect':
      return connect(work, event.initiator)
    case 'disconnect':
      return disconnect(work)
    case 'signal':
      return hearSignal(work, event.signal)
    case 'send':
      return send(work, event)
    case 'nudge':
      return nudge(work)
    case 'wake':
      return
    default:
      if (work.state.connection?.id === event.connection) hearConnection(work, event, work.state.connection)
  }
}

const connect = (work: Work, initiator: boolean): void => {
  const { phase, triedAt } = work.state
  if (work.state.initiator !== initiator) {
    if (work.state.initiator !== null) drop(work)
    set(work, { initiator, phase: work.state.connection === null ? 'relay' : phase })
  }
  if (work.state.phase === 'direct') {
    // A core that asks does not know.
    work.effects.push({ kind: 'link', direct: true })
    return probe(work)
  }
  releaseEarly(work)
  if (work.state.connection !== null && !(initiator && work.state.phase === 'degraded')) return
  if (!initiator) return set(work, { retryAt: work.now + resendMs })
  if (triedAt === null || work.now - triedAt >= spacingMs) begin(work)
  else set(work, { retryAt: triedAt + spacingMs })
}

/** The core may no longer say anything to the other end, by any path: nothing is handed back. */
const disconnect = (work: Work): void => {
  alter(work, { unacknowledged: [] })
  drop(work)
  set(work, { phase: 'relay', initiator: null, early: [], retryAt: null, failures: 0, directSince: null })
}

const send = (work: Work, { frame }: Extract<LinkEvent, { kind: 'send' }>): void => {
  const { phase, connection } = work.state
  const waiting = (connection?.unacknowledged ?? []).reduce((sum, entry) => sum + entry.frame.length, 0)
  const fits =
    frame.length > 0 && frame.length <= maxFrameBytes && waiting + frame.length <= maxUnacknowledged
  if (phase === 'direct' && fits) transmit(work, frame)
  else work.effects.push({ kind: 'returned', frame })
}

/** Something may have changed for the better, or have broken unseen. */
const nudge = (work: Work): void => {
  const { phase, initiator, triedAt } = work.state
  switch (phase) {
    case 'relay':
      if (initiator === true)
        set(work, { retryAt: Math.max(work.now, (triedAt ?? work.now - spacingMs) + spacingMs) })
      if (initiator === false) request(work)
      return
    case 'degraded':
      restartIce(work)
      return probe(work)
    case 'direct':
      return probe(work)
    case 'negotiating':
      return
  }
}

type ConnectionEvent = Extract<LinkEvent, { readonly connection: number }>

const hearConnection = (work: Work, event: ConnectionEvent, connection: LinkConnection): void => {
  switch (event.kind) {
    case 'described': {
      const { type, sdp } = event
      const description = { kind: type, round: connection.round, sdp, candidates: [] }
      alter(work, { description, told: false })
      return bundleSoon(work)
    }
    case 'candidate':
      alter(work, { fresh: [...connection.fresh, event.candidate].slice(0, 64) })
      return bundleSoon(work)
    case 'opened':
      return probe(work)
    case 'path':
      if (event.lost && work.state.phase === 'direct') degrade(work)
      else if (!event.lost && work.state.phase === 'degraded') probe(work)
      return
    case 'arrived':
      return arrive(work, connection, event.bytes)
    case 'closed':
      return fail(work)
  }
}

/** A data channel keeps order and loses nothing: anything else means that it is broken. */
const arrive = (work: Work, connection: LinkConnection, bytes: Uint8Array): void => {
  const arrived = decodeChannelFrame(bytes)
  if (arrived === null) return fail(work)
  const { number, acknowledged, frame } = arrived
  const isNext = number === 0 || number === connection.heard + 1
  if (!isNext || acknowledged > connection.sent) return fail(work)
  alter(work, { heardAt: work.now })
  if (acknowledged > connection.confirmed) confirm(work, acknowledged)
  if (number === 0) return
  alter(work, { heard: number })
  if (frame.length > 0) work.effects.push({ kind: 'received', frame })
  if (frame.length === 0) acknowledge(work)
  else owesAcknowledgement(work)
}

/** Only an acknowledgement shows that the channel carries frames to the other end. */
const confirm = (work: Work, acknowledged: number): void => {
  const left = (work.state.connection?.unacknowledged ?? []).filter(({ number }) => number > acknowledged)
  alter(work, { confirmed: acknowledged, unacknowledged: left })
  if (work.state.phase === 'direct') return
  set(work, { phase: 'direct', directSince: work.state.directSince ?? work.now, retryAt: null })
  alter(work, { deadline: null })
}

/** What is due by now. */
const tick = (work: Work): void => {
  const { now } = work
  const due = (at: number | null | undefined): boolean => at != null && at <= now
  if (due(work.state.connection?.flushAt)) flush(work)
  if (due(work.state.connection?.acknowledgeAt)) acknowledge(work)
  if (due(work.state.connection?.resendAt)) {
    repeat(work)
    alter(work, { resendAt: now + resendMs })
  }
  if (work.state.phase === 'direct') watch(work)
  if (due(work.state.connection?.deadline)) fail(work)
  if (work.state.phase === 'relay' && due(work.state.retryAt)) retry(work)
}

const watch = (work: Work): void => {
  const { connection } = work.state
  const [oldest] = connection?.unacknowledged ?? []
  if (oldest !== undefined && work.now - oldest.at >= silentMs) return degrade(work)
  if (oldest === undefined && connection !== null && work.now - connection.heardAt >= idleMs) probe(work)
}

const retry = (work: Work): void => {
  if (work.state.initiator === true) return begin(work)
  set(work, { askedAt: null })
  request(work)
  // No attempt failed: the next request follows the same back-off.
  fail(work)
}

const wakeAt = ({ phase, connection, retryAt }: LinkState): number | null => {
  const times: (number | null)[] = [phase === 'relay' ? retryAt : null]
  if (connection !== null) {
    const { flushAt, acknowledgeAt, resendAt, deadline, unacknowledged, heardAt } = connection
    times.push(flushAt, acknowledgeAt, resendAt, deadline)
    const [oldest] = unacknowledged
    if (phase === 'direct') times.push(oldest === undefined ? heardAt + idleMs : oldest.at + silentMs)
  }
  const given = times.filter((time) => time !== null)
  return given.length === 0 ? null : Math.min(...given)
}
