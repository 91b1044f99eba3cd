import { DecodeError, decode, utf8 } from '../codec/index.ts'
import { type MemberId, membersOf } from '../group/index.ts'
import { expire, retired } from '../ratchet/index.ts'
import { meetAsleep, receiveAnswer, receiveUsed, restock, takePreKey } from './asleep.ts'
import { tickGaps } from './gaps.ts'
import { forgetSeed, greetOthers, knock, refusalOf, retire } from './knocking.ts'
import { flush, inGroup, sendControl, tickOutbox } from './pairing.ts'
import { changePassword, evict, tellPassword } from './password.ts'
import { abandon, prove, receiveHint, receivePake, tickRuns } from './proving.ts'
import { patience, receiveGroupMessage, receivePair } from './receiving.ts'
import {
  maxBacklog,
  needsProof,
  type Pair,
  type PeerEvent,
  type PeerState,
  type PeerStep,
  type Ports,
  Rejection,
  reachable,
  type Work,
} from './state.ts'
import { type Frame, frame, maxTextBytes } from './wire.ts'

/** Whoever is present without having opened a run is approached after this long. */
const approachMs = 4_000
/** A newcomer whom nobody answers founds the group itself after this long. */
const unansweredMs = 15_000
/** One who was answered, but got no epoch, does so after this long. */
const unadmittedMs = 8_000
/** Long enough that the tries of ten minutes do not use up the guesses. */
const spoiledMs = 40_000
const maxPatience = 60 * 60_000

/** One event at a time: the host awaits a step before the next. */
export const step = async (ports: Ports, state: PeerState, event: PeerEvent): Promise<PeerStep> => {
  if (state.ended !== 'no') return { state, effects: [] }
  const work: Work = { ports, now: event.now, state, effects: [], stale: [] }
  try {
    await handle(work, event)
    await conclude(work)
    forgetSeed(work)
    if (work.state.ended !== 'no') retire(work)
  } catch (error) {
    if (error instanceof Rejection) return { state, effects: [{ kind: 'reject', code: error.code }] }
    throw error
  }
  const { effects, stale } = work
  if (stale.length > 0) effects.push({ kind: 'wipe', secrets: stale }) // FS
  // Nothing may be sent, shown or wiped that a restored state would not know of.
  if (effects.some(({ kind }) => kind !== 'reject')) effects.unshift({ kind: 'persist' })
  return { state: work.state, effects }
}

const handle = async (work: Work, event: PeerEvent): Promise<void> => {
  switch (event.kind) {
    case 'relay-open':
      return enter(work, event.members)
    case 'relay-closed':
      work.state = { ...work.state, online: false, present: new Set() }
      return
    case 'presence':
      return notePresence(work, event.member, event.present)
    case 'received':
      return receive(work, event)
    case 'link': {
      const direct = new Set(work.state.direct)
      if (event.direct) direct.add(event.member)
      else direct.delete(event.member)
      work.state = { ...work.state, direct }
      return
    }
    case 'signal':
      return sendControl(work, event.member, { kind: 'signal', data: event.data })
    case 'restock':
      return restock(work, event.count)
    case 'asleep':
      return meetAsleep(work, event.members)
    case 'prekey':
      return takePreKey(work, event.member, event.published)
    case 'say':
      return say(work, event.text)
    case 'remove':
      return evict(work, event)
    case 'change-password':
      return changePassword(work, event.password)
    case 'leave':
      return leave(work)
    case 'tick':
      return tick(work)
  }
}

/** The relay told who is in the room: prove the password to everybody not proved to yet. */
const enter = async (work: Work, members: readonly MemberId[]): Promise<void> => {
  const others = members.filter((id) => id !== work.state.self)
  work.state = {
    ...work.state,
    online: true,
    present: new Set(others),
    greet: new Set(others),
    enteredAt: work.state.enteredAt ?? work.now,
  }
  if (others.length === 0) await inGroup(work, { kind: 'found' })
}

const notePresence = async (work: Work, member: MemberId, isPresent: boolean): Promise<void> => {
  if (member === work.state.self) return
  const present = new Set(work.state.present)
  if (isPresent) present.add(member)
  else present.delete(member)
  work.state = { ...work.state, present }
  const run = work.state.runs.get(member)
  if (!isPresent && run !== undefined) await abandon(work, member, run)
}

const receive = async (work: Work, event: Extract<PeerEvent, { kind: 'received' }>): Promise<void> => {
  let message: Frame
  try {
    message = decode(frame, event.bytes)
  } catch (error) {
    if (error instanceof DecodeError) throw new Rejection('frame/malformed')
    throw error
  }
  switch (message.kind) {
    case 'pake':
    case 'busy':
    case 'other-suite':
      if (event.via !== 'relay') throw new Rejection('pake/unexpected')
      return message.kind === 'pake'
        ? receivePake(work, event.from, message)
        : receiveHint(work, event.from, message)
    case 'answer':
      return receiveAnswer(work, event.from, message)
    case 'used':
      return receiveUsed(work, event.from, message.id)
    case 'pair':
      return receivePair(work, event.from, message.body)
    case 'group':
      return receiveGroupMessage(work, event.from, message)
  }
}

