/**
 * The conversation on screen: messages and notices, bounded, and gone with the tab unless the membership is stored.
 */
import type { OutgoingView, PeerEffect, PeerView } from '../../peer/index.ts'
import {
  type DeliveryView,
  type GapView,
  type MessageView,
  maxMessages,
  type NoticeView,
} from '../page/view.ts'

const maxNotices = 200

export interface Conversation {
  readonly messages: readonly MessageView[]
  readonly notices: readonly NoticeView[]
}

export const emptyConversation: Conversation = { messages: [], notices: [] }

/** Before the peer says how far it came, and of others' messages. */
export const undelivered: DeliveryView = { state: 'delivered', confirmed: 0, of: 0, mailed: [], missing: [] }

/** The view of a message that the peer handed over. */
export const messageOf = (
  { from, name, message }: Extract<PeerEffect, { kind: 'message' }>,
  { self, now }: { self: string; now: number },
): MessageView => ({
  id: `${from}-${message.number}`,
  senderId: from,
  senderName: name,
  mine: from === self,
  text: message.text,
  at: now,
  delivery: from === self ? { ...undelivered, state: 'sending' } : undelivered,
})

/** Appends messages and drops the oldest beyond `maxMessages`. */
export const addMessages = (log: Conversation, messages: readonly MessageView[]): Conversation =>
  messages.length === 0 ? log : { ...log, messages: [...log.messages, ...messages].slice(-maxMessages) }

type Notice = Omit<NoticeView, 'id' | 'at'>

/** Appends a notice and drops the oldest beyond 200. */
export const addNotice = (log: Conversation, notice: Notice, now: number): Conversation => {
  const last = log.notices.at(-1)
  const number = last === undefined ? 0 : Number(last.id) + 1
  return { ...log, notices: [...log.notices, { ...notice, id: `${number}`, at: now }].slice(-maxNotices) }
}

const isSame = (a: DeliveryView, b: DeliveryView): boolean =>
  a.state === b.state &&
  a.confirmed === b.confirmed &&
  a.of === b.of &&
  a.mailed.join() === b.mailed.join() &&
  a.missing.join() === b.missing.join()

/** A sender that is neither on the roster nor known by name is shown by four digits. */
const namesIn = ({ members }: PeerView): ((id: string) => string) => {
  const names = new Map(members.map(({ id, name }) => [id, name]))
  return (id) => names.get(id.slice(0, 32)) || id.slice(0, 4)
}

/** In the order of the alphabet: that of ids means nothing to a reader, and differs from room to room. */
const listNames = (ids: readonly string[], nameOf: (id: string) => string): readonly string[] =>
  ids.map(nameOf).sort((a, b) => a.localeCompare(b))

const deliveryOf = (outgoing: OutgoingView, nameOf: (id: string) => string): DeliveryView => ({
  state: outgoing.state,
  confirmed: outgoing.confirmed,
  of: outgoing.audience,
  mailed: listNames(outgoing.mailed, nameOf),
  missing: listNames(outgoing.missing, nameOf),
})

/** What the peer no longer lists stays as it was shown last; what was under way then has arrived. */
const settled = (delivery: DeliveryView): DeliveryView =>
  delivery.state === 'sending' ? { ...delivery, state: 'delivered', confirmed: delivery.of } : delivery

/** Updates the delivery of own messages. */
export const updateDelivery = (log: Conversation, view: PeerView): Conversation => {
  const outgoing = new Map(view.delivery.outgoing.map((entry) => [entry.number, entry]))
  const nameOf = namesIn(view)
  let changed = false
  const messages = log.messages.map((entry): MessageView => {
    if (!entry.mine) return entry
    const listed = outgoing.get(Number(entry.id.slice(entry.senderId.length + 1)))
    const delivery = listed === undefined ? settled(entry.delivery) : deliveryOf(listed, nameOf)
    if (delivery === entry.delivery || isSame(delivery, entry.delivery)) return entry
    changed = true
    return { ...entry, delivery }
  })
  return changed ? { ...log, messages } : log
}

/** What is known to be missing of others' messages. */
export const gapsOf = (view: PeerView): readonly GapView[] => {
  const nameOf = namesIn(view)
  return view.delivery.holes.map(({ sender, from, to, state }) => ({
    id: `${sender}-${from}`,
    senderId: sender,
    senderName: nameOf(sender),
    count: to - from + 1,
    state,
  }))
}
