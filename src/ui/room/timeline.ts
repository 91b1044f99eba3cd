/** Messages, notices and gaps in one order, names made distinct, unread messages counted. */

import type { GapView, MemberView, MessageView, NoticeView } from '../../host/index.ts'

export type TimelineItem =
  | {
      readonly kind: 'message'
      readonly message: MessageView
      /** Same sender as the item before, shortly after it. */
      readonly follows: boolean
    }
  | Mark

/** What stands between the messages. */
type Mark =
  | { readonly kind: 'notice'; readonly notice: NoticeView }
  | { readonly kind: 'gap'; readonly gap: GapView }

const closeMs = 2 * 60_000

const atOf = (mark: Mark): number => (mark.kind === 'notice' ? mark.notice.at : mark.gap.at)

const marksOf = (notices: readonly NoticeView[], gaps: readonly GapView[]): readonly Mark[] => {
  const marks: Mark[] = []
  let next = 0
  for (const notice of notices) {
    for (let gap = gaps[next]; gap !== undefined && gap.at < notice.at; gap = gaps[++next])
      marks.push({ kind: 'gap', gap })
    marks.push({ kind: 'notice', notice })
  }
  return [...marks, ...gaps.slice(next).map((gap) => ({ kind: 'gap', gap }) as const)]
}

/** Messages, notices and gaps in one row. Each list keeps its own order, whatever the clock did meanwhile. */
export const timelineOf = (
  messages: readonly MessageView[],
  notices: readonly NoticeView[],
  gaps: readonly GapView[] = [],
): readonly TimelineItem[] => {
  const marks = marksOf(notices, gaps)
  const items: TimelineItem[] = []
  let next = 0
  let before: MessageView | null = null
  const takeMarks = (until: number): void => {
    for (let mark = marks[next]; mark !== undefined && atOf(mark) < until; mark = marks[++next]) {
      items.push(mark)
      before = null
    }
  }
  for (const message of messages) {
    takeMarks(message.at)
    const last: MessageView | null = before
    const follows = last !== null && last.senderId === message.senderId && message.at - last.at < closeMs
    items.push({ kind: 'message', message, follows })
    before = message
  }
  takeMarks(Number.POSITIVE_INFINITY)
  return items
}

/**
 * Who is called what: names that two members share get the first four digits of the id behind them.
 * Senders who are no longer members count too, for what they said is still there.
 */
export const labelsOf = (
  members: readonly Pick<MemberView, 'id' | 'name'>[],
  messages: readonly Pick<MessageView, 'senderId' | 'senderName'>[],
): ReadonlyMap<string, string> => {
  const names = new Map(messages.map(({ senderId, senderName }) => [senderId, senderName]))
  for (const { id, name } of members) names.set(id, name)
  const bearers = new Map<string, number>()
  for (const name of names.values()) bearers.set(name, (bearers.get(name) ?? 0) + 1)
  return new Map(
    [...names].map(([id, name]) => [id, (bearers.get(name) ?? 0) > 1 ? `${name} ${id.slice(0, 4)}` : name]),
  )
}

/** Messages of others behind the one last seen; all of them if that one is no longer there. */
export const countUnread = (
  messages: readonly Pick<MessageView, 'id' | 'mine'>[],
  lastSeen: string | null,
): number => {
  const seen = messages.findLastIndex(({ id }) => id === lastSeen)
  return messages.slice(seen + 1).filter(({ mine }) => !mine).length
}
