import type { View } from '../../host/index.ts'

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

/** The last events, outside of React, and the times in which nobody could see the page. */
export class MarkLog {
  readonly #marks: EventMark[] = []
  readonly #hidden: { readonly from: number; to: number }[] = []

  follow(before: View, after: View, at: number): void {
    for (const kind of eventsBetween(before, after)) this.#marks.push({ at, kind })
    if (this.#marks.length > maxMarks) this.#marks.splice(0, this.#marks.length - maxMarks)
  }

  /** Whether the page can be seen, from now on. */
  show(visible: boolean, at: number): void {
    const last = this.#hidden.at(-1)
    const open = last?.to === Number.POSITIVE_INFINITY
    if (visible && open) last.to = at
    if (!visible && !open) this.#hidden.push({ from: at, to: Number.POSITIVE_INFINITY })
    if (this.#hidden.length > maxMarks) this.#hidden.shift()
  }

  within(from: number, to: number): readonly EventMark[] {
    return this.#marks.filter(({ at }) => at >= from && at <= to)
  }

  /** Times out of sight, cut to the range: browsers slow such pages down. */
  hidden(from: number, to: number): readonly { readonly from: number; readonly to: number }[] {
    return this.#hidden
      .filter((span) => span.to >= from && span.from <= to)
      .map((span) => ({ from: Math.max(from, span.from), to: Math.min(to, span.to) }))
  }
}
