/** Messages, files, notices and gaps in one order, names made distinct, unread messages counted. */

import type { FileView, GapView, MemberView, MessageView, NoticeView } from '../../host/index.ts'

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
  | { readonly kind: 'file'; readonly file: FileView }

const closeMs = 2 * 60_000

/** What follows the sender's id in the id of a message or of a gap: its number, or that of the first one missing. */
const numberIn = (id: string, senderId: string): number => Number(id.slice(senderId.length + 1))

/** The gaps that stand before this message: of its sender, with smaller numbers. */
const gapsBefore = ({ id, senderId }: MessageView, gaps: ReadonlySet<GapView>): readonly GapView[] =>
  [...gaps].filter((gap) => gap.senderId === senderId && numberIn(gap.id, senderId) < numberIn(id, senderId))

/** Of the messages, the indices of the first one wanted and of the first one behind the last. */
interface Part {
  readonly from: number
  readonly to: number
}

/**
 * Messages, files, notices and gaps in one row. Each list keeps its own order, whatever the clock did meanwhile; a gap stands
 * before the next message of its sender. Of a `part` it holds the messages of that part with what stands before each, and
 * at the end of all messages the rest.
 */
export const timelineOf = (
  messages: readonly MessageView[],
  notices: readonly NoticeView[],
  gaps: readonly GapView[] = [],
  files: readonly FileView[] = [],
  { from, to }: Part = { from: 0, to: messages.length },
): readonly TimelineItem[] => {
  const open = new Set(gaps)
  const items: TimelineItem[] = []
  let at = 0
  let [nextNotice, nextFile] = [0, 0]
  let before: MessageView | null = null
  const take = (mark: Mark): void => {
    if (at >= from) items.push(mark)
    before = null
  }
  const takeMarks = (until: number): void => {
    for (;;) {
      const [notice, file] = [notices[nextNotice], files[nextFile]]
      const fileFirst = file !== undefined && (notice === undefined || file.at < notice.at)
      if (((fileFirst ? file : notice)?.at ?? until) >= until) return
      if (fileFirst) {
        take({ kind: 'file', file })
        nextFile += 1
      } else if (notice !== undefined) {
        take({ kind: 'notice', notice })
        nextNotice += 1
      }
    }
  }
  for (; at < to; at++) {
    const message = messages[at]
    if (message === undefined) break
    takeMarks(message.at)
    for (const gap of open.size === 0 ? [] : gapsBefore(message, open)) {
      open.delete(gap)
      take({ kind: 'gap', gap })
    }
    const last: MessageView | null = before
    const follows = last !== null && last.senderId === message.senderId && message.at - last.at < closeMs
    if (at >= from) items.push({ kind: 'message', message, follows: follows && at > from })
    before = message
  }
  if (to < messages.length) return items
  takeMarks(Number.POSITIVE_INFINITY)
  for (const gap of open) take({ kind: 'gap', gap })
  return items
}

/**
 * Who is called what: a name that reads like another's has four digits of the id behind it. Senders who are no longer
 * members count too, for what they said is still there.
 */
export const labelsOf = (
  members: readonly Pick<MemberView, 'id' | 'name' | 'digits'>[],
  messages: readonly Pick<MessageView, 'senderId' | 'senderName'>[],
): ReadonlyMap<string, string> => {
  const names = new Map(messages.map(({ senderId, senderName }) => [senderId, senderName]))
  for (const { id, name } of members) names.set(id, name)
  const bearers = new Map<string, number>()
  for (const name of names.values()) bearers.set(name, (bearers.get(name) ?? 0) + 1)
  const digits = new Map(members.map((member) => [member.id, member.digits]))
  const suffixOf = (id: string, name: string): string | null =>
    digits.get(id) ?? ((bearers.get(name) ?? 0) > 1 ? id.slice(0, 4) : null)
  return new Map(
    [...names].map(([id, name]) => {
      const suffix = suffixOf(id, name)
      return [id, suffix === null ? name : `${name} ${suffix}`]
    }),
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
