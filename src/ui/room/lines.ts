/** The rows of the conversation as they are drawn: days between them, reactions under what they are about. */

import type { MessageView } from '../../host/index.ts'
import { bodyOf, textOf } from './body.ts'
import type { TimelineItem } from './timeline.ts'

export type Line =
  | { readonly kind: 'day'; readonly at: number }
  | { readonly kind: 'new' }
  | (Exclude<TimelineItem, { kind: 'message' }> & { readonly last?: never })
  | (Extract<TimelineItem, { kind: 'message' }> & { readonly last: boolean })

const atOf = (item: TimelineItem): number | null => {
  switch (item.kind) {
    case 'message':
      return item.message.at
    case 'notice':
      return item.notice.at
    case 'file':
      return item.file.at
    case 'gap':
      return null
  }
}

/** Every quarter of an hour lies in one day, wherever the reader is. */
const days = new Map<number, string>()
const dayOf = (at: number): string => {
  const quarter = Math.floor(at / 900_000)
  const day = days.get(quarter) ?? new Date(at).toDateString()
  days.set(quarter, day)
  return day
}

/** `newAfter`: the message last seen before the reader looked away; the first of others behind it begins what is new. */
export const linesOf = (items: readonly TimelineItem[], newAfter: string | null): readonly Line[] => {
  const shown = items.filter((item) => item.kind !== 'message' || bodyOf(item.message).kind !== 'reaction')
  const lines: Line[] = []
  let day = ''
  let passed = false
  let marked = newAfter === null
  for (const [index, item] of shown.entries()) {
    const at = atOf(item)
    const cut = at !== null && dayOf(at) !== day
    if (cut) {
      day = dayOf(at)
      lines.push({ kind: 'day', at })
    }
    if (item.kind !== 'message') {
      lines.push(item)
      continue
    }
    const isNew = passed && !marked && !item.message.mine
    if (isNew) {
      lines.push({ kind: 'new' })
      marked = true
    }
    if (item.message.id === newAfter) passed = true
    const next = shown[index + 1]
    const nextIsNew = !marked && passed && next?.kind === 'message' && !next.message.mine
    const goesOn = next?.kind === 'message' && next.follows && !nextIsNew
    lines.push({ ...item, follows: item.follows && !cut && !isNew, last: !goesOn })
  }
  return lines
}

/** For each message: every reaction with the names of those who gave it, one a line, tabs between. */
export const reactionsTo = (
  messages: readonly MessageView[],
  nameOf: (message: MessageView) => string,
): ReadonlyMap<string, string> => {
  const given = new Map<string, Map<string, Map<string, string>>>()
  for (const message of messages) {
    const body = bodyOf(message)
    if (body.kind !== 'reaction') continue
    const about = given.get(body.to) ?? new Map<string, Map<string, string>>()
    const givers = about.get(body.reaction) ?? new Map<string, string>()
    givers.set(message.senderId, nameOf(message).replace(/\s+/g, ' '))
    given.set(body.to, about.set(body.reaction, givers))
  }
  return new Map(
    [...given].map(([to, about]) => [
      to,
      [...about].map(([reaction, givers]) => [reaction, ...givers.values()].join('\t')).join('\n'),
    ]),
  )
}

/** Each text in small letters once. */
const small = new WeakMap<MessageView, string>()
const smallOf = (message: MessageView): string => {
  const known = small.get(message) ?? textOf(message).toLowerCase()
  small.set(message, known)
  return known
}

export const findMessages = (messages: readonly MessageView[], query: string): readonly MessageView[] => {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return messages
  return messages.filter(
    (message) => bodyOf(message).kind !== 'reaction' && smallOf(message).includes(wanted),
  )
}

/** The whole conversation for a file. */
export const exportText = (
  messages: readonly MessageView[],
  nameOf: (message: MessageView) => string,
  timeOf: (at: number) => string,
): string =>
  messages.map((message) => `[${timeOf(message.at)}] ${nameOf(message)}: ${textOf(message)}\n`).join('')
