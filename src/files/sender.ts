/**
 * The sending end of a transfer.
 *
 *   offered ──accept──> sending ──done──> done
 *      └──decline──> declined      any ──cancel──> cancelled
 *
 * Chunks go in order, at most a window ahead of what the receiver has stored. Where the path changed, or the receiver
 * asks, sending goes back to the first chunk that it has not, under another salt.
 */

import { chunkCount } from './chunk.ts'
import type { CancelReason, FileControl } from './control.ts'
import type { FileEffect, FileEvent, FileStep, SenderState } from './state.ts'
import { bytesBelow, firstRoom, marked, nextAsk, relayPace, window } from './timing.ts'

interface Work {
  readonly now: number
  state: SenderState
  readonly effects: FileEffect[]
}

const set = (work: Work, change: Partial<SenderState>): void => {
  work.state = { ...work.state, ...change }
}
const say = (work: Work, control: FileControl): void => void work.effects.push({ kind: 'control', control })
const isOpen = ({ phase }: SenderState): boolean => phase === 'offered' || phase === 'sending'

export const stepSender = (state: SenderState, event: FileEvent): FileStep<SenderState> => {
  const work: Work = { now: event.now, state, effects: [] }
  handle(work, event)
  ask(work)
  pump(work)
  return { state: work.state, effects: work.effects, wakeAt: wakeAt(work.state) }
}

const handle = (work: Work, event: FileEvent): void => {
  const { id } = work.state.offer
  switch (event.kind) {
    case 'control':
      return hear(work, event.control)
    case 'path':
      return changePath(work, event)
    case 'room':
      return set(work, { room: work.state.room + event.count })
    case 'cancel':
      return cancel(work, 'user')
    case 'unreadable':
      return cancel(work, 'unreadable')
    case 'pause':
      if (!isOpen(work.state) || work.state.heldBySelf) return
      set(work, { heldBySelf: true })
      return say(work, { kind: 'pause', id })
    case 'resume':
      if (!isOpen(work.state) || !work.state.heldBySelf) return
      set(work, { heldBySelf: false, marks: [] })
      return say(work, { kind: 'resume', id, next: 0 })
    default:
  }
}

/** What was under way on the path before may be lost. */
const changePath = (work: Work, { path, share }: Extract<FileEvent, { kind: 'path' }>): void => {
  if (path === work.state.path) return set(work, { share })
  const { have, phase } = work.state
  const room = path === 'direct' ? firstRoom : 0
  set(work, { path, share, room, paceAt: work.now, next: have, fresh: true, marks: [], asked: 0 })
  const isDue = path !== null && (phase === 'offered' || phase === 'sending')
  set(work, { askAt: isDue ? (phase === 'offered' ? work.now : nextAsk(work.now, 0)) : null })
}

const hear = (work: Work, control: FileControl): void => {
  const { phase, offer } = work.state
  if (!isOpen(work.state)) {
    // The other end missed how this ended.
    const asks = control.kind === 'accept' || control.kind === 'resume' || control.kind === 'have'
    if (phase === 'cancelled' && asks)
      say(work, { kind: 'cancel', id: offer.id, reason: work.state.reason ?? 'user' })
    return
  }
  switch (control.kind) {
    case 'accept':
      set(work, { phase: 'sending' })
      return goOn(work, control.next)
    case 'resume':
      if (phase !== 'sending') return
      set(work, { heldByOther: false })
      return goOn(work, control.next)
    case 'have':
      return phase === 'sending' ? progress(work, control.next) : undefined
    case 'pause':
      return set(work, { heldByOther: true })
    case 'decline':
      return set(work, { phase: phase === 'offered' ? 'declined' : phase, askAt: null })
    case 'cancel':
      return set(work, { phase: 'cancelled', reason: control.reason, askAt: null })
    case 'done':
      if (phase !== 'sending') return
      return set(work, { phase: 'done', have: chunkCount(offer.size), askAt: null })
    case 'offer':
    case 'query':
      return
  }
}

/** Numbers beyond the file are the other end's mistake, or worse: they count as its end. */
const clamp = ({ state }: Work, next: number): number => Math.min(next, chunkCount(state.offer.size))

const progress = (work: Work, given: number): void => {
  const have = Math.max(work.state.have, clamp(work, given))
  if (have === work.state.have) return
  const { offer, marks, next } = work.state
  const mark = { at: work.now, bytes: bytesBelow(have, offer.size) }
  set(work, { have, next: Math.max(next, have), marks: marked(marks, mark) })
  set(work, { asked: 0, askAt: nextAsk(work.now, 0) })
}

const goOn = (work: Work, given: number): void => {
  progress(work, given)
  // Its word counts even where it had more before: a page that was loaded again may have lost the last chunks.
  const next = clamp(work, given)
  set(work, { have: next, next, fresh: true, askAt: nextAsk(work.now, work.state.asked) })
}

const cancel = (work: Work, reason: CancelReason): void => {
  if (!isOpen(work.state)) return
  set(work, { phase: 'cancelled', reason, askAt: null })
  say(work, { kind: 'cancel', id: work.state.offer.id, reason })
}

/** Offers again, or asks where the receiver stands, where nothing came for a while. */
const ask = (work: Work): void => {
  const { askAt, asked, phase, offer, path, heldBySelf, heldByOther } = work.state
  if (askAt === null || work.now < askAt || path === null) return
  set(work, { askAt: nextAsk(work.now, asked), asked: asked + 1 })
  if (phase === 'offered') say(work, { kind: 'offer', offer })
  else if (heldBySelf) say(work, { kind: 'pause', id: offer.id })
  else if (!heldByOther) say(work, { kind: 'query', id: offer.id })
}

const mayPass = ({ now, state }: Work): boolean =>
  state.path === 'direct' ? state.room > 0 : state.path === 'relay' && now >= state.paceAt

const isReady = ({ phase, heldBySelf, heldByOther, path, next, have, offer }: SenderState): boolean =>
  phase === 'sending' &&
  !heldBySelf &&
  !heldByOther &&
  path !== null &&
  next < chunkCount(offer.size) &&
  next - have < window[path]

const pump = (work: Work): void => {
  while (isReady(work.state) && mayPass(work)) {
    const { next, fresh, path, room, paceAt, share } = work.state
    if (path === null) return
    work.effects.push({ kind: 'send', index: next, fresh, path })
    set(work, { next: next + 1, fresh: false })
    if (path === 'direct') set(work, { room: room - 1 })
    else set(work, { paceAt: Math.max(paceAt, work.now - relayPace(share)) + relayPace(share) })
  }
}

const wakeAt = (state: SenderState): number | null => {
  const times = [state.path === null ? null : state.askAt]
  if (isReady(state) && state.path === 'relay') times.push(state.paceAt)
  const given = times.filter((time) => time !== null)
  return given.length === 0 ? null : Math.ceil(Math.min(...given))
}
