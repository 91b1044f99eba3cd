/**
 * The receiving end of a transfer.
 *
 *   offered ──accept──> receiving ──all stored──> checking ──hash right──> done
 *      └──decline──> declined         any ──cancel, hash wrong, no space──> cancelled
 *
 * Takes chunks in order only: one further on shows that some were lost, and they are asked for.
 */

import { chunkCount } from './chunk.ts'
import type { CancelReason, FileControl } from './control.ts'
import type { FileEffect, FileEvent, FileStep, ReceiverState } from './state.ts'
import { bytesBelow, marked, nextAsk, reportEvery } from './timing.ts'

/** Lost chunks are asked for at most this often. */
const gapMs = 1_000

interface Work {
  readonly now: number
  state: ReceiverState
  readonly effects: FileEffect[]
}

const set = (work: Work, change: Partial<ReceiverState>): void => {
  work.state = { ...work.state, ...change }
}
const say = (work: Work, control: FileControl): void => void work.effects.push({ kind: 'control', control })
const isOpen = ({ phase }: ReceiverState): boolean =>
  phase === 'offered' || phase === 'receiving' || phase === 'checking'

export const stepReceiver = (state: ReceiverState, event: FileEvent): FileStep<ReceiverState> => {
  const work: Work = { now: event.now, state, effects: [] }
  handle(work, event)
  ask(work)
  return { state: work.state, effects: work.effects, wakeAt: wakeAt(work.state) }
}

const handle = (work: Work, event: FileEvent): void => {
  const { phase, offer, next, heldBySelf } = work.state
  const { id } = offer
  switch (event.kind) {
    case 'control':
      return hear(work, event.control)
    case 'path':
      return changePath(work, event.path)
    case 'accept':
      if (phase !== 'offered') return
      set(work, { phase: 'receiving', askAt: nextAsk(work.now, 0) })
      return say(work, { kind: 'accept', id, next: 0 })
    case 'decline':
      if (phase !== 'offered') return
      set(work, { phase: 'declined', askAt: null })
      return say(work, { kind: 'decline', id })
    case 'pause':
      if (phase !== 'receiving' || heldBySelf) return
      set(work, { heldBySelf: true })
      return say(work, { kind: 'pause', id })
    case 'resume':
      if (phase !== 'receiving' || !heldBySelf) return
      set(work, { heldBySelf: false, marks: [], asked: 0, askAt: nextAsk(work.now, 0) })
      return say(work, { kind: 'resume', id, next })
    case 'cancel':
      return cancel(work, 'user')
    case 'storage-failed':
      return cancel(work, 'storage')
    case 'opened':
      return take(work, event.index)
    case 'stored':
      return store(work, event.next)
    case 'checked':
      return finish(work, event.right)
    default:
  }
}

const changePath = (work: Work, path: ReceiverState['path']): void => {
  if (path === work.state.path) return
  const isWaiting = path !== null && work.state.phase === 'receiving'
  // The sender goes back by itself, unless this end is a page that it has not met.
  set(work, { path, marks: [], asked: 0, askAt: isWaiting ? work.now + gapMs : null })
}

const hear = (work: Work, control: FileControl): void => {
  const { phase, offer, reason } = work.state
  const { id } = offer
  const asks = control.kind === 'query' || control.kind === 'offer'
  switch (phase) {
    case 'done':
      return asks ? say(work, { kind: 'done', id }) : undefined
    case 'declined':
      return asks ? say(work, { kind: 'decline', id }) : undefined
    case 'cancelled':
      return asks ? say(work, { kind: 'cancel', id, reason: reason ?? 'user' }) : undefined
    default:
      return hearOpen(work, control)
  }
}

const hearOpen = (work: Work, control: FileControl): void => {
  const { phase, offer, next, heldBySelf } = work.state
  const { id } = offer
  switch (control.kind) {
    case 'offer':
      // The sender missed the answer.
      return phase === 'receiving' ? say(work, { kind: 'accept', id, next }) : undefined
    case 'query':
      if (phase !== 'receiving') return
      return say(work, heldBySelf ? { kind: 'pause', id } : { kind: 'resume', id, next })
    case 'pause':
      return set(work, { heldByOther: true })
    case 'resume':
      return set(work, { heldByOther: false, askAt: nextAsk(work.now, 0), marks: [] })
    case 'cancel':
      set(work, { phase: 'cancelled', reason: control.reason, askAt: null })
      return void work.effects.push({ kind: 'discard' })
    default:
  }
}

const take = (work: Work, index: number): void => {
  const { phase, next, offer, askAt } = work.state
  if (phase !== 'receiving' || index < next) return
  if (index > next) {
    // Asked for once, soon: more that come after the gap say nothing new.
    set(work, { askAt: Math.min(askAt ?? Number.POSITIVE_INFINITY, work.now + gapMs) })
    return
  }
  if (index >= chunkCount(offer.size)) return
  work.effects.push({ kind: 'store', index })
  set(work, { next: next + 1, heldByOther: false, asked: 0, askAt: nextAsk(work.now, 0) })
}

const store = (work: Work, given: number): void => {
  const { phase, next, offer, marks, told, path } = work.state
  if (phase !== 'receiving') return
  const stored = Math.max(work.state.stored, Math.min(given, next))
  const mark = { at: work.now, bytes: bytesBelow(stored, offer.size) }
  set(work, { stored, marks: marked(marks, mark) })
  const isWhole = stored === chunkCount(offer.size)
  if (isWhole) {
    set(work, { phase: 'checking', askAt: null })
    work.effects.push({ kind: 'check' })
  }
  if (!isWhole && stored - told < reportEvery[path ?? 'relay']) return
  set(work, { told: stored })
  say(work, { kind: 'have', id: offer.id, next: stored })
}

const finish = (work: Work, right: boolean): void => {
  if (work.state.phase !== 'checking') return
  if (!right) return cancel(work, 'hash')
  set(work, { phase: 'done' })
  say(work, { kind: 'done', id: work.state.offer.id })
  work.effects.push({ kind: 'finished' })
}

const cancel = (work: Work, reason: CancelReason): void => {
  if (!isOpen(work.state)) return
  set(work, { phase: 'cancelled', reason, askAt: null })
  say(work, { kind: 'cancel', id: work.state.offer.id, reason })
  work.effects.push({ kind: 'discard' })
}

/** Asks for the next chunk, where nothing came for a while. */
const ask = (work: Work): void => {
  const { askAt, asked, phase, offer, next, path, heldBySelf, heldByOther } = work.state
  if (askAt === null || work.now < askAt || path === null || phase !== 'receiving') return
  set(work, { askAt: nextAsk(work.now, asked), asked: asked + 1 })
  if (heldBySelf || heldByOther) return
  say(work, { kind: 'resume', id: offer.id, next })
}

const wakeAt = ({ askAt, path, phase }: ReceiverState): number | null =>
  path === null || phase !== 'receiving' ? null : askAt
