/** Events in the room that the charts mark, and the times in which nobody could see the page. */

import type { View } from '../../host/index.ts'
import { createValue, type Store } from './store.ts'

export const eventKinds = ['join', 'leave', 'rekey', 'reconnect'] as const
export type EventKind = (typeof eventKinds)[number]

/** Something that happened in the room, on the page's clock. */
export interface EventMark {
  readonly at: number
  readonly kind: EventKind
}

/** What the change from one view to the next tells. */
const eventsBetween = (before: View, after: View): readonly EventKind[] => {
  const kinds: EventKind[] = []
  const entered = before.phase !== 'joined' && after.phase === 'joined'
  const gone = before.phase === 'joined' && after.phase !== 'joined'
  const here = new Set(before.members.map(({ id }) => id))
  const there = new Set(after.members.map(({ id }) => id))
  const inRoom = before.phase === 'joined' && after.phase === 'joined'
  if (entered || (inRoom && [...there].some((id) => !here.has(id)))) kinds.push('join')
  if (gone || (inRoom && [...here].some((id) => !there.has(id)))) kinds.push('leave')
  if (after.epoch !== null && before.epoch !== after.epoch) kinds.push('rekey')
  if (before.connection === 'reconnecting' && after.connection === 'online') kinds.push('reconnect')
  return kinds
}

const maxMarks = 500

interface Hidden {
  readonly from: number
  /** Infinity: until now. */
  readonly to: number
}

/** As they were at one time: nothing in it changes. */
export interface Marks {
  /** Oldest first. */
  readonly events: readonly EventMark[]
  /** When nobody could see the page: browsers slow such pages down. */
  readonly hidden: readonly Hidden[]
}

export interface MarkLog extends Store<Marks> {
  follow(before: View, after: View, at: number): void
  /** Whether the page can be seen, from now on. */
  show(visible: boolean, at: number): void
}

/** The last 500 events, and the last 500 times out of sight. */
export const createMarkLog = (): MarkLog => {
  const { get, set, subscribe } = createValue<Marks>({ events: [], hidden: [] })
  return {
    get,
    subscribe,
    follow(before, after, at) {
      const fresh = eventsBetween(before, after).map((kind) => ({ at, kind }))
      if (fresh.length > 0) set({ ...get(), events: [...get().events, ...fresh].slice(-maxMarks) })
    },
    show(visible, at) {
      const { hidden } = get()
      const last = hidden.at(-1)
      const open = last?.to === Number.POSITIVE_INFINITY
      if (visible && open) set({ ...get(), hidden: [...hidden.slice(0, -1), { ...last, to: at }] })
      if (!visible && !open)
        set({ ...get(), hidden: [...hidden, { from: at, to: Number.POSITIVE_INFINITY }].slice(-maxMarks) })
    },
  }
}

export const eventsWithin = ({ events }: Marks, from: number, to: number): readonly EventMark[] =>
  events.filter(({ at }) => at >= from && at <= to)

/** Cut to the range. */
export const hiddenWithin = ({ hidden }: Marks, from: number, to: number): readonly Hidden[] =>
  hidden
    .filter((span) => span.to >= from && span.from <= to)
    .map((span) => ({ from: Math.max(from, span.from), to: Math.min(to, span.to) }))