const say = async (work: Work, text: string): Promise<void> => {
  if (text.trim().length === 0) throw new Rejection('message/empty')
  if (utf8(text).length > maxTextBytes) throw new Rejection('message/long')
  if (work.state.outbox.length >= maxBacklog) throw new Rejection('message/backlog')
  const message = { id: work.ports.crypto.random(16), at: work.now, text }
  const entry = {
    message,
    waiting: null,
    confirmed: 0,
    of: 0,
    resendAt: 0,
    digest: null,
    recipients: new Set<MemberId>(),
  }
  work.state = { ...work.state, outbox: [...work.state.outbox, entry] }
  const own = membersOf(work.state.group).find(({ id }) => id === work.state.self)
  work.effects.push({ kind: 'message', from: work.state.self, name: own?.name ?? '', message })
  await flush(work)
}

const leave = async (work: Work): Promise<void> => {
  for (const id of work.state.pairs.keys())
    await sendControl(work, id, { kind: 'group', message: { kind: 'leave' } })
  const { pairs } = work.state
  for (const id of pairs.keys()) work.effects.push({ kind: 'disconnect', member: id })
  work.state = { ...work.state, ended: 'left' }
}

const tick = async (work: Work): Promise<void> => {
  await tickRuns(work)
  forgetOldKeys(work)
  renewSilent(work)
  await approach(work)
  await inGroup(work, { kind: 'tick' })
  await tickOutbox(work)
  await tickGaps(work)
  await tellPassword(work)
  await flush(work)
}

/** Message keys that were passed over do not outlive their day. */
const forgetOldKeys = (work: Work): void => {
  for (const [id, pair] of work.state.pairs) {
    const { session, stale } = expire(pair.session, work.now)
    const over = pair.former !== null && work.now >= pair.former.until
    if (session === pair.session && !over) continue
    work.stale.push(...stale, ...(over ? retired(pair.former!.session, session) : [])) // FS
    const kept: Pair = { ...pair, session, former: over ? null : pair.former }
    work.state = { ...work.state, pairs: new Map(work.state.pairs).set(id, kept) }
  }
}

/** Present, but with neither session nor run for a while: their opening got lost, or their session did. */
const approach = async (work: Work): Promise<void> => {
  const { present, runs, refused, idle } = work.state
  const waiting = [...present].filter((id) => needsProof(work.state, id) && !runs.has(id) && !refused.has(id))
  const since = new Map(waiting.map((id) => [id, idle.get(id) ?? work.now]))
  work.state = { ...work.state, idle: since }
  for (const [id, at] of since) if (work.now - at >= approachMs) await prove(work, id)
}

/**
 * Within reach, and yet nothing of it opens: a proof that ended well on one side only leaves two sessions that do
 * not fit. Or a member by the word of others whose proof failed here: it may have been spoiled on its way. Another
 * proof mends it; each one in vain doubles the wait.
 */
const renewSilent = (work: Work): void => {
  const { state, now } = work
  const near = [...reachable(state)].map((id) => [id, { at: now, patience }] as const)
  const vouched = membersOf(state.group)
    .filter(({ id }) => state.present.has(id) && state.refused.has(id))
    .map(({ id }) => [id, { at: now, patience: spoiledMs }] as const)
  const heard = new Map([...vouched, ...near].map(([id, first]) => [id, state.heard.get(id) ?? first]))
  const renew = new Set(state.renew)
  const refused = new Map(state.refused)
  for (const [id, last] of heard) {
    if (!state.joined || now - last.at < last.patience) continue
    renew.add(id)
    refused.delete(id)
    heard.set(id, { at: now, patience: Math.min(2 * last.patience, maxPatience) })
  }
  work.state = { ...state, heard, renew, refused }
}

/** What follows from the state as a whole. */
const conclude = async (work: Work): Promise<void> => {
  const { joined, ended, pairs, enteredAt } = work.state
  if (ended === 'no' && (joined || pairs.size > 0)) await greetOthers(work)
  if (joined || ended !== 'no' || pairs.size > 0 || enteredAt === null) return foundLate(work)
  await knock(work)
  const refusal = refusalOf(work.state)
  const running = [...work.state.runs.values()].some(({ state }) => state !== null)
  if (refusal !== null) {
    work.state = { ...work.state, ended: refusal }
  } else if (!work.state.group.founded && !running && work.now - enteredAt > unansweredMs) {
    await inGroup(work, { kind: 'found' })
  }
}

/** Proved to somebody, and yet no epoch came: all of us are new, or those who know us are gone. */
const foundLate = async (work: Work): Promise<void> => {
  const { joined, ended, enteredAt, group, online } = work.state
  if (joined || ended !== 'no' || enteredAt === null || group.founded || !online) return
  if (work.now - enteredAt > unadmittedMs) await inGroup(work, { kind: 'found' })
}
