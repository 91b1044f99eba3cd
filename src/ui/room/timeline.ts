import type { MemberView, MessageView, NoticeView } from '../../host/index.ts'

export type TimelineItem =
  | {
      readonly kind: 'message'
      readonly message: MessageView
      /** Same sender as the item before, shortly after it. */
      readonly follows: boolean
    }
  | { readonly kind: 'notice'; readonly notice: NoticeView }

const closeMs = 2 * 60_000

/** Messages and notices in one row. Each list keeps its own order, whatever the clock did meanwhile. */
export const timelineOf = (
  messages: readonly MessageView[],
  notices: readonly NoticeView[],
): readonly TimelineItem[] => {
  const items: TimelineItem[] = []
  let next = 0
  let before: MessageView | null = null
  const takeNotices = (until: number): void => {
    for (let notice = notices[next]; notice !== undefined && notice.at < until; notice = notices[++next]) {
      items.push({ kind: 'notice', notice })
      before = null
    }
  }
  for (const message of messages) {
    takeNotices(message.at)
    const last: MessageView | null = before
    const follows = last !== null && last.senderId === message.senderId && message.at - last.at < closeMs
    items.push({ kind: 'message', message, follows })
    before = message
  }
  takeNotices(Number.POSITIVE_INFINITY)
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
