/**
 * The conversation on screen: messages and notices, bounded, and gone with the tab unless the membership is stored.
 */

import { toHex } from '../../codec/index.ts'
import type { PeerEffect, PeerView } from '../../peer/index.ts'
import type { MessageView, NoticeView } from '../page/view.ts'

const maxMessages = 2_000
const maxNotices = 200

export interface Conversation {
  readonly messages: readonly MessageView[]
  readonly notices: readonly NoticeView[]
}

export const emptyConversation: Conversation = { messages: [], notices: [] }

/** The view of a message that the peer delivered. */
export const messageOf = (
  { from, name, message }: Extract<PeerEffect, { kind: 'message' }>,
  { self, now }: { self: string; now: number },
): MessageView => ({
  id: `${from}-${toHex(message.id)}`,
  senderId: from,
  senderName: name,
  mine: from === self,
  text: message.text,
  at: now,
  delivery: { state: 'sending', confirmed: 0, of: 0 },
})

/** Appends messages and drops the oldest beyond 2,000. */
export const addMessages = (log: Conversation, messages: readonly MessageView[]): Conversation =>
  messages.length === 0 ? log : { ...log, messages: [...log.messages, ...messages].slice(-maxMessages) }

/** From the peer or the host. */
interface Notice {
  readonly code: Extract<PeerEffect, { kind: 'notice' }>['code'] | 'profile-in-use'
  readonly member: string
  readonly name: string | null
}

const noticeCodes = {
  'member-joined': 'member-joined',
  'member-left': 'member-left',
  'member-evicted': 'member-evicted',
  'member-returned': 'member-returned',
  'password-changed': 'password-changed',
  'member-expired': 'member-expired',
  'guess-failed': 'guess-failed',
  'profile-in-use': 'profile-in-use',
  'prekeys-exhausted': 'prekeys-exhausted',
  'prekey-used': 'prekey-used',
} as const

/** Appends a notice and drops the oldest beyond 200. */
export const addNotice = (log: Conversation, { code, member, name }: Notice, now: number): Conversation => {
  const last = log.notices.at(-1)
  const number = last === undefined ? 0 : Number(last.id.split('-')[0]) + 1
  const entry: NoticeView = { id: `${number}-${member}`, code: noticeCodes[code], name, at: now }
  return { ...log, notices: [...log.notices, entry].slice(-maxNotices) }
}

/** Updates the delivery state of own messages. A message that the peer no longer tracks is confirmed by all. */
export const updateDelivery = (log: Conversation, { outgoing }: PeerView): Conversation => {
  let changed = false
  const messages = log.messages.map((entry): MessageView => {
    if (!entry.mine || entry.delivery.state === 'delivered') return entry
    const under = outgoing.get(entry.id.slice(entry.senderId.length + 1))
    if (
      under !== undefined &&
      under.confirmed === entry.delivery.confirmed &&
      under.of === entry.delivery.of
    ) {
      return entry
    }
    changed = true
    const { of } = entry.delivery
    return {
      ...entry,
      delivery: under ? { state: 'sending', ...under } : { state: 'delivered', confirmed: of, of },
    }
  })
  return changed ? { ...log, messages } : log
}
