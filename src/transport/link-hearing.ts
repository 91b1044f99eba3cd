/**
 * What a link makes of the other end's signals. They may come late, twice, out of order, from an earlier page, or before
 * the own core asked for the link.
 */

import type { Attempt, LinkSignal } from './link-signal.ts'
import type { EarlySignal } from './link-state.ts'
import { alter, begin, follow, probe, repeat, request, set, spacingMs, type Work } from './link-work.ts'

/** Signals kept until they can be used, and for how long. */
const maxEarly = 24
const earlyMs = 30_000

type Offer = Extract<LinkSignal, { kind: 'offer' }>
type Answer = Extract<LinkSignal, { kind: 'answer' }>
type Candidates = Extract<LinkSignal, { kind: 'candidates' }>

const isSame = (a: Attempt, b: Attempt): boolean => a.life === b.life && a.number === b.number

export const hearSignal = (work: Work, signal: LinkSignal): void => {
  if (work.state.initiator === null) return keep(work, signal)
  switch (signal.kind) {
    case 'offer':
      return hearOffer(work, signal)
    case 'answer':
      return hearAnswer(work, signal)
    case 'candidates':
      return hearCandidates(work, signal)
    case 'request':
      return hearRequest(work, signal.attempt.life)
  }
}

const keep = (work: Work, signal: LinkSignal): void => {
  const early = [...work.state.early, { at: work.now, signal }].slice(-maxEarly)
  set(work, { early })
}

const isFresh = ({ at }: EarlySignal, now: number): boolean => now - at < earlyMs

/** The core has asked for the link: what came before is heard now. */
export const releaseEarly = (work: Work): void => {
  const early = work.state.early.filter((entry) => isFresh(entry, work.now))
  set(work, { early: [] })
  for (const { signal } of early) hearSignal(work, signal)
}

/**
 * Whether an attempt is not newer than the last one followed of its life. Which of two lives is the later one nobody can
 * tell: a late offer of an earlier page may be followed, and the next one of the page that lives is followed again.
 */
const isStale = ({ state }: Work, { life, number }: Attempt): boolean => {
  const { followed, followedBefore } = state
  const known = followed === null ? followedBefore : [followed, ...followedBefore]
  return known.some((last) => last.life === life && number <= last.number)
}

const hearOffer = (work: Work, offer: Offer): void => {
  const { connection, initiator, life } = work.state
  const { attempt, round } = offer
  if (connection !== null && !connection.offers && isSame(connection.attempt, attempt)) {
    if (round === connection.round) return repeat(work)
    return round > connection.round ? takeRound(work, offer) : undefined
  }
  if (isStale(work, attempt)) {
    const isOurs = connection === null && work.state.followed !== null && isSame(work.state.followed, attempt)
    return isOurs && round > 0 ? request(work) : undefined
  }
  // Both ends start: the smaller life gives way.
  if (initiator === true && attempt.life <= life) return
  if (round > 0) return request(work)
  follow(work, attempt)
  const mine = work.state.early.filter(({ signal }) => isSame(signal.attempt, attempt))
  set(work, { early: [] })
  apply(work, offer)
  for (const { signal } of mine) if (signal.kind === 'candidates') hearCandidates(work, signal)
}

const takeRound = (work: Work, offer: Offer): void => {
  alter(work, { round: offer.round, description: null, told: false, fresh: [], flushAt: null })
  apply(work, offer)
}

const hearAnswer = (work: Work, answer: Answer): void => {
  const { connection } = work.state
  if (connection === null || !connection.offers || connection.answered) return
  if (!isSame(connection.attempt, answer.attempt) || connection.round !== answer.round) return
  // An answer to an offer that was not described in this round belongs to none.
  if (connection.description === null) return
  alter(work, { answered: true, resendAt: null })
  apply(work, answer)
}

const apply = (work: Work, { kind, sdp, candidates }: Offer | Answer): void => {
  const { connection } = work.state
  if (connection === null) return
  work.effects.push({
    kind: 'apply',
    connection: connection.id,
    description: { type: kind, sdp },
    candidates,
  })
}

const hearCandidates = (work: Work, signal: Candidates): void => {
  const { connection } = work.state
  const { attempt, candidates } = signal
  if (connection !== null && isSame(connection.attempt, attempt)) {
    work.effects.push({ kind: 'apply', connection: connection.id, description: null, candidates })
    return
  }
  // Its offer is on the way.
  if (attempt.life !== work.state.life && !isStale(work, attempt)) keep(work, signal)
}

const hearRequest = (work: Work, theirs: number): void => {
  const { phase, initiator, life, triedAt } = work.state
  // Where neither end starts, the greater life does.
  if (initiator === false && life < theirs) return
  const at = (triedAt ?? work.now - spacingMs) + spacingMs
  if (phase === 'direct') return probe(work)
  if (phase === 'negotiating') return
  if (work.now >= at) return begin(work)
  if (phase === 'relay' && initiator === true) set(work, { retryAt: at })
}
